// SPDX-License-Identifier: Apache-2.0
/// @file
/// The loop of a running actor: sleep until there is work, let the actor work, notice when it is over.
///
/// Model     What to do next is decided by `TickGate` (pure); this loop only sleeps, runs and counts.
/// Threads   The actor's only thread.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "ipc/actor_page.hpp"
#include "runtime/actor_core.hpp"

namespace streamlib {

/// Why a loop came back.
enum class LoopEnd : std::uint8_t {
    ended,    ///< The source finished, or all inputs have ended.
    stopped,  ///< The launcher asked.
};

/// What to do about the clock's newest tick. Pure: knows sequences only.
class TickGate {
public:
    /// `handled`: the tick that counts as done at the start.
    explicit TickGate(std::uint64_t handled) noexcept : handled_(handled) {}
    /// Whether tick `newest` has to be worked off.
    [[nodiscard]] bool is_due(std::uint64_t newest) const noexcept { return newest > handled_; }
    /// Work on `newest` begins; returns how many ticks before it were never seen.
    std::uint64_t begin(std::uint64_t newest) noexcept;
    /// Work is done and the clock is at `newest`: returns how many ticks came meanwhile; they are dropped.
    std::uint64_t end(std::uint64_t newest) noexcept;
    [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }

private:
    std::uint64_t handled_;
};

class ActorLoop {
public:
    /// What a loop works with; borrowed.
    struct Parts {
        Actor& actor;
        ActorCore& core;
        ipc::ActorPage& page;
        const TickPage& ticks;
        /// By linked input: whether `cascade` waits for it.
        std::vector<std::uint8_t> same_domain;
        std::function<Result<>()>
            look;  ///< Reads what the launcher sent while the actor runs (command `look`).
    };
    explicit ActorLoop(Parts parts)
        : actor_(parts.actor),
          core_(parts.core),
          page_(parts.page),
          ticks_(parts.ticks),
          same_domain_(std::move(parts.same_domain)),
          look_(std::move(parts.look)) {}

    /// Runs until it is over; an error ends the actor as FAILED. Exceptions of process() pass through.
    [[nodiscard]] Result<LoopEnd> run();

private:
    [[nodiscard]] Result<LoopEnd> run_on_ticks(bool cascade);
    [[nodiscard]] Result<LoopEnd> run_on_inputs();
    /// What has to be done between two turns: messages of the launcher, rings of a new generation.
    [[nodiscard]] Result<> between_turns();
    void list_readers();
    void process_waiting_blocks();
    void wait_for_tick(std::uint64_t handled) const;
    void sleep_elsewhere(MonotonicTime until) const;
    void rest() const;
    /// When the loop has to look although no block came.
    [[nodiscard]] MonotonicTime next_time() const noexcept {
        return std::min(core_.stale_deadline(), core_.wake_time);
    }
    void wait_for_inputs(const TickReading& reading);
    void count_superseded() noexcept;
    /// For who watches whether this loop still follows the clock.
    void saw_tick(const TickGate& gate) noexcept;
    void drain();
    [[nodiscard]] bool stop_requested() noexcept;
    [[nodiscard]] bool over() const noexcept { return core_.finish_requested() || inputs_done(); }
    [[nodiscard]] bool inputs_done() const noexcept {
        return core_.inputs_ended() && actor_.drained();
    }

    Actor& actor_;
    ActorCore& core_;
    ipc::ActorPage& page_;
    const TickPage& ticks_;
    std::vector<std::uint8_t> same_domain_;
    std::function<Result<>()> look_;
    std::uint32_t command_seen_ = 0;  // value of the command word that was looked at last
    bool look_requested_ = false;
    // Of run_on_inputs, made anew only when a ring was replaced.
    std::vector<ipc::RingReader*> readers_;
    std::vector<std::uint64_t> seen_, last_;
    std::vector<ipc::WaitWord> words_;
};

}  // namespace streamlib
