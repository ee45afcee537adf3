// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/rtp_send.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace streamlib::actors {
namespace {

constexpr Nanoseconds patience = 1'000'000'000;  // with a send buffer that does not empty

/// FNV-1a: the same name is the same source, whichever incarnation sends.
std::uint32_t hash_of(std::string_view text) {
    std::uint32_t hash = 2166136261;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return hash;
}

}  // namespace

Result<> RtpSend::open(std::uint32_t buffer_bytes) {
    auto wish = st2110::plan_sending(
        {*to, *bind, *ports, static_cast<int>(*ttl), static_cast<int>(*dscp)}, buffer_bytes);
    if (!wish) return tl::unexpected(wish.error());
    wish_ = *wish;
    return endpoint_.open(wish_);
}

Result<> RtpSend::begin() {
    auto sender = DatagramSender::create(endpoint_.fd(), {});
    if (!sender) return tl::unexpected(sender.error());
    sender_ = std::move(*sender);
    log(LogLevel::info, "sends to " + *to + " from " + to_string(endpoint_.bound()) + " with " +
                            std::string(sender_->method()));
    return {};
}

Result<> RtpSend::describe(st2110::Media media) {
    if (directory().empty()) return {};
    auto text = st2110::describe_stream(name(), std::move(media), address(), incarnation());
    if (!text) return tl::unexpected(text.error());
    const std::filesystem::path folder = std::filesystem::path(directory()) / "sdp";
    std::error_code made;
    std::filesystem::create_directories(folder, made);
    const std::filesystem::path path = folder / (name() + ".sdp"),
                                fresh = folder / (name() + ".new");
    // Who looks at any time sees the old one or the new one.
    std::ofstream file(fresh, std::ios::binary);
    if (!(file << *text).flush()) return fail(Errc::io, fresh.string() + " cannot be written");
    std::filesystem::rename(fresh, path, made);
    if (made) return fail(Errc::io, path.string() + ": " + made.message());
    return {};
}

std::uint32_t RtpSend::ssrc_number() const {
    return *ssrc != 0 ? static_cast<std::uint32_t>(*ssrc) : hash_of(name());
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
