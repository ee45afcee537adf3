// SPDX-License-Identifier: Apache-2.0
#include "ipc/log_ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace streamlib::ipc {
namespace {

constexpr std::size_t body_words = sizeof(LogRecordBody) / 8;

constexpr std::uint64_t finished(std::uint64_t number) { return 2 * (number + 1); }
constexpr std::uint64_t unfinished(std::uint64_t number) { return finished(number) + 1; }

/// Two threads can be in one record when one of them sleeps through a whole lap: then the sum does not fit.
std::uint64_t checksum_of(const LogRecordBody& body, std::uint64_t number) {
    std::uint64_t words[body_words];
    std::memcpy(words, &body, sizeof body);
    std::uint64_t sum = number + 1;
    for (std::size_t n = 1; n < body_words; ++n) {  // word 0 is the checksum itself
        sum = std::rotl((sum ^ words[n]) * 0x9E37'79B9'7F4A'7C15, 29);
    }
    return sum;
}

/// As much of a text as fits, not cutting a UTF-8 character in two.
std::size_t fitting_bytes(std::string_view text) {
    if (text.size() <= log_text_bytes) return text.size();
    std::size_t end = log_text_bytes;
    while (end > log_text_bytes - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return end;
}

LogLine line_of(const LogRecordBody& body, std::uint64_t number) {
    LogLine line;
    line.number = number;
    line.time = TaiTime{body.time_ns};
    line.level = std::min(body.level, LogLevel::error);
    line.truncated = body.truncated != 0;
    line.incarnation = body.incarnation;
    line.text.assign(body.text, std::min<std::size_t>(body.text_bytes, log_text_bytes));
    return line;
}

/// The body of this number, or none if another has overwritten it meanwhile.
std::optional<LogRecordBody> copy_of(const LogRecord& record, std::uint64_t number) {
    LogRecordBody body;
    load_words(&body, record.body, body_words);
    if (record.stamp.load(std::memory_order_relaxed) != finished(number)) return std::nullopt;
    if (body.checksum != checksum_of(body, number)) return std::nullopt;
    return body;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return "unknown";
}

void LogWriter::write(LogLevel level, TaiTime time, std::string_view text) noexcept {
    if (ring_ == nullptr) return;
    const std::size_t length = fitting_bytes(text);
    LogRecordBody body;
    body.time_ns = time.ns;
    body.incarnation = incarnation_;
    body.level = level;
    body.text_bytes = static_cast<std::uint16_t>(length);
    body.truncated = length < text.size() ? 1 : 0;
    std::memcpy(body.text, text.data(), length);
    if (body.truncated != 0) ring_->truncated.fetch_add(1, std::memory_order_relaxed);

    const std::uint64_t number = ring_->next.fetch_add(1, std::memory_order_acq_rel);
    body.checksum = checksum_of(body, number);
    LogRecord& record = ring_->records[number % log_records];
    record.stamp.store(unfinished(number),
                       std::memory_order_relaxed);  // ordered by the stores that follow
    store_words(record.body, &body, body_words);
    record.stamp.store(finished(number),
                       std::memory_order_release);  // pairs with the acquire in read()
}

LogReader::Lines LogReader::read(Unfinished policy) {
    Lines result;
    if (ring_ == nullptr) return result;
    const std::uint64_t end = ring_->next.load(std::memory_order_acquire);
    const std::uint64_t oldest = end > log_records ? end - log_records : 0;
    if (position_ < oldest) result.lost += oldest - position_;
    position_ = std::clamp(position_, oldest, end);
    for (; position_ != end; ++position_) {
        const std::uint64_t number = position_;
        const LogRecord& record = ring_->records[number % log_records];
        const std::uint64_t stamp =
            record.stamp.load(std::memory_order_acquire);  // pairs with write()
        if (stamp == finished(number)) {
            if (const auto body = copy_of(record, number)) {
                result.lines.push_back(line_of(*body, number));
                continue;
            }
        } else if (stamp <= unfinished(number) && policy == Unfinished::wait &&
                   end - number <= log_records / 2) {
            break;  // half a lap behind, nobody is still writing it
        }
        ++result.lost;
    }
    return result;
}

void LogReader::seek_last(std::uint64_t lines) noexcept {
    if (ring_ == nullptr) return;
    const std::uint64_t end = ring_->next.load(std::memory_order_acquire);
    const std::uint64_t kept = std::min<std::uint64_t>({lines, log_records, end});
    position_ = end - kept;
}

}  // namespace streamlib::ipc
