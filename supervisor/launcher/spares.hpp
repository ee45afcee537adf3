// SPDX-License-Identifier: Apache-2.0
/// @file
/// Processes forked ahead of need: a restart then only has to say who they are.
///
/// Model     A spare comes from its zygote like any actor, is contained and adopted like one, and waits on a channel of its own
///           for the order that an actor would have been forked with. Two forks, and what a fresh process faults in, are off
///           the way from a death to the next first frame. A taken spare is replaced a little later, one at a time.
/// Crash     They outlive their zygote. One that was killed is noticed when it is to be taken; one that dies after that is an
///           actor that died.
/// Threads   The launcher's one thread.
/// Cost      A spare takes about 0.3 MB of its own: 54 pages, page tables, a kernel stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "ipc/channel.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/zygote/zygote_link.hpp"

namespace streamlib::supervision {

class Spares {
public:
    Spares() = default;
    Spares(Spares&&) = default;
    Spares& operator=(Spares&&) = default;
    ~Spares();

    /// How many are to be ready.
    void want(std::uint32_t count, MonotonicTime now) noexcept;
    /// When the next is to be ordered; {INT64_MAX}: none is.
    [[nodiscard]] MonotonicTime due() const noexcept;
    /// Begins one: the end of its channel that goes to the zygote. It was born, or not, when one of the next two is called.
    [[nodiscard]] ipc::Channel begin();
    void on_born(const zygote_link::SpawnReport& report, MonotonicTime now);
    void on_lost(MonotonicTime now);

    /// Turns one into an actor; the descriptors stay the caller's. Empty: none is there.
    [[nodiscard]] std::optional<ChildProcess> take(const std::string& comm,
                                                   const ipc::Channel& channel, int page,
                                                   MonotonicTime now);
    void end() noexcept;

private:
    struct Spare {
        ChildProcess process;
        ipc::Channel channel;
    };
    std::uint32_t wanted_ = 0;
    std::vector<Spare> ready_;
    ipc::Channel coming_{};
    /// Of the last one that was taken. Closed while a socket is on its way through it, it would have the kernel look for
    /// cycles of such sockets, on the processor that the new actor is to run on.
    ipc::Channel told_{};
    MonotonicTime not_before_{};
};

}  // namespace streamlib::supervision
