// SPDX-License-Identifier: Apache-2.0
/// @file
/// Whether a process that was sent SIGKILL will not die for now: a decision over looks at it.
///
/// Model     Pure. Killed, a process is gone within milliseconds, unless the kernel holds it (D state, a tracer at its exit, a
///           thread of it in either): after `patience` and several looks it counts as undead. One that is merely runnable
///           waits for a processor, among a thousand others perhaps: it gets `starved`.
/// Rule      Its pidfd comes first: who has ended is not looked at any more.
#pragma once

#include "ipc/base/time.hpp"
#include "supervisor/launcher/process_state.hpp"

namespace streamlib::supervision {

class DeathWatch {
public:
    static constexpr Nanoseconds patience = 1'000'000'000, starved = 10'000'000'000;
    static constexpr Nanoseconds look_every = 250'000'000;

    /// SIGKILL was sent; only the first time counts.
    void killed(MonotonicTime now) noexcept {
        if (waits()) return;
        killed_ = now;
        due_ = now + 2 * look_every;
    }
    [[nodiscard]] bool waits() const noexcept { return due_.ns != INT64_MAX; }
    /// When to look next; {INT64_MAX}: nothing was killed.
    [[nodiscard]] MonotonicTime due() const noexcept { return due_; }
    [[nodiscard]] Nanoseconds since(MonotonicTime now) const noexcept { return now - killed_; }

    /// A look, when one is due. True: it will not die for now.
    [[nodiscard]] bool look(MonotonicTime now, ProcessState state) noexcept {
        if (now < due_) return false;
        due_ = now + look_every;
        // A launcher that was not run itself has seen nothing yet.
        if (++looks_ < 3) return false;
        return since(now) >= (state == ProcessState::running ? starved : patience);
    }

private:
    MonotonicTime killed_{}, due_{INT64_MAX};
    int looks_ = 0;
};

}  // namespace streamlib::supervision
