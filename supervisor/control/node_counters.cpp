// SPDX-License-Identifier: Apache-2.0
// All that an actor counts: by itself, at its ports, and for its class.
#include <algorithm>

#include "supervisor/control/node_view.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::uint64_t relaxed(const ipc::SharedWord& word) noexcept {
    return word.load(std::memory_order_relaxed);
}

struct Port {
    std::uint32_t number = 0;
    bool is_input = false;
    std::string name;
};

void add_port(std::vector<CounterRow>& rows, const std::string& actor, const Port& port,
              const ipc::PortCounters& counters) {
    const auto add = [&](std::string_view name, const ipc::SharedWord& word) {
        rows.push_back({actor, port.name, std::string(name), relaxed(word)});
    };
    add(port.is_input ? "read" : "published", counters.blocks);
    add("bytes", counters.bytes);
    add(port.is_input ? "missed" : "no_free_slot", counters.missed);
    if (port.is_input) add("repeats", counters.repeats);
}

void add_actor(std::vector<CounterRow>& rows, const std::string& actor,
               const std::vector<Port>& ports, const ipc::ActorPage& page) {
    rows.push_back({actor, {}, "ticks", relaxed(page.ticks)});
    rows.push_back({actor, {}, "ticks_dropped", relaxed(page.ticks_dropped)});
    rows.push_back({actor, {}, "stale_events", relaxed(page.stale_events)});
    rows.push_back({actor, {}, "exceptions", relaxed(page.exceptions)});
    for (const Port& port : ports) add_port(rows, actor, port, page.ports[port.number]);
    for (const ipc::OwnCounter& counter : page.counters) {
        if (!counter.name.empty())
            rows.push_back({actor, {}, std::string(counter.name.view()), relaxed(counter.value)});
    }
}

}  // namespace

std::vector<CounterRow> NodeView::counters(const std::vector<ActorRow>& actors) const {
    // One pass over all ports, however many actors there are.
    std::map<std::uint32_t, std::vector<Port>> ports;  // By place of the actor.
    for (const ActorRow& actor : actors) ports[actor.index];
    for (std::uint32_t n = 0; n < directory_.port_places(); ++n) {
        const auto port = directory_.port(n);
        if (!port || port->number >= ipc::max_port_counters || !directory_.get(port->actor))
            continue;
        const auto owner = ports.find(port->actor.index);
        if (owner == ports.end()) continue;
        owner->second.push_back({port->number, port->direction == ipc::PortDirection::input,
                                 std::string(port->name.view())});
    }
    std::vector<CounterRow> rows;
    for (const ActorRow& actor : actors) {
        const ipc::ActorPage* const found = page(actor.index, actor.generation);
        if (found == nullptr) continue;
        std::vector<Port>& own = ports[actor.index];
        std::sort(own.begin(), own.end(),
                  [](const Port& a, const Port& b) { return a.number < b.number; });
        add_actor(rows, actor.name, own, *found);
    }
    return rows;
}

}  // namespace streamlib::supervision
