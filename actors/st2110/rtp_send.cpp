// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp_send.hpp"

#include <string>

namespace streamlib::actors {
namespace {

constexpr Nanoseconds patience = 1'000'000'000;  // with a send buffer that does not empty

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
    sender_ = std::move(*sender);
    log(LogLevel::info, "sends to " + *to + " from " + to_string(endpoint_.bound()) + " with " +
                            std::string(sender_->method()));
    return {};
}

std::uint32_t RtpSend::ssrc_number() const {
    return *ssrc != 0 ? static_cast<std::uint32_t>(*ssrc) : st2110::name_hash(name());
}

SendBatch& RtpSend::next_batch() noexcept {
    for (;;) {
        if (SendBatch* batch = sender_->open(); batch != nullptr) return *batch;
        sender_->submit();
        static_cast<void>(sender_->take_done(MonotonicTime::now() + patience));
    }
}

void RtpSend::settle(bool all) noexcept {
    sender_->submit();
    const MonotonicTime until = all ? MonotonicTime::now() + patience : MonotonicTime{0};
    do {
        static_cast<void>(sender_->take_done(until));
    } while (all && sender_->under_way() != 0 && MonotonicTime::now() < until);
    const SendCounters& counted = sender_->counters();
    raise(packets, counted.datagrams);
    raise(bytes, counted.bytes);
    raise(lost, counted.lost);
    raise(refused, counted.refused);
}

}  // namespace streamlib::actors
