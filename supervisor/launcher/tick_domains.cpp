// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/tick_domains.hpp"

#include <algorithm>
#include <new>

#include "runtime/clock/tick_page.hpp"
#include "supervisor/clock/clock_link.hpp"

namespace streamlib::supervision {

Result<TickDomains> TickDomains::create(const GraphPlan& plan) {
    TickDomains domains;
    for (const PlannedActor& actor : plan.actors) {
        const auto known = std::find(domains.rates_.begin(), domains.rates_.end(), actor.rate);
        domains.of_actor_.push_back(static_cast<std::uint32_t>(known - domains.rates_.begin()));
        if (known == domains.rates_.end()) domains.rates_.push_back(actor.rate);
    }
    if (domains.rates_.size() > max_tick_domains) {
        return fail(Errc::invalid_argument, std::to_string(domains.rates_.size()) +
                                                " tick rates in one node, a clock serves " +
                                                std::to_string(max_tick_domains) +
                                                "; let actors share domains");
    }
    for (std::size_t n = 0; n < domains.rates_.size(); ++n) {
        auto page = ipc::OwnedSegment::create({.purpose = "tick page",
                                               .payload_bytes = sizeof(TickPage),
                                               .layout_hash = tick_page_layout_hash,
                                               .kind = ipc::SegmentKind::control});
        if (!page) return tl::unexpected(page.error());
        new (page->payload()) TickPage{};
        domains.pages_.push_back(std::move(*page));
    }
    return domains;
}

std::optional<std::uint32_t> TickDomains::find(Rate rate) const noexcept {
    const auto known = std::find(rates_.begin(), rates_.end(), rate);
    if (known == rates_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(known - rates_.begin());
}

void TickDomains::set(std::uint32_t actor, std::uint32_t domain) {
    if (actor >= of_actor_.size()) of_actor_.resize(actor + 1);
    of_actor_[actor] = domain;
}

std::uint64_t TickDomains::newest(std::uint32_t domain) const noexcept {
    const auto& page = *reinterpret_cast<const TickPage*>(pages_[domain].payload());
    return page.seq.load(std::memory_order_acquire);  // pairs with publish_tick
}

bool TickDomains::stand_still(MonotonicTime now) noexcept {
    std::uint64_t ticks = 0;
    Nanoseconds patience = INT64_MAX;
    for (std::uint32_t domain = 0; domain < pages_.size(); ++domain) {
        ticks += newest(domain);
        patience = std::min(patience, 5 * rates_[domain].period_ns());
    }
    if (ticks != ticks_seen_ || seen_at_.ns == 0) {
        ticks_seen_ = ticks;
        seen_at_ = now;
        looks_ = 0;
    }
    constexpr Nanoseconds least = 1'000'000'000;
    const bool still = ++looks_ > 3 && now - seen_at_ > std::max(patience, least);
    if (still) seen_at_ = {};
    return still;
}

std::uint64_t TickDomains::skipped() const noexcept {
    std::uint64_t sum = 0;
    for (const ipc::OwnedSegment& segment : pages_) {
        const auto& page = *reinterpret_cast<const TickPage*>(segment.payload());
        const std::uint64_t seq =
            page.seq.load(std::memory_order_acquire);  // pairs with publish_tick
        sum += __atomic_load_n(&page.records[seq & 1].skipped, __ATOMIC_RELAXED);
    }
    return sum;
}

void TickDomains::greet(ipc::Channel& channel) const {
    ClockSetup setup;
    setup.count = static_cast<std::uint32_t>(rates_.size());
    std::copy(rates_.begin(), rates_.end(), setup.rates);
    std::vector<int> fds;
    for (const ipc::OwnedSegment& page : pages_) fds.push_back(page.fd());
    // The channel is new and empty: it takes one message. A clock that is dead already is replaced by its pidfd.
    static_cast<void>(channel.send(std::as_bytes(std::span<const ClockSetup, 1>(&setup, 1)), fds));
}

}  // namespace streamlib::supervision
