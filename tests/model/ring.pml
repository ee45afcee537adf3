// SPDX-License-Identifier: Apache-2.0
//
// The ring protocol (ipc/ring_writer, ipc/ring_reader) on x86-TSO: one writer, READERS readers, death and rebirth of each at
// every step. README.md says what is modelled, run_model.py which configurations are checked. Every STEP below is at most one
// access to shared memory, which is `mem`; a plain store goes to the store buffer of its process and from there, at any later
// time and in order, to memory; an exchange waits until that buffer is empty; whoever is killed executes nothing more, but
// what its buffer holds still drains. The BAD_… macros break one rule each: SPIN must find an error for every one of them.

// ---- configuration (each may be overridden with -D) ------------------------------------------------------------------------
#ifndef READERS
#define READERS 2       // cells
#endif
#ifndef OPEN
#define OPEN 1          // W: slots the writer may have open at a time
#endif
#ifndef SLOTS
#define SLOTS (1 + OPEN + READERS)
#endif
#ifndef START
#define START SLOTS     // blocks published before the model starts; SLOTS: every claim reuses a slot
#endif
#ifndef PUBLISH
#define PUBLISH 2       // publications within the model
#endif
#ifndef ABANDON
#define ABANDON 0       // open slots that may be given up
#endif
#ifndef KILL_WRITER
#define KILL_WRITER 0   // how often each may be killed
#endif
#ifndef KILL_0
#define KILL_0 0
#endif
#ifndef KILL_1
#define KILL_1 0
#endif
#ifndef KIND_0
#define KIND_0 Latest   // Latest: read_latest; New: read_new; Tap: copies and validates, without a cell
#endif
#ifndef KIND_1
#define KIND_1 Latest
#endif
#ifndef JOIN
#define JOIN 0          // 1: cells are empty at first and after a death, and the writer scans only those in use
#endif
#ifndef SLEEP
#define SLEEP 0         // 1: readers sleep on the ring's futex; 2: on an eventfd each
#endif

// ---- shared memory ---------------------------------------------------------------------------------------------------------
#define NEWEST      0                       // (seq, slot), 0: nothing yet
#define USED        1                       // bit a cell in use (JOIN only)
#define STATE(s)    (2 + (s))               // seq << 1 | dirty
#define PAY0(s)     (2 + SLOTS + (s))       // two words stand for header and payload
#define PAY1(s)     (2 + 2 * SLOTS + (s))
#define PIN(r)      (2 + 3 * SLOTS + (r))   // slot + 1, 0: none
#define BIT(r)      (2 + 3 * SLOTS + READERS + (r))  // "I sleep, wake me"
byte mem[2 + 3 * SLOTS + 2 * READERS];

#define WORD(seq, slot) ((seq) << 3 | (slot))
#define SEQ(word)       ((word) >> 3)
#define SLOT(word)      ((word) & 7)

// One store buffer a process: (address, value), first in first out. Deep enough never to be full: asserted.
chan writer_buffer = [7] of { byte, byte };
chan reader_buffer[READERS] = [3] of { byte, byte };
#if defined(BAD_PLAIN_PIN) || defined(BAD_PLAIN_MARK)   // then nothing drains it in time, and a store waits
#define STORE(a, v)     sb!(a), (v)
#else
#define STORE(a, v)     assert(nfull(sb)); sb!(a), (v)
#endif
#define DRAINED         empty(sb)           // an exchange is: DRAINED -> mem[a] = v

// ---- ghosts: known to the checker only -------------------------------------------------------------------------------------
byte kills[READERS + 1];                    // deaths left; the writer's is the last
byte content[START + PUBLISH + 1];          // seq -> what its payload must be
byte next_content;                          // every claim writes something that no claim wrote before
int marked_once;                            // bit a seq: was marked for reuse at some time
byte last[READERS];                         // what a reader has read last
bit asleep[READERS];                        // waits in the kernel
bit token[READERS];                         // its eventfd is readable
bit owed;                                   // published, sleepers not woken yet
hidden byte a; hidden byte v; hidden byte k; hidden byte pick; hidden byte age;

// -DPROBE=name: SPIN must come by that place, else what we prove about it is empty.
mtype = { nowhere, marked_two, took_the_earlier, gave_back, unpublished, latest_again, patience, read_new_again, none_in_range,
          counted_missed, fell_asleep, launcher_woke };
#ifdef PROBE
#define REACHED(name) assert(PROBE != name)
#else
#define REACHED(name) skip
#endif

// A step of a process, before which it may be killed.
#define STEP(...) if :: atomic { __VA_ARGS__ } :: atomic { kills[me] > 0 -> kills[me]--; goto dead } fi

#define NOT_LOST(r) assert(!(asleep[r] && !owed && SEQ(mem[NEWEST]) > last[r]))

inline nothing_owed() {
    owed = 0; NOT_LOST(0); NOT_LOST(READERS - 1)
}

inline wake_all() {                         // FUTEX_WAKE, or a write to every eventfd
    k = 0;
    do
    :: k < READERS ->
        token[k] = (SLEEP == 2);
#ifdef BAD_WAKE_ONE
        if :: asleep[k] -> asleep[k] = 0; break :: else fi;
#endif
        asleep[k] = 0;
        k++
    :: else -> break
    od;
    k = 0
}

#include "ring_writer.pml"
#include "ring_reader.pml"

// ---- hardware and start ----------------------------------------------------------------------------------------------------
active proctype StoreBuffers() {
end:
    do
    :: atomic { writer_buffer?a,v -> mem[a] = v; NOT_LOST(0) }
    :: atomic { reader_buffer[0]?a,v -> mem[a] = v }
#if READERS > 1
    :: atomic { reader_buffer[1]?a,v -> mem[a] = v }
#endif
    od
}

#ifdef BAD_CLEAR_THE_LIVING
active proctype Timeout() {
    mem[PIN(0)] = 0
}
#endif

init {
    atomic {
        do
        :: k < START ->
            k++; a = (k - 1) % SLOTS;
            mem[STATE(a)] = k << 1; mem[PAY0(a)] = k; mem[PAY1(a)] = k; content[k] = k; mem[NEWEST] = WORD(k, a)
        :: else -> break
        od;
        next_content = k + 1; k = 0; a = 0;
        kills[0] = KILL_0; kills[READERS] = KILL_WRITER;
        run KIND_0(0, reader_buffer[0]);
#if READERS > 1
        kills[1] = KILL_1;
        run KIND_1(1, reader_buffer[1]);
#endif
        run Writer(READERS, writer_buffer)
    }
}
