// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "runtime/format.hpp"
#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::checks {
namespace {

void check_name(Check& check, const ActorDecl& actor, std::uint32_t index) {
    if (!wording::is_name(actor.name)) {
        check.found(actor.place, "actors",
                    wording::quoted(actor.name) + " is no name of an actor; write " +
                        std::string(wording::name_rule));
    }
    const auto [known, is_new] = check.actor_index.emplace(actor.name, index);
    if (is_new) {
        check.actor_names.push_back(actor.name);
    } else {
        const Place& first = check.graph.actors[known->second].place;
        check.found(actor.place, Check::key_of(actor),
                    "the name is taken (" + to_string(first) + "); names are unique in a node");
    }
}

const ClassSpec* find_class(Check& check, const ActorDecl& actor) {
    if (actor.class_name.empty()) {
        check.found(
            actor.place, Check::key_of(actor),
            "class is missing; write class = \"…\"" +
                (check.classes.names.empty() ? ""
                                             : ", one of " + wording::list(check.classes.names)));
        return nullptr;
    }
    const ClassSpec* spec = check.classes.lookup ? check.classes.lookup(actor.class_name) : nullptr;
    if (spec == nullptr) {
        check.found(Check::place_of(actor, "class"), Check::key_of(actor, "class"),
                    "unknown class " + wording::quoted(actor.class_name) +
                        check.suggestion(actor.class_name, check.classes.names));
    }
    return spec;
}

bool path_exists(const Check& check, const std::string& path) {
    if (check.classes.exists) return check.classes.exists(path);
    std::error_code error;
    return std::filesystem::exists(std::filesystem::path(path), error);
}

void check_path(Check& check, const ActorDecl& actor, const PropertySpec& property,
                const std::string& path, const Place& place) {
    if (property.type != PropertyType::path || !property.must_exist || path_exists(check, path))
        return;
    const std::string hint = path.starts_with('/') ? "" : " (looked for in the current directory)";
    check.found(place, Check::key_of(actor, property.name),
                "no such file: " + wording::quoted(path) + hint);
}

void unknown_property(Check& check, const ActorDecl& actor, const ClassSpec& spec,
                      const std::string& name, const Place& place) {
    std::vector<std::string> known;
    for (const auto& property : spec.properties) known.push_back(property.name);
    const std::string properties =
        known.empty() ? "; it has none" : "; its properties are " + wording::list(known);
    known.insert(known.end(), actor_keys().begin(), actor_keys().end());
    std::string hint = check.suggestion(name, known);
    if (hint.starts_with("; known")) hint = properties;
    check.found(place, Check::key_of(actor, name),
                "class " + spec.name + " has no property " + wording::quoted(name) + hint);
}

const PropertySpec* find_property(const ClassSpec& spec, std::string_view name) {
    const auto& all = spec.properties;
    const auto found =
        std::find_if(all.begin(), all.end(), [name](const auto& p) { return p.name == name; });
    return found == all.end() ? nullptr : &*found;
}

void check_properties(Check& check, const ActorDecl& actor, const ClassSpec& spec,
                      PlannedActor& planned) {
    for (const auto& [name, given] : actor.properties) {
        const PropertySpec* property = find_property(spec, name);
        if (property == nullptr) {
            unknown_property(check, actor, spec, name, given.place);
            continue;
        }
        auto canonical = check_property(*property, given.text);
        if (!canonical) {
            check.found(given.place, Check::key_of(actor, name), canonical.error().text);
            continue;
        }
        check_path(check, actor, *property, *canonical, given.place);
        planned.properties[name] = *std::move(canonical);
    }
    for (const auto& property : spec.properties) {
        if (actor.properties.contains(property.name)) continue;
        if (property.required) {
            check.found(actor.place, Check::key_of(actor, property.name),
                        "class " + spec.name + " needs it" +
                            (property.text.empty() ? "" : " (" + property.text + ")") +
                            "; write it in the graph or --set " + actor.name + "." + property.name +
                            "=…");
        } else if (!property.default_value.empty()) {
            check_path(check, actor, property, property.default_value, actor.place);
        }
    }
}

void check_domain(Check& check, const ActorDecl& actor, PlannedActor& planned) {
    const auto& clock = check.graph.clock;
    planned.domain = actor.domain;
    planned.rate = clock.rate;
    if (actor.domain.empty()) return;
    if (const auto named = clock.domains.find(actor.domain); named != clock.domains.end()) {
        planned.rate = named->second;
        return;
    }
    if (const auto rate = parse_rate(actor.domain); rate) {
        planned.rate = *rate;
        return;
    }
    std::vector<std::string> names;
    for (const auto& [name, rate] : clock.domains) names.push_back(name);
    check.found(Check::place_of(actor, "domain"), Check::key_of(actor, "domain"),
                wording::quoted(actor.domain) +
                    " is neither a name in [clock.domains] nor a rate such as \"60000/1001\"" +
                    check.suggestion(actor.domain, names));
}

void check_words(Check& check, const ActorDecl& actor) {
    if (actor.start != "fork" && actor.start != "exec") {
        check.found(Check::place_of(actor, "start"), Check::key_of(actor, "start"),
                    wording::quoted(actor.start) + " is not allowed; write \"fork\" or \"exec\"");
    }
    if (actor.hold > 8) {
        check.found(Check::place_of(actor, "hold"), Check::key_of(actor, "hold"),
                    std::to_string(actor.hold) + " is above 8 blocks");
    }
}

void check_process(Check& check, const ActorDecl& actor, ProcessWishes& wishes) {
    const auto found = [&](std::string_view key, std::string text) {
        check.found(Check::place_of(actor, key), Check::key_of(actor, key), std::move(text));
    };
    wishes.realtime = actor.realtime.value_or(0);
    wishes.nice = actor.nice.value_or(ProcessWishes::any_nice);
    if (!actor.cpus.empty()) {
        auto cpus = parse_cpu_list(actor.cpus);
        const auto configured = ::sysconf(_SC_NPROCESSORS_CONF);
        const auto known =
            check.classes.cpus != 0 ? check.classes.cpus : static_cast<std::uint32_t>(configured);
        if (!cpus)
            found("cpus", cpus.error().text);
        else if (cpus->back() >= known)
            found("cpus", "there is no CPU " + std::to_string(cpus->back()) +
                              "; this machine has " +
                              (known == 1 ? std::string("0") : "0-" + std::to_string(known - 1)));
        else
            wishes.cpus = *std::move(cpus);
    }
    if (!actor.limits.empty())
        if (auto set = parse_limits(actor.limits, wishes); !set) found("limits", set.error().text);
}

void check_limits(Check& check) {
    const auto& node = check.graph.node;
    const auto& actors = check.result.plan.actors;
    if (actors.size() > node.max_actors) {
        check.found(check.graph.place, "node.max_actors",
                    std::to_string(actors.size()) + " actors, and room for " +
                        std::to_string(node.max_actors) + "; raise max_actors in [node]");
    }
    std::size_t ports = 0;
    for (const auto& actor : actors) {
        if (actor.spec != nullptr) ports += actor.spec->inputs.size() + actor.spec->outputs.size();
    }
    if (ports > node.max_ports) {
        check.found(check.graph.place, "node.max_ports",
                    std::to_string(ports) + " ports, and room for " +
                        std::to_string(node.max_ports) + "; raise max_ports in [node]");
    }
}

}  // namespace

void check_actors(Check& check) {
    const auto& actors = check.graph.actors;
    if (actors.empty())
        check.found(check.graph.place, "actors", "there is none; a graph needs at least one actor");
    for (std::uint32_t index = 0; index < actors.size(); ++index) {
        const ActorDecl& actor = actors[index];
        PlannedActor planned;
        planned.name = actor.name;
        planned.depth = actor.depth;
        planned.hold = actor.hold;
        planned.spare_readers = actor.spare_readers;
        if (actor.hang_after_ns != 0) planned.hang_after_ns = actor.hang_after_ns;
        planned.hang_after_ticks = actor.hang_after_ticks;
        planned.stale_after_ns = actor.stale_after_ns;
        planned.snapshot_ns = actor.snapshot_ns;
        planned.standby = actor.standby;
        check_name(check, actor, index);
        check_words(check, actor);
        check_process(check, actor, planned.wishes);
        check_domain(check, actor, planned);
        planned.spec = find_class(check, actor);
        if (planned.spec != nullptr) check_properties(check, actor, *planned.spec, planned);
        check.result.plan.actors.push_back(std::move(planned));
    }
    check_limits(check);
}

}  // namespace streamlib::checks
