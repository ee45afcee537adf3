// SPDX-License-Identifier: Apache-2.0
#include "actors/test/probe_stats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <utility>

namespace streamlib::actors {
namespace {

constexpr std::size_t step_bits = 6;  // 64 buckets a doubling.

/// Below 64 each value has its bucket; above, each doubling is cut into 64.
std::size_t bucket_of(std::uint64_t value, std::size_t buckets) {
    const auto width = static_cast<std::size_t>(std::bit_width(value));
    if (width <= step_bits) return static_cast<std::size_t>(value);
    const std::size_t shift = width - step_bits - 1;
    const std::size_t bucket = (shift + 1) * 64 + static_cast<std::size_t>(value >> shift) - 64;
    return std::min(bucket, buckets - 1);
}

/// Largest value in a bucket.
std::uint64_t top_of(std::size_t bucket) {
    if (bucket < 64) return bucket;
    const std::size_t shift = bucket / 64 - 1;
    return ((std::uint64_t{64} + bucket % 64 + 1) << shift) - 1;
}

std::string ms(Nanoseconds span) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(span) / 1e6);
    return text;
}

const char* word(IndexKind index) {
    constexpr const char* words[] = {"tick", "burnt", "block"};
    return words[static_cast<std::size_t>(index)];
}

std::string span_json(const SpanHistogram& h) {
    char text[192];
    std::snprintf(text, sizeof text,
                  R"({"min":%lld,"mean":%lld,"p50":%lld,"p99":%lld,"p999":%lld,"max":%lld})",
                  static_cast<long long>(h.min()), static_cast<long long>(std::llround(h.mean())),
                  static_cast<long long>(h.percentile(50)),
                  static_cast<long long>(h.percentile(99)),
                  static_cast<long long>(h.percentile(99.9)), static_cast<long long>(h.max()));
    return text;
}

/// Instance names are [A-Za-z0-9_-], so nothing needs escaping; be safe for tests with other names.
std::string plain(const std::string& name) {
    std::string text;
    for (const char c : name)
        if (c >= ' ' && c != '"' && c != '\\') text += c;
    return text;
}

}  // namespace

void SpanHistogram::add(Nanoseconds span) noexcept {
    min_ = count_ == 0 ? span : std::min(min_, span);
    max_ = count_ == 0 ? span : std::max(max_, span);
    ++count_;
    sum_ += static_cast<double>(span);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(std::max<Nanoseconds>(span, 0)),
                         buckets_.size())];
}

double SpanHistogram::mean() const noexcept {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

Nanoseconds SpanHistogram::percentile(double percent) const noexcept {
    if (count_ == 0) return 0;
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return std::clamp(static_cast<Nanoseconds>(top_of(i)), min_, max_);
    }
    return max_;
}

Order IndexFollower::follow(std::uint64_t index) noexcept {
    const std::uint64_t last = last_;
    last_ = index;
    if (!std::exchange(any_, true)) return Order::first;
    if (index == last) {
        ++repeats_;
        return Order::repeated;
    }
    if (index < last) {
        ++backward_;
        return Order::backward;
    }
    const auto moved = static_cast<double>(index - last);
    if (moved <= std::ceil(step_)) return Order::next;
    ++gaps_;
    missing_ += static_cast<std::uint64_t>(std::max(1.0, std::round(moved / step_) - 1));
    return Order::gap;
}

void ProbeStats::arrive(TaiTime now, TaiTime time, TaiTime origin) noexcept {
    from_origin.add(now - origin);
    from_time.add(now - time);
    if (blocks != 0) {
        const Nanoseconds deviation = (now - last_now_) - (time - last_time_);
        jitter.add(deviation < 0 ? -deviation : deviation);
    }
    last_now_ = now;
    last_time_ = time;
    ++blocks;
}

std::string ProbeStats::line() const {
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    return number(blocks) + " blocks, " + number(order.repeats() + same) + " repeats, " +
           number(order.gaps()) + " gaps (" + number(order.missing()) + " missing), " +
           number(order.backward()) + " backward, " + number(overwritten) + " overwritten, " +
           number(unreadable) + " unreadable, by " +
           (index == IndexKind::burnt ? "burnt-in" : word(index)) +
           " index; latency from origin p50 " + ms(from_origin.percentile(50)) + " p99 " +
           ms(from_origin.percentile(99)) + " max " + ms(from_origin.max()) +
           " ms, from time p50 " + ms(from_time.percentile(50)) + " max " + ms(from_time.max()) +
           " ms, jitter p99 " + ms(jitter.percentile(99)) + " max " + ms(jitter.max()) + " ms";
}

std::string ProbeStats::json(const std::string& actor) const {
    std::string text = "{\"actor\":\"" + plain(actor) + "\"";
    const auto add = [&](const char* key, const std::string& value) {
        text += ",\"" + std::string(key) + "\":" + value;
    };
    add("blocks", std::to_string(blocks));
    add("repeats", std::to_string(order.repeats() + same));
    add("gaps", std::to_string(order.gaps()));
    add("missing", std::to_string(order.missing()));
    add("backward", std::to_string(order.backward()));
    add("overwritten", std::to_string(overwritten));
    add("unreadable", std::to_string(unreadable));
    add("restarts", std::to_string(restarts));
    add("index", "\"" + std::string(word(index)) + "\"");
    add("latency_origin_ns", span_json(from_origin));
    add("latency_time_ns", span_json(from_time));
    add("jitter_ns", span_json(jitter));
    return text + "}";
}

}  // namespace streamlib::actors
