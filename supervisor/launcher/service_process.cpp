// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/service_process.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {

ServiceProcess::ServiceProcess(EventLoop& loop, Role role, std::uint32_t index, std::string node,
                               int lifeline, std::function<void(ipc::Channel&)> greet)
    : loop_(loop),
      role_(role),
      index_(index),
      node_(std::move(node)),
      lifeline_(lifeline),
      greet_(std::move(greet)) {}

ServiceProcess::~ServiceProcess() { end(0); }

Result<> ServiceProcess::start() {
    auto ends = ipc::Channel::pair();
    if (!ends) return tl::unexpected(ends.error());
    auto process = exec_role({.role = role_, .launcher_pid = ::getpid(), .node = node_},
                             {.channel = ends->second.fd(), .lifeline = lifeline_});
    if (!process) return tl::unexpected(process.error());
    process_ = std::move(*process);
    channel_ = std::move(ends->first);
    stopped_ = {};
    silence_ = {};
    born_ = MonotonicTime::now();
    due_ = {INT64_MAX};
    loop_.watch(channel_.fd(), {Source::service_channel, index_});
    loop_.watch(process_.pidfd.get(), {Source::service_process, index_});
    greet_(channel_);
    return {};
}

std::string ServiceProcess::on_process() {
    if (!process_.pidfd) return {};
    const auto how = reap(process_);
    if (!how) return {};
    loop_.forget(process_.pidfd.get());
    process_ = {};
    if (channel_) loop_.forget(channel_.fd());
    channel_.close();
    const MonotonicTime now = MonotonicTime::now();
    due_ = now + back_off_.delay_after(now - born_);
    const std::string text = exit_text(*how, "");
    return comm_of({.role = role_}) + ": " + (text.empty() ? "exit 0" : text);
}

std::string ServiceProcess::look(MonotonicTime now) {
    if (!process_.pidfd) return {};
    const ProcessState state = process_state(process_.pid);
    if (stopped_.look(state)) return "it was stopped";
    if (state == ProcessState::traced) return {};
    return silence_.look(now) ? "nothing was heard of it for some seconds" : std::string{};
}

void ServiceProcess::give_up() {
    if (channel_) loop_.forget(channel_.fd());
    channel_.close();
    kill_process(process_.pidfd, SIGKILL);
}

MonotonicTime ServiceProcess::restart_due(MonotonicTime now) {
    if (due_ <= now && !start()) due_ = now + 1'000'000'000;
    return due_;
}

void ServiceProcess::end(Nanoseconds grace) {
    due_ = {INT64_MAX};
    if (channel_) loop_.forget(channel_.fd());
    channel_.close();
    if (!process_.pidfd) return;
    loop_.forget(process_.pidfd.get());
    pollfd ended{process_.pidfd.get(), POLLIN, 0};
    static_cast<void>(::poll(&ended, 1, static_cast<int>(grace / 1'000'000)));
    kill_and_reap(process_);
}

}  // namespace streamlib::supervision
