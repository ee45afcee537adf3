// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/start_order.hpp"

namespace streamlib::supervision {

ConfigureOrder::ConfigureOrder(const GraphPlan& plan)
    : plan_(plan),
      missing_(plan.actors.size(), 1),
      settled_(plan.actors.size()),
      open_(plan.actors.size()) {
    for (const PlannedLink& link : plan.links) {
        if (!link.feedback) ++missing_[link.to];
    }
}

std::vector<std::uint32_t> ConfigureOrder::on_hello(std::uint32_t actor) {
    if (settled_[actor] || --missing_[actor] != 0) return {};
    return {actor};
}

std::vector<std::uint32_t> ConfigureOrder::on_configured(std::uint32_t actor) {
    if (settled_[actor]) return {};
    settled_[actor] = true;
    --open_;
    std::vector<std::uint32_t> now;
    for (const std::uint32_t index : plan_.actors[actor].out_links) {
        const PlannedLink& link = plan_.links[index];
        if (!link.feedback && !settled_[link.to] && --missing_[link.to] == 0)
            now.push_back(link.to);
    }
    return now;
}

void ConfigureOrder::give_up(std::uint32_t actor) {
    if (settled_[actor]) return;
    settled_[actor] = true;
    --open_;
}

void ConfigureOrder::on_failed(std::uint32_t actor) {
    if (settled_[actor]) return;
    std::vector<std::uint32_t> todo{actor};
    while (!todo.empty()) {
        const std::uint32_t one = todo.back();
        todo.pop_back();
        give_up(one);
        for (const std::uint32_t index : plan_.actors[one].out_links) {
            const PlannedLink& link = plan_.links[index];
            if (!link.feedback && !settled_[link.to]) todo.push_back(link.to);
        }
    }
}

ReadyOrder::ReadyOrder(const GraphPlan& plan)
    : plan_(plan),
      missing_(plan.actors.size()),
      settled_(plan.actors.size()),
      open_(plan.actors.size()) {
    for (const PlannedLink& link : plan.links) {
        if (!link.feedback) ++missing_[link.from];
    }
}

std::vector<std::uint32_t> ReadyOrder::first() const {
    std::vector<std::uint32_t> now;
    for (std::uint32_t actor = 0; actor < missing_.size(); ++actor) {
        if (missing_[actor] == 0 && !settled_[actor]) now.push_back(actor);
    }
    return now;
}

std::vector<std::uint32_t> ReadyOrder::on_settled(std::uint32_t actor) {
    if (settled_[actor]) return {};
    settled_[actor] = true;
    --open_;
    std::vector<std::uint32_t> now;
    for (const std::uint32_t index : plan_.actors[actor].in_links) {
        const PlannedLink& link = plan_.links[index];
        if (!link.feedback && --missing_[link.from] == 0 && !settled_[link.from])
            now.push_back(link.from);
    }
    return now;
}

}  // namespace streamlib::supervision
