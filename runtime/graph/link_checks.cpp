// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "runtime/graph/graph_checks.hpp"
#include "runtime/graph/link_text.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib::checks {
namespace {

using Ports = std::vector<PortSpec>;
using Indices = std::vector<std::uint32_t>;
struct Pair {
    std::uint32_t output, input;
};

bool fits(const PortSpec& output, const PortSpec& input) {
    return output.kind == input.kind || output.kind == MediaKind::none ||
           input.kind == MediaKind::none;
}

std::string kind_name(const PortSpec& port) {
    return port.kind == MediaKind::none ? "any kind" : std::string(to_string(port.kind));
}

/// "video (video), audio (audio)".
std::string port_list(const Ports& ports) {
    std::vector<std::string> words;
    for (const auto& port : ports) words.push_back(port.name + " (" + kind_name(port) + ")");
    return wording::list(words);
}

class LinkChecker {
public:
    LinkChecker(Check& check, const LinkDecl& link) : check_(check), link_(link) {}

    void run() {
        const auto from = actor(link_.from), to = actor(link_.to);
        if (!from || !to) return give_up(from, to);
        const auto* source = check_.result.plan.actors[*from].spec;
        const auto* target = check_.result.plan.actors[*to].spec;
        if (source == nullptr || target == nullptr) return give_up(from, to);
        const Indices outputs =
            candidates(source->outputs, link_.from, link_.from_port, "output", source->inputs);
        const Indices inputs =
            candidates(target->inputs, link_.to, link_.to_port, "input", target->outputs);
        if (outputs.empty() || inputs.empty()) return give_up(from, to);
        const auto pair = choose(*source, *target, outputs, inputs);
        if (!pair) return give_up(from, to);
        check_.result.plan.links.push_back(
            {*from, pair->output, *to, pair->input, link_.place, false});
    }

private:
    void found(std::string text) const {
        check_.found(link_.place, "links", to_string(link_) + ": " + std::move(text));
    }

    void give_up(std::optional<std::uint32_t> from, std::optional<std::uint32_t> to) {
        for (const auto end : {from, to}) {
            if (end) check_.linked_wrongly[*end] = true;
        }
    }

    std::optional<std::uint32_t> actor(const std::string& name) const {
        const auto known = check_.actor_index.find(name);
        if (known != check_.actor_index.end()) return known->second;
        found("no actor " + wording::quoted(name) + " is declared" +
              check_.suggestion(name, check_.actor_names));
        return {};
    }

    /// The ports that may be meant: the one named, or all.
    Indices candidates(const Ports& ports, const std::string& actor_name, const std::string& port,
                       const std::string& side, const Ports& other_side) const {
        Indices all;
        for (std::uint32_t i = 0; i < ports.size(); ++i) {
            if (port.empty() || ports[i].name == port) all.push_back(i);
        }
        if (all.empty() && ports.empty()) {
            found(actor_name + " has no " + side + "s");
        } else if (all.empty()) {
            std::vector<std::string> names;
            for (const auto& known : ports) names.push_back(known.name);
            std::string hint = check_.suggestion(port, names);
            if (hint.starts_with("; known")) hint.clear();
            const auto same_name = [&](const PortSpec& other) { return other.name == port; };
            if (std::any_of(other_side.begin(), other_side.end(), same_name)) {
                hint =
                    ", only one of the other side (in the middle of a chain a port names input and "
                    "output: write "
                    "two links)";
            }
            found(actor_name + " has no " + side + " " + wording::quoted(port) + hint + "; its " +
                  side + "s are " + port_list(ports));
        }
        return all;
    }

    std::optional<Pair> choose(const ClassSpec& source, const ClassSpec& target,
                               const Indices& outputs, const Indices& inputs) const {
        std::vector<Pair> fitting;
        for (const auto output : outputs) {
            for (const auto input : inputs) {
                if (fits(source.outputs[output], target.inputs[input]))
                    fitting.push_back({output, input});
            }
        }
        if (fitting.size() == 1) return fitting.front();
        if (fitting.empty()) {
            found("no kinds fit: " + ends(source.outputs, outputs, link_.from, " carries ") + "; " +
                  ends(target.inputs, inputs, link_.to, " takes "));
            return {};
        }
        std::vector<std::string> ways;
        for (const auto& pair : fitting) {
            ways.push_back(link_.from + "." + source.outputs[pair.output].name + " >> " + link_.to +
                           "." + target.inputs[pair.input].name);
        }
        found("several ports fit; write one of: " + wording::list(ways, 8));
        return {};
    }

    static std::string ends(const Ports& ports, const Indices& indices,
                            const std::string& actor_name, std::string_view verb) {
        std::vector<std::string> words;
        for (const auto i : indices) {
            words.push_back(actor_name + "." + ports[i].name + std::string(verb) +
                            kind_name(ports[i]));
        }
        return wording::list(words, 8);
    }

    Check& check_;
    const LinkDecl& link_;
};

/// The first link into an input stays in the plan; others are findings.
void check_two_into_one(Check& check) {
    auto& plan = check.result.plan;
    std::map<std::pair<std::uint32_t, std::uint32_t>, const PlannedLink*> first;
    std::vector<PlannedLink> kept;
    for (const auto& link : plan.links) {
        const auto [other, is_first] = first.emplace(std::pair{link.to, link.input}, &link);
        if (is_first) {
            kept.push_back(link);
            continue;
        }
        check.found(link.place, "links",
                    "two links into " + input_name(plan, link) + ": " +
                        output_name(plan, *other->second) + " (" + to_string(other->second->place) +
                        ") and " + output_name(plan, link) + "; an input reads one output");
    }
    plan.links = std::move(kept);
}

void fill_neighbours(GraphPlan& plan) {
    for (std::uint32_t i = 0; i < plan.links.size(); ++i) {
        auto &from = plan.actors[plan.links[i].from], &to = plan.actors[plan.links[i].to];
        from.out_links.push_back(i);
        from.feeds.push_back(plan.links[i].to);
        to.in_links.push_back(i);
        to.fed_by.push_back(plan.links[i].from);
    }
    for (auto& actor : plan.actors) {
        for (auto* list : {&actor.feeds, &actor.fed_by}) {
            std::sort(list->begin(), list->end());
            list->erase(std::unique(list->begin(), list->end()), list->end());
        }
    }
}

void check_required_inputs(Check& check) {
    const auto& plan = check.result.plan;
    for (std::uint32_t index = 0; index < plan.actors.size(); ++index) {
        const auto& actor = plan.actors[index];
        if (actor.spec == nullptr || check.linked_wrongly[index]) continue;
        std::vector<bool> linked(actor.spec->inputs.size(), false);
        for (const auto link : actor.in_links) linked[plan.links[link].input] = true;
        for (std::size_t i = 0; i < linked.size(); ++i) {
            const auto& port = actor.spec->inputs[i];
            if (linked[i] || port.optional) continue;
            const auto& decl = check.graph.actors[index];
            check.found(decl.place, Check::key_of(decl),
                        "nothing is linked into its input " + port.name + " (" + kind_name(port) +
                            "); add to links: \"… >> " + actor.name + "." + port.name + "\"");
        }
    }
}

}  // namespace

void check_links(Check& check) {
    check.linked_wrongly.assign(check.graph.actors.size(), false);
    for (const auto& link : check.graph.links) LinkChecker(check, link).run();
    check_two_into_one(check);
    fill_neighbours(check.result.plan);
    check_required_inputs(check);
}

}  // namespace streamlib::checks
