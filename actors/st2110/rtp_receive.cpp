// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp_receive.hpp"

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <string>

namespace streamlib::actors {
namespace {

using st2110::PacketStatus;
using st2110::StreamEvent;

/// Packets of sound come one by one: few buffers, of a datagram each, stay in the cache.
constexpr ReactorOptions for_sound{.buffers = 32, .buffer_bytes = 9216};
constexpr Nanoseconds worth_a_nap = 100'000;  // else the next packet may as well wake it

constexpr std::string_view text_of(StreamEvent event) {
    switch (event) {
        case StreamEvent::started: return "the stream has begun";
        case StreamEvent::ssrc_changed: return "another sender (SSRC) is followed now";
        case StreamEvent::time_jumped: return "the sender's media time has jumped";
        case StreamEvent::sequence_restarted: return "the sender counts its packets anew";
        case StreamEvent::rows_renumbered:
            return "the rows of interlaced pictures are numbered otherwise (frame or field rows)";
        case StreamEvent::format_mismatch:
            return "what comes does not fit `format`: compare it with the sender's SDP";
    }
    return "?";
}

}  // namespace

RtpReceive::RtpReceive(MediaKind kind) : kind_(kind) { default_trigger(Trigger::tick); }

Result<st2110::ReceivePlan> RtpReceive::plan(const std::string& layout) const {
    return st2110::plan_reception(
        kind_, {*from, *source, *sdp, *format, layout, *ports, static_cast<int>(*payload_type)});
}

Result<st2110::ReceivePlan> RtpReceive::open(const std::string& layout) {
    auto made = plan(layout);
    if (!made) return made;
    for (const std::string& text : made->warnings) log(LogLevel::warning, text);
    if (auto opened = endpoint_.open(made->wish); !opened) return tl::unexpected(opened.error());
    wish_ = made->wish;
    return made;
}

Result<st2110::ReceivePlan> RtpReceive::plan_again(const std::string& layout) {
    auto made = plan(layout);
    if (!made || same_place(made->wish, wish_)) return made;
    return fail(Errc::mismatch, *sdp + " names another address now, " +
                                    to_string(made->wish.local) + " for " + to_string(wish_.local));
}

void RtpReceive::resize_buffer(const SocketWish& wish) {
    if (wish == wish_) return;
    wish_ = wish;
    const auto adjusted = adjust_socket(endpoint_.fd(), wish);
    if (!adjusted) return log(LogLevel::warning, adjusted.error().text);
    for (const std::string& text : *adjusted) log(LogLevel::warning, text);
}

Result<> RtpReceive::start() {
    auto reactor = Reactor::create(kind_ == MediaKind::audio ? for_sound : ReactorOptions{});
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
    const MonotonicTime latest = std::min(until, deadline());
    const MonotonicTime quiet = std::min(latest, quiet_until());
    if (quiet - MonotonicTime::now() < worth_a_nap) {
        static_cast<void>(reactor_->run_once(latest));
    } else {
        const timespec at{quiet.ns / 1'000'000'000, quiet.ns % 1'000'000'000};
        static_cast<void>(::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr));
        static_cast<void>(reactor_->run_once({}));  // what came meanwhile
    }
    poll(MonotonicTime::now());
}

void RtpReceive::process(const Tick&) {
    poll(MonotonicTime::now());
    count();
    const ReceiveCounters counters = reactor_->counters(socket_);
    raise(kernel_drops, counters.kernel_drops);
    if (counters.failed) throw std::runtime_error("its socket receives nothing any more");
}

void RtpReceive::ending() {
    count();
    ending_ = true;
    flush();
}

void RtpReceive::stop() {
    log(LogLevel::info,
        std::to_string(packets.value()) + " packets came; " + std::to_string(lost.value()) +
            " lost, " + std::to_string(reordered.value()) + " reordered, " +
            std::to_string(duplicate.value()) + " twice, " + std::to_string(late.value()) +
            " late, " + std::to_string(foreign.value()) + " foreign, " +
            std::to_string(bad.value()) + " bad, " + std::to_string(kernel_drops.value()) +
            " dropped by the kernel");
    reactor_.reset();
}

void RtpReceive::note_stream(StreamEvent event) noexcept {
    const bool followed = event == StreamEvent::started || event == StreamEvent::ssrc_changed;
    if (followed) streams.add();
    log(followed ? LogLevel::info : LogLevel::warning, text_of(event));
}

void RtpReceive::count_packets(std::uint64_t came, std::uint64_t octets, std::uint64_t never,
                               std::uint64_t out_of_order, const ByStatus& by_status) noexcept {
    const auto of = [&](PacketStatus status) {
        return by_status[static_cast<std::size_t>(status)];
    };
    raise(packets, came);
    raise(bytes, octets);
    raise(lost, never);
    raise(reordered, out_of_order);
    raise(duplicate, of(PacketStatus::duplicate));
    raise(late, of(PacketStatus::late));
    raise(foreign, of(PacketStatus::foreign) + of(PacketStatus::other_type));
    raise(bad, of(PacketStatus::not_rtp) + of(PacketStatus::truncated) +
                   of(PacketStatus::bad_size) + of(PacketStatus::outside) + of(PacketStatus::jump));
}

}  // namespace streamlib::actors
