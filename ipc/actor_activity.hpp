// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an actor is doing at this moment and since when, in one word, so that nobody sees half of it.
///
/// Model     The actor stores the word when it enters and when it leaves one of its author's functions; 0 while it waits.
///           Whoever watches compares two looks at it: the same word is the same call.
/// Threads   One writer, the actor's own thread; anybody may read.
/// Cost      One relaxed store each way: what is watched is the word alone, nothing is published by it. The time is one that
///           the caller has read anyway, or one vDSO call.
#pragma once

#include <cstdint>

#include "ipc/base/time.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

enum class ActorPhase : std::uint8_t {
    waiting = 0,       ///< For a tick, a block, a message: never too long.
    constructing = 1,  ///< The object is made and gets its properties.
    configuring = 2,   ///< configure(), format_changed().
    restoring = 3,     ///< restore().
    starting = 4,      ///< start().
    processing = 5,    ///< process().
    handling = 6,      ///< A message of the launcher, or of another actor.
    snapshotting = 7,  ///< snapshot().
    stopping = 8,      ///< stop().
};

struct Activity {
    ActorPhase phase = ActorPhase::waiting;
    MonotonicTime since{};  ///< Of the call, or of the last Actor::progress() in it.
};

/// Room for 36 years of CLOCK_MONOTONIC beside the phase.
[[nodiscard]] constexpr std::uint64_t activity_word(ActorPhase phase,
                                                    MonotonicTime since) noexcept {
    return static_cast<std::uint64_t>(since.ns) << 4 | static_cast<std::uint64_t>(phase);
}
[[nodiscard]] constexpr Activity activity_of(std::uint64_t word) noexcept {
    return {static_cast<ActorPhase>(word & 0xF), {static_cast<std::int64_t>(word >> 4)}};
}
/// What a person calls it: "process()", "start()", …
[[nodiscard]] constexpr const char* to_string(ActorPhase phase) noexcept {
    switch (phase) {
        case ActorPhase::waiting: return "waiting";
        case ActorPhase::constructing: return "its constructor";
        case ActorPhase::configuring: return "configure()";
        case ActorPhase::restoring: return "restore()";
        case ActorPhase::starting: return "start()";
        case ActorPhase::processing: return "process()";
        case ActorPhase::handling: return "a message handler";
        case ActorPhase::snapshotting: return "snapshot()";
        case ActorPhase::stopping: return "stop()";
    }
    return "something unknown";
}

/// Stores an activity for as long as it lives, then what was there before.
class ActivityScope {
public:
    /// Without a word (an actor outside of a node): does nothing.
    ActivityScope(SharedWord* word, ActorPhase phase) noexcept : word_(word) {
        if (word_ == nullptr) return;
        before_ = word_->load(std::memory_order_relaxed);
        word_->store(activity_word(phase, MonotonicTime::now()), std::memory_order_relaxed);
    }
    ActivityScope(const ActivityScope&) = delete;
    ActivityScope& operator=(const ActivityScope&) = delete;
    ~ActivityScope() {
        if (word_ != nullptr) word_->store(before_, std::memory_order_relaxed);
    }

private:
    SharedWord* word_;
    std::uint64_t before_ = 0;
};

}  // namespace streamlib::ipc
