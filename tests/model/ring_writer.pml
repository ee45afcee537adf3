// SPDX-License-Identifier: Apache-2.0
//
// The writer: ipc/ring_writer. Included by ring.pml.

#define CLEAN(s)    (view[s] && !(view[s] & 1))
#define AGE(s)      (CLEAN(s) || were_clean >> (s) & 1 -> view[s] >> 1 : 0)
#define FREE(s)     ((!newest || (s) != SLOT(newest)) && !(open >> (s) & 1) && !(marked >> (s) & 1))

// pick := the oldest slot for which `allowed` (of k), SLOTS if there is none. Dirty and never used slots are the oldest.
inline oldest(allowed) {
    pick = SLOTS; k = 0;
    do
    :: k < SLOTS ->
        if :: (allowed) && (pick == SLOTS || AGE(k) < age) -> pick = k; age = AGE(k) :: else fi;
        k++
    :: else -> k = 0; age = 0; break
    od
}

inline look_at_pins() {
#if JOIN && !defined(BAD_USED_BEFORE_MARK)
    STEP(cells = mem[USED]);
#endif
    i = 0; pinned = 0;
    do
    :: i < READERS ->
        STEP(if :: (!JOIN || cells >> i & 1) && mem[PIN(i)] -> pinned = pinned | 1 << (mem[PIN(i)] - 1) :: else fi; i++)
    :: else -> i = 0; break
    od
}

inline look_for_sleepers() {
    i = 0; sleepers = 0;
    do
    :: i < READERS ->
        STEP(sleepers = sleepers | mem[BIT(i)]; i++);
#if SLEEP == 2
        if
        :: sleepers -> STEP(token[i - 1] = 1; asleep[i - 1] = 0; sleepers = 0)
        :: else
        fi
#endif
    :: else -> i = 0; break
    od
}

