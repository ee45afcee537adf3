// SPDX-License-Identifier: Apache-2.0
/// @file
/// One actor's own page: what it is told, how it is getting on, what it counted, what it logged.
///
/// Model     One control segment an actor, kept by the launcher over all incarnations; counters and log go on in the next one.
/// Threads   Each word has one writer (launcher or actor) and may be read by anybody at any time.
/// Orders    Counters are relaxed: each is exact by itself, two of them may be one event apart. `command`, `active` and
///           `progress` are release / acquire, for what they announce.
/// Crash     Valid after SIGKILL at any instruction: no word spans two stores. The error text carries its own guard.
/// Cost      A counter is one load and one store; no locked instruction, no system call.
///
/// offset  bytes  field             writer    order
///      0     64  command, active   launcher  release (pairs with the actor's acquire)
///     64    192  progress, counts  actor     progress: release; the rest relaxed
///    256   1024  port[32]          actor     relaxed
///   1280    264  error             actor     guarded record
///   1544   1792  counters[32]      actor     name before value; the rest relaxed
///   3336    760  zero
///   4096  65536  log               actor     log_ring.hpp
///  69632   4096  crash             actor     guarded record, crash_record.hpp
///  73728  2 MiB  snapshots         actor     snapshot_box.hpp
///  then  40960  watches           launcher  watch_table.hpp; `taken` is the actor's
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/actor_activity.hpp"
#include "ipc/base/time.hpp"
#include "ipc/crash_record.hpp"
#include "ipc/fixed_text.hpp"
#include "ipc/log_ring.hpp"
#include "ipc/shared_words.hpp"
#include "ipc/snapshot_box.hpp"
#include "ipc/watch_table.hpp"

namespace streamlib::ipc {

inline constexpr std::uint64_t actor_page_layout_hash =
    0x2026'11'22'0002'0007;  ///< Bumped with any change below.
inline constexpr std::size_t max_port_counters = 32;
inline constexpr std::size_t max_own_counters = 32;

/// What the launcher asks for. The word also counts, so that it changes with every request; on every change the actor
/// looks at the launcher's channel as well, since one request may overtake another.
enum class ActorCommand : std::uint32_t {
    none = 0,
    look = 1,  ///< A message waits on the launcher's channel.
    stop = 2,  ///< Finish the tick, then stop(). Stays until `none`.
    /// As `stop`, but another incarnation follows: the outputs do not end, their readers wait for it.
    make_way = 3,
};
[[nodiscard]] constexpr ActorCommand command_of(std::uint32_t word) noexcept {
    return static_cast<ActorCommand>(word & 0xFF);
}
[[nodiscard]] constexpr bool is_stop(ActorCommand command) noexcept {
    return command == ActorCommand::stop || command == ActorCommand::make_way;
}

/// How far an incarnation has come.
enum class ActorProgress : std::uint32_t {
    starting = 0,
    configured = 1,
    ready = 2,
    processing = 3,
    ended = 4,
    stopping = 5,
    stopped = 6,
    failed = 7,
};

/// Adds to a word that only the caller's thread writes.
inline void count(SharedWord& word, std::uint64_t n = 1) noexcept {
    word.store(word.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

struct PortCounters {
    SharedWord blocks{0};  ///< Published, or read.
    SharedWord missed{0};  ///< Input: overwritten unseen. Output: given up.
    SharedWord bytes{0};
    SharedWord repeats{0};  ///< Input: reads that found nothing newer.
};
static_assert(sizeof(PortCounters) == 32);

/// A number that the actor's class declared.
struct OwnCounter {
    SharedWord value{0};
    FixedText<48> name{};  ///< Written once an incarnation, before READY; empty: not used.
};
static_assert(sizeof(OwnCounter) == 56);

using ErrorText = FixedText<256>;

struct alignas(4096) ActorPage {
    // Launcher.
    /// Actors sleep on it with a shared futex; see `give_command`.
    std::atomic<std::uint32_t> command{0};
    std::uint32_t reserved0 = 0;
    SharedWord active{0};  ///< The incarnation that may publish and receive; 0: none.
    std::uint64_t reserved1[6]{};
    // Actor.
    alignas(64) std::atomic<ActorProgress> progress{};
    std::atomic<std::int32_t> pid{0};
    SharedWord incarnation{0};    ///< Who wrote last.
    SharedWord ticks{0};          ///< Ticks that process() was run for.
    SharedWord ticks_dropped{0};  ///< Ticks that came while it worked.
    SharedWord frames_in{0};
    SharedWord frames_out{0};
    SharedWord missed{0};  ///< Blocks of its inputs overwritten unseen.
    SharedWord last_tick_index{0};
    SharedWord last_tick_seq{0};
    SharedWord process_started_ns{0};  ///< CLOCK_MONOTONIC when process() was entered last.
    SharedWord process_ended_ns{0};    ///< The same of its return; smaller: it is inside.
    SharedWord process_last_ns{0};     ///< How long the last one took.
    SharedWord process_max_ns{0};
    SharedWord started_ns{0};    ///< CLOCK_MONOTONIC when this incarnation was ready.
    SharedWord exceptions{0};    ///< How many incarnations an exception has ended.
    SharedWord activity{0};      ///< What it does and since when: actor_activity.hpp; 0: it waits.
    SharedWord tick_seen{0};     ///< Newest tick that its loop took note of, run or dropped.
    SharedWord stale_inputs{0};  ///< Bit n: input n is stale now.
    SharedWord stale_events{0};  ///< How often an input turned stale.
    SharedWord first_block_ns{
        0};  ///< CLOCK_MONOTONIC when this incarnation published first; 0: not yet.
    std::uint64_t reserved2[4]{};
    /// In the order of declaration: inputs, then outputs.
    PortCounters ports[max_port_counters]{};
    GuardedRecord<ErrorText> error{};         ///< Text of the last error; empty: none.
    OwnCounter counters[max_own_counters]{};  ///< The class's own, in the order of declaration.
    std::uint8_t reserved3[760]{};
    alignas(4096) LogRing log;
    alignas(4096) GuardedRecord<CrashRecord> crash{};  ///< The last death that could be told.
    alignas(4096) SnapshotBox snapshots;               ///< Takes memory only for what was written.
    WatchTable watches;                                ///< So does this.
};
static_assert(offsetof(ActorPage, progress) == 64 && offsetof(ActorPage, ports) == 256);
static_assert(offsetof(ActorPage, error) == 1280 && offsetof(ActorPage, log) == 4096);
static_assert(offsetof(ActorPage, crash) == 69632 && offsetof(ActorPage, snapshots) == 73728);
static_assert(offsetof(ActorPage, watches) == 73728 + sizeof(SnapshotBox));
static_assert(sizeof(ActorPage) == offsetof(ActorPage, watches) + sizeof(WatchTable));

/// Launcher: stores a command and wakes the actor. One system call.
void give_command(ActorPage& page, ActorCommand command) noexcept;

/// What the actor sleeps on (a shared futex).
[[nodiscard]] const std::uint32_t* futex_word(const ActorPage& page) noexcept;

/// Actor: text of the error that ends it or that it got over.
void set_error(ActorPage& page, std::string_view text) noexcept;
/// Anybody: that text; empty: none (or killed while it wrote it).
[[nodiscard]] std::string error_of(const ActorPage& page);

}  // namespace streamlib::ipc
