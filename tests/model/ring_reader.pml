// SPDX-License-Identifier: Apache-2.0
//
// The readers: ipc/ring_reader. Included by ring.pml.

// While a block is held, both words of its payload must be, at any time, what was published under its number.
#define LOOK_AT_PAYLOAD \
    :: atomic { held -> assert(mem[PAY0(SLOT(held))] == content[SEQ(held)]) } \
    :: atomic { held -> assert(mem[PAY1(SLOT(held))] == content[SEQ(held)]) }

#define UNPIN :: atomic { held -> STORE(PIN(me), 0); held = 0 }

#ifdef BAD_PLAIN_PIN
#define SET_PIN(slot) STEP(STORE(PIN(me), (slot) + 1))
#else
#define SET_PIN(slot) STEP(DRAINED -> mem[PIN(me)] = (slot) + 1)
#endif

inline start_reader() {
#if JOIN
    atomic { mem[USED] = mem[USED] | 1 << me };     // by the launcher, before the reader has its cell
#endif
    skip
}

// By the launcher, once the pid is reaped, which is after the store buffer has drained.
inline clear_cell() {
    atomic { DRAINED -> mem[PIN(me)] = 0 };
    atomic { mem[BIT(me)] = 0; mem[USED] = mem[USED] & ~(1 << me) }
}

inline sleep_until_newer() {
#ifdef BAD_PLAIN_BIT
    STEP(STORE(BIT(me), 1));
#else
    STEP(DRAINED -> mem[BIT(me)] = 1);
#endif
    STEP(seen = mem[NEWEST];
#ifndef BAD_SLEEP_UNSEEN
        if :: SEQ(seen) > last[me] -> goto awake :: else fi
#endif
    );
    STEP(DRAINED ->         // the system call is a fence
        if
        :: (SLEEP == 1 && mem[NEWEST] != seen) || (SLEEP == 2 && token[me]) -> token[me] = 0; goto awake
        :: else -> asleep[me] = 1; REACHED(fell_asleep); NOT_LOST(me)
        fi);
end_asleep:
    STEP(!asleep[me] -> token[me] = 0);
awake:
    STEP(STORE(BIT(me), 0); seen = 0)
}

proctype Latest(byte me; chan sb) {     // read_latest
    byte n, began, held, seen;

start:
    start_reader();
end_ready:
    do
    LOOK_AT_PAYLOAD
    UNPIN
    :: atomic { mem[NEWEST] && mem[NEWEST] != held -> n = mem[NEWEST]; began = SEQ(n); break }
#if SLEEP
    :: atomic { SEQ(mem[NEWEST]) == last[me] -> goto wait }
#endif
    :: atomic { kills[me] > 0 -> kills[me]--; goto dead }
    od;
again:
    SET_PIN(SLOT(n));
    STEP(
#ifndef BAD_NO_RECHECK
        if :: mem[NEWEST] != n -> REACHED(latest_again); n = mem[NEWEST]; goto again :: else fi;
#endif
        held = n;
        assert(SEQ(n) >= last[me]);     // never back
        assert(SEQ(n) >= began);        // never older than what was newest when the call began
        last[me] = SEQ(n); n = 0; began = 0);
    goto end_ready;
#if SLEEP
wait:
    sleep_until_newer();
    goto end_ready;
#endif
dead:
    atomic { n = 0; began = 0; held = 0; seen = 0; last[me] = 0; asleep[me] = 0 };
    clear_cell();
    goto start
}

proctype New(byte me; chan sb) {        // read_new
    byte n, after, best, slot, i, held, seen;

start:
    start_reader();
    if :: last[me] = 0 :: STEP(last[me] = SEQ(mem[NEWEST])) fi;
end_ready:
    do
    LOOK_AT_PAYLOAD
    UNPIN
    :: atomic { !held && SEQ(mem[NEWEST]) > last[me] -> n = mem[NEWEST]; after = last[me]; break }
#if SLEEP
    :: atomic { SEQ(mem[NEWEST]) == last[me] -> goto wait }
#endif
    :: atomic { kills[me] > 0 -> kills[me]--; goto dead }
    od;
scan:   // the oldest block after `after`, none beyond the newest loaded before; a mark may be withdrawn again
#ifdef BAD_NO_BOUND
    n = 255;
#endif
    do
    :: i < SLOTS ->
        STEP(
            if
            :: mem[STATE(i)] >> 1 > after && mem[STATE(i)] >> 1 <= SEQ(n) && (!best || mem[STATE(i)] >> 1 < best) ->
                best = mem[STATE(i)] >> 1; slot = i
            :: else
            fi;
            i++)
    :: else -> i = 0; break
    od;
    if
    :: best
    :: else ->
        REACHED(none_in_range);
        assert(SEQ(n) > after);     // whoever has given up a pin gets a block for it
        after = last[me]; goto rescan
    fi;
    SET_PIN(slot);
check:
    STEP(
#ifndef BAD_NEW_NO_RECHECK
        if
        :: mem[STATE(slot)] == (best << 1 | 1) -> REACHED(patience); goto check
        :: mem[STATE(slot)] != best << 1 -> REACHED(read_new_again); after = best; best = 0; slot = 0; n = 0; goto rescan
        :: else
        fi;
#endif
        held = WORD(best, slot);
        for (k : last[me] + 1 .. best - 1) {    // what counts as missed was marked for reuse
            REACHED(counted_missed); assert(marked_once >> k & 1)
        }
        k = 0; last[me] = best; n = 0; after = 0; best = 0; slot = 0);
    goto end_ready;
rescan:
    STEP(n = mem[NEWEST]);
    goto scan;
#if SLEEP
wait:
    sleep_until_newer();
    goto end_ready;
#endif
dead:
    atomic { n = 0; after = 0; best = 0; slot = 0; i = 0; held = 0; seen = 0; last[me] = 0; asleep[me] = 0 };
    clear_cell();
    goto start
}

proctype Tap(byte me; chan sb) {        // pins nothing: copies, then looks whether the slot is still the same
    byte n, copy0, copy1;

end_ready:
    atomic { mem[NEWEST] -> n = mem[NEWEST] };
    atomic { if :: mem[STATE(SLOT(n))] != SEQ(n) << 1 -> n = 0; goto end_ready :: else fi };
    copy0 = mem[PAY0(SLOT(n))];
    copy1 = mem[PAY1(SLOT(n))];
    atomic {
        assert(mem[STATE(SLOT(n))] != SEQ(n) << 1 || (copy0 == content[SEQ(n)] && copy1 == content[SEQ(n)]));
        n = 0; copy0 = 0; copy1 = 0
    };
    goto end_ready
}

