// SPDX-License-Identifier: Apache-2.0
#include "runtime/actor_core.hpp"
#include "runtime/harness.hpp"

namespace streamlib {
namespace {

using protocol::Ask;

const char* word_of(Ask::Kind kind) noexcept {
    switch (kind) {
        case Ask::Kind::spawn: return "spawn";
        case Ask::Kind::stop: return "stop";
        case Ask::Kind::link: return "link";
        case Ask::Kind::unlink: return "unlink";
        case Ask::Kind::monitor: return "monitor";
        case Ask::Kind::demonitor: return "demonitor";
        case Ask::Kind::trap_exit: return "trap_exit";
    }
    return "?";
}

ChildSpec spec_of(const Ask& ask) {
    ChildSpec spec{.name = ask.name, .class_name = ask.class_name};
    spec.properties.insert(ask.properties.begin(), ask.properties.end());
    spec.supervisor = ask.supervisor;
    if (ask.own_supervisor != 0) spec.strategy = RestartStrategy{ask.max_retries, ask.period_ns};
    if (const auto type = parse_restart_type(ask.restart)) spec.restart = *type;
    if (const auto shutdown = parse_shutdown(ask.shutdown)) spec.shutdown = *shutdown;
    spec.significant = ask.significant != 0;
    spec.trigger = ask.trigger;
    spec.domain = ask.domain;
    spec.hang_after_ns = ask.hang_after_ns;
    spec.links = ask.links;
    return spec;
}

}  // namespace

std::vector<AskedOf> ActorHarness::asked() const {
    std::vector<AskedOf> all;
    // Asking has nowhere to go in a harness, so it has waited.
    Actor& asker = const_cast<ActorHarness*>(this)->actor();
    for (const Ask& ask : ActorCore::of(asker).children.waiting()) {
        AskedOf one{word_of(ask.kind), ask.name, ask.on != 0, {}};
        if (ask.kind == Ask::Kind::spawn) one.child = spec_of(ask);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace streamlib