proctype Writer(byte me; chan sb) {
    byte view[SLOTS];       // state words as the writer sees them (nobody else writes them): memory under its own buffer
    byte newest;            // likewise
    byte open, open_slot[OPEN], open_content[OPEN], opened, abandoned;
    byte marked, were_clean, pinned, sleepers, cells, i, c;

boot:   // a new incarnation trusts `newest` and the cells: what is marked, or clean beyond newest, has unknown contents
    STEP(newest = mem[NEWEST]);
    do
    :: i < SLOTS ->
        STEP(
            if
#ifdef BAD_TRUST_STATES
            :: mem[STATE(i)] & 1 -> DRAINED -> mem[STATE(i)] = 1
#else
            :: mem[STATE(i)] & 1 -> DRAINED -> mem[STATE(i)] = 1
            :: !(mem[STATE(i)] & 1) && mem[STATE(i)] >> 1 > SEQ(newest) ->
                REACHED(unpublished); DRAINED -> mem[STATE(i)] = 1
#endif
            :: else
            fi;
            view[i] = mem[STATE(i)]; i++)
    :: else -> i = 0; break
    od;

end_idle:
    if
    :: atomic { opened < OPEN && SEQ(newest) + opened < START + PUBLISH -> goto claim }
    :: atomic { opened > 0 -> goto publish }
    :: atomic { opened > 1 -> i = 1; goto publish }
    :: atomic { opened > 0 && abandoned < ABANDON -> abandoned++; goto close }
    :: atomic { kills[me] > 0 -> kills[me]--; goto dead }
    fi;

claim:  // mark one more, then look at every pin once, then take the oldest marked slot that nobody pins
#ifdef BAD_SCAN_FIRST
    look_at_pins();
#endif
#ifdef BAD_USED_BEFORE_MARK
    STEP(cells = mem[USED]);
#endif
mark:
    STEP(
#ifndef BAD_PLAIN_MARK
        DRAINED ->
#endif
#ifdef ANY_ORDER
        if :: FREE(0) -> pick = 0 :: FREE(1) -> pick = 1 :: FREE(2) -> pick = 2 :: SLOTS > 3 && FREE(3) -> pick = 3
           :: else -> pick = SLOTS fi;
#else
        oldest(FREE(k) && !(pinned >> k & 1));
#endif
        assert(pick < SLOTS);   // no writer without a slot
        c = pick; pick = 0;
        if :: CLEAN(c) -> were_clean = were_clean | 1 << c; marked_once = marked_once | 1 << (view[c] >> 1) :: else fi;
#ifdef BAD_UNMARK_DIRTY
        were_clean = were_clean | 1 << c;
#endif
        view[c] = view[c] | 1; marked = marked | 1 << c;
#ifdef BAD_PLAIN_MARK
        STORE(STATE(c), view[c])
#else
        mem[STATE(c)] = view[c]
#endif
    );
#ifndef BAD_SCAN_FIRST
    look_at_pins();
#endif
    atomic {
#ifdef BAD_ONE_PASS
        oldest(k == c && !(pinned >> k & 1));
#else
        oldest((marked >> k & 1) && !(pinned >> k & 1));
#endif
        pinned = 0;
        if
        :: pick == SLOTS ->
            pick = 0; REACHED(marked_two);
#ifdef BAD_ONE_PASS
            if :: were_clean >> c & 1 -> view[c] = view[c] & ~1; STORE(STATE(c), view[c]) :: else fi;
#endif
            goto mark
        :: else ->
            if :: pick != c -> REACHED(took_the_earlier) :: else fi;
            c = pick; pick = 0; marked = 0; cells = 0; were_clean = were_clean & ~(1 << c)
        fi
    };
give_back:  // the others become what they were: one that was dirty stays dirty
    if
    :: were_clean ->
        STEP(
            REACHED(gave_back);
            do :: !(were_clean >> i & 1) -> i++ :: else -> break od;
            were_clean = were_clean & ~(1 << i); view[i] = view[i] & ~1; STORE(STATE(i), view[i]); i = 0);
        goto give_back
    :: else
    fi;
    STEP(
        open = open | 1 << c; open_slot[opened] = c; open_content[opened] = next_content;
        STORE(PAY0(c), next_content); next_content++; opened++; c = 0);
    goto end_idle;

publish:
    c = open_slot[i];
    STEP(STORE(PAY1(c), open_content[i]));
    STEP(view[c] = (SEQ(newest) + 1) << 1; STORE(STATE(c), view[c]));
#ifdef BAD_WAKE_FIRST
    look_for_sleepers();
#endif
    STEP(
#ifdef BAD_PLAIN_NEWEST
        newest = WORD(SEQ(newest) + 1, c); STORE(NEWEST, newest);
#else
        DRAINED -> newest = WORD(SEQ(newest) + 1, c); mem[NEWEST] = newest;
#endif
        content[SEQ(newest)] = open_content[i]; owed = (SLEEP > 0); goto close);
close:
    atomic {
        open = open & ~(1 << open_slot[i]);
        if :: i + 1 < opened -> open_slot[i] = open_slot[i + 1]; open_content[i] = open_content[i + 1] :: else fi;
        opened--; open_slot[opened] = 0; open_content[opened] = 0; i = 0; c = 0;
    }
#if SLEEP
#ifndef BAD_WAKE_FIRST
    look_for_sleepers();
#endif
    if
    :: sleepers -> STEP(wake_all(); nothing_owed())
    :: else -> atomic { nothing_owed() }
    fi;
    sleepers = 0;
#endif
    goto end_idle;

dead:   // nothing of the old incarnation is left but its store buffer
    atomic {
        do :: k < SLOTS -> view[k] = 0; k++ :: else -> k = 0; break od;
        do :: k < OPEN -> open_slot[k] = 0; open_content[k] = 0; k++ :: else -> k = 0; break od;
        newest = 0; open = 0; opened = 0; marked = 0; were_clean = 0; pinned = 0; sleepers = 0; cells = 0; i = 0; c = 0
    };
    atomic {
        DRAINED ->  // reaped: the launcher pays the wake-up that may be owed, and starts the next
#if SLEEP && !defined(BAD_NO_WAKE_FOR_THE_DEAD)
        if :: asleep[0] -> REACHED(launcher_woke) :: else fi;
        wake_all();
#endif
        nothing_owed();
        goto boot
    }
}

