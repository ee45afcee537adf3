// SPDX-License-Identifier: Apache-2.0
/// @file
/// Clock and control from the launcher's side: exec'd, always restarted, told everything again each time.
/// Threads   The launcher's one thread.
#pragma once

#include <functional>
#include <string>

#include "ipc/channel.hpp"
#include "supervisor/launcher/back_off.hpp"
#include "supervisor/launcher/event_loop.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/process_state.hpp"
#include "supervisor/launcher/silence_watch.hpp"

namespace streamlib::supervision {

class ServiceProcess {
public:
    /// `greet` is called with each new process's channel.
    ServiceProcess(EventLoop& loop, Role role, std::uint32_t index, std::string node, int lifeline,
                   std::function<void(ipc::Channel&)> greet);
    ~ServiceProcess();
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;

    [[nodiscard]] Result<> start();
    /// Its pidfd is readable: "sl-clock: signal 9 (SIGKILL)"; empty: it lives.
    [[nodiscard]] std::string on_process();
    /// Its channel has ended or said nonsense: it is of no use any more.
    void give_up();
    /// Something came from it.
    void heard() noexcept { silence_.heard(); }
    /// A look each second at one that says as often that it lives: why it has to be replaced; empty: it has not. One that is
    /// traced is let be.
    [[nodiscard]] std::string look(MonotonicTime now);
    /// A restart whose time has come; returns when the next one is due.
    [[nodiscard]] MonotonicTime restart_due(MonotonicTime now);
    [[nodiscard]] ipc::Channel& channel() noexcept { return channel_; }
    [[nodiscard]] bool is_ours(pid_t pid) const noexcept { return process_.pid == pid; }
    /// Closes the channel, which tells it to end; SIGKILL after `grace`.
    void end(Nanoseconds grace);

private:
    EventLoop& loop_;
    Role role_;
    std::uint32_t index_;
    std::string node_;
    int lifeline_;
    std::function<void(ipc::Channel&)> greet_;
    ChildProcess process_;
    StoppedWatch stopped_;
    SilenceWatch silence_;
    ipc::Channel channel_;
    BackOff back_off_;
    MonotonicTime born_{}, due_{INT64_MAX};
};

}  // namespace streamlib::supervision
