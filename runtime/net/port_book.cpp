// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/port_book.hpp"

namespace streamlib {

namespace {

constexpr std::uint32_t first_even = 5004, last_even = 65534;
// The kernel chooses among some 28,000: so many refusals in a row mean that something else is wrong.
constexpr int most_dynamic_tries = 64;

}  // namespace

const std::string* PortBook::owner_of(std::uint16_t port) const {
    for (const auto& [owner, taken] : ports_)
        if (taken == port) return &owner;
    return nullptr;
}

std::uint16_t PortBook::port_of(std::string_view owner) const {
    const auto found = ports_.find(owner);
    return found == ports_.end() ? std::uint16_t{0} : found->second;
}

Result<std::uint16_t> PortBook::claim(std::string_view owner, PortRule rule, const Probe& probe) {
    if (const std::uint16_t kept = port_of(owner); kept != 0) return kept;
    const auto enter = [&](std::uint16_t port) {
        ports_.emplace(std::string(owner), port);
        return port;
    };
    if (rule == PortRule::dynamic) {
        for (int i = 0; i < most_dynamic_tries; ++i) {
            const std::uint16_t port = probe(0);
            if (port != 0 && owner_of(port) == nullptr) return enter(port);
        }
        return fail(Errc::no_memory, "port of " + std::string(owner) +
                                         ": the kernel has no free UDP port; "
                                         "see net.ipv4.ip_local_port_range");
    }
    for (std::uint32_t candidate = first_even; candidate <= last_even; candidate += 2) {
        const auto port = static_cast<std::uint16_t>(candidate);
        if (owner_of(port) == nullptr && probe(port) == port) return enter(port);
    }
    return fail(Errc::no_memory,
                "port of " + std::string(owner) + ": every even port from 5004 on is taken");
}

Result<> PortBook::claim_exactly(std::string_view owner, std::uint16_t port) {
    if (const std::string* other = owner_of(port); other != nullptr && *other != owner)
        return fail(Errc::already_exists, "port " + std::to_string(port) + " of " +
                                              std::string(owner) + " belongs to " + *other +
                                              "; choose another one");
    ports_.insert_or_assign(std::string(owner), port);
    return {};
}

void PortBook::release(std::string_view owner) {
    if (const auto found = ports_.find(owner); found != ports_.end()) ports_.erase(found);
}

}  // namespace streamlib
