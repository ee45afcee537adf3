// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp_send.hpp"

#include <sys/socket.h>

#include <stdexcept>
#include <string>

namespace streamlib::actors {
namespace {

/// With a send buffer out of which nothing leaves: far above any stream's burst, below the hang watch.
constexpr Nanoseconds patience = 200'000'000;

}  // namespace

Result<> RtpSend::open(std::uint32_t buffer_bytes) {
    auto wish = st2110::plan_sending(
        {*to, *bind, *ports, static_cast<int>(*ttl), static_cast<int>(*dscp)}, buffer_bytes);
    if (!wish) return tl::unexpected(wish.error());
    wish_ = *wish;
    return endpoint_.open(wish_);
}

Result<> RtpSend::begin(const SenderOptions& options) {
    auto sender = DatagramSender::create(endpoint_.fd(), options);
    if (!sender) return tl::unexpected(sender.error());
    send_with(std::move(*sender));
    log(LogLevel::info, "sends to " + *to + " from " + to_string(endpoint_.bound()) + " with " +
                            std::string(sender_->method()));
    return {};
}

std::uint32_t RtpSend::ssrc_number() const {
    return *ssrc != 0 ? static_cast<std::uint32_t>(*ssrc) : st2110::name_hash(name());
}

/// Some batches come back; where none does in time, all that wait are lost.
void RtpSend::wait_for_some() {
    if (!sender_->take_done(MonotonicTime::now() + patience).empty()) return progress();
    // The kernel lets go of what it did not send, at once. If ever it does not, the memory is its own until this process ends.
    if (!sender_->give_up(MonotonicTime::now() + patience))
        throw std::runtime_error("the kernel keeps packets to " + *to + " that it does not send");
    static_cast<void>(sender_->take_done(MonotonicTime{0}));
}

SendBatch& RtpSend::next_batch() {
    SendBatch* batch = sender_->open();
    while (batch == nullptr) {
        sender_->submit();
        wait_for_some();  // one at least is free then
        batch = sender_->open();
    }
    return *batch;
}

bool RtpSend::send_alone(std::span<const std::byte> packet) noexcept {
    if (sender_->under_way() != 0) return false;
    const auto sent =
        ::send(endpoint_.fd(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(packet.size())) return false;
    ++alone_;
    alone_bytes_ += packet.size();
    packets.add();
    bytes.add(packet.size());
    return true;
}

void RtpSend::settle(bool all) {
    sender_->submit();
    static_cast<void>(sender_->take_done(MonotonicTime{0}));
    while (all && sender_->under_way() != 0) wait_for_some();
    const SendCounters& counted = sender_->counters();
    raise(packets, counted.datagrams + alone_);
    raise(bytes, counted.bytes + alone_bytes_);
    raise(lost, counted.lost);
    raise(refused, counted.refused);
}

}  // namespace streamlib::actors
