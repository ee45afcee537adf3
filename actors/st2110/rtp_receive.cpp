// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp_receive.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace streamlib::actors {

RtpReceive::RtpReceive(MediaKind kind) : kind_(kind) { default_trigger(Trigger::tick); }

Result<st2110::ReceivePlan> RtpReceive::open() {
    auto plan = st2110::plan_reception(
        kind_, {*from, *source, *sdp, *format, *ports, static_cast<int>(*payload_type)});
    if (!plan) return plan;
    for (const std::string& text : plan->warnings) log(LogLevel::warning, text);
    if (auto opened = endpoint_.open(plan->wish); !opened) return tl::unexpected(opened.error());
    return plan;
}

Result<> RtpReceive::start() {
    auto reactor = Reactor::create({});
    if (!reactor) return tl::unexpected(reactor.error());
    reactor_ = std::move(*reactor);
    log(LogLevel::info,
        "receives at " + to_string(endpoint_.bound()) + " with " + std::string(reactor_->method()));
    sleep_in(*this);
    return {};
}

/// Not before it is wanted: a standby must not take packets from who receives them now.
void RtpReceive::listen() {
    listening_ = true;
    auto socket = reactor_->on_datagrams(
        endpoint_.fd(), [this](const Datagrams& came) { take(came, MonotonicTime::now()); });
    if (!socket) throw std::runtime_error(socket.error().text);
    socket_ = *socket;
}

void RtpReceive::sleep(MonotonicTime until) {
    if (!listening_) listen();
    static_cast<void>(reactor_->run_once(std::min(until, deadline())));
    poll(MonotonicTime::now());
}

void RtpReceive::process(const Tick&) {
    poll(MonotonicTime::now());
    count();
    const ReceiveCounters counters = reactor_->counters(socket_);
    raise(kernel_drops, counters.kernel_drops);
    if (counters.failed) throw std::runtime_error("its socket receives nothing any more");
}

void RtpReceive::stop() {
    flush();
    count();
    log(LogLevel::info,
        std::to_string(packets.value()) + " packets came; " + std::to_string(lost.value()) +
            " lost, " + std::to_string(reordered.value()) + " reordered, " +
            std::to_string(duplicate.value()) + " twice, " + std::to_string(late.value()) +
            " late, " + std::to_string(foreign.value()) + " foreign, " +
            std::to_string(bad.value()) + " bad, " + std::to_string(kernel_drops.value()) +
            " dropped by the kernel");
    reactor_.reset();
}

void RtpReceive::note_event(std::string_view text, bool new_stream) noexcept {
    if (new_stream) streams.add();
    log(new_stream ? LogLevel::info : LogLevel::warning, text);
}

}  // namespace streamlib::actors
