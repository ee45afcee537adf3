// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/spares.hpp"

#include <poll.h>

#include <algorithm>
#include <cstring>

#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {
namespace {

/// After one was taken: first the actor gets the processor, then its replacement.
constexpr Nanoseconds refill_after_ns = 20'000'000;
/// After one was not born.
constexpr Nanoseconds again_after_ns = 500'000'000;

bool has_ended(const ChildProcess& process) noexcept {
    pollfd gone{process.pidfd.get(), POLLIN, 0};
    return ::poll(&gone, 1, 0) != 0;
}

}  // namespace

Spares::~Spares() { end(); }

void Spares::want(std::uint32_t count, MonotonicTime now) noexcept {
    wanted_ = count;
    not_before_ = now;
}

MonotonicTime Spares::due() const noexcept {
    return coming_ || ready_.size() >= wanted_ ? MonotonicTime{INT64_MAX} : not_before_;
}

ipc::Channel Spares::begin() {
    auto ends = ipc::Channel::pair();
    if (!ends) {
        on_lost(MonotonicTime::now());
        return {};
    }
    coming_ = std::move(ends->first);
    told_ = {};
    return std::move(ends->second);
}

void Spares::on_born(const zygote_link::SpawnReport& report, MonotonicTime now) {
    auto pidfd = report.pid > 0 ? open_pidfd(report.pid)
                                : Result<UniqueFd>(fail(Errc::gone, "it was not forked"));
    if (!pidfd || !coming_) return on_lost(now);
    ready_.push_back({{report.pid, std::move(*pidfd)}, std::move(coming_)});
    coming_ = {};
}

void Spares::on_lost(MonotonicTime now) {
    coming_ = {};
    not_before_ = now + again_after_ns;
}

std::optional<ChildProcess> Spares::take(const std::string& comm, const ipc::Channel& channel,
                                         int page, MonotonicTime now) {
    zygote_link::SpawnRequest request;
    std::memcpy(request.comm, comm.data(), std::min<std::size_t>(comm.size(), 15));
    const int fds[] = {channel.fd(), page};
    while (!ready_.empty()) {
        Spare spare = std::move(ready_.back());
        ready_.pop_back();
        not_before_ = now + refill_after_ns;
        const auto bytes = std::as_bytes(std::span(&request, 1));
        if (!has_ended(spare.process) && spare.channel.send(bytes, fds)) {
            told_ = std::move(spare.channel);
            return std::move(spare.process);
        }
        kill_and_let_go(spare.process);
    }
    return std::nullopt;
}

void Spares::end() noexcept {
    wanted_ = 0;
    for (Spare& spare : ready_) kill_and_reap(spare.process);
    ready_.clear();
    coming_ = {};
}

}  // namespace streamlib::supervision
