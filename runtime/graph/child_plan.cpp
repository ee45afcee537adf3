// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/child_plan.hpp"

#include <algorithm>

#include "runtime/graph/link_text.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::size_t most_links = 64;
const Place asked{"spawn", 0};

/// What the child is checked in: itself, whom it reads, and its supervisor.
struct SmallGraph {
    GraphSpec spec;
    std::vector<std::uint32_t> numbers{0};  ///< In the plan, by number here; [0] is the child.
};

Result<> add_link(SmallGraph& small, const GraphPlan& plan, const std::string& child,
                  const std::string& text,
                  const std::function<std::optional<std::uint32_t>(std::string_view)>& find) {
    auto parsed = parse_links(text, asked);
    if (!parsed) return tl::unexpected(parsed.error());
    for (const LinkDecl& link : *parsed) {
        const auto from = find(link.from);
        if (link.to != child)
            return fail(Errc::invalid_argument, wording::quoted(text) +
                                                    " does not lead into the child; write \"" +
                                                    "camera.video >> " + child + "\"");
        if (!from)
            return fail(Errc::not_found, "there is no actor " + wording::quoted(link.from) +
                                             " to read; it has to be there before the child is");
        small.spec.links.push_back(link);
        auto& numbers = small.numbers;
        if (std::find(numbers.begin() + 1, numbers.end(), *from) != numbers.end()) continue;
        numbers.push_back(*from);
        ActorDecl decl;
        decl.name = plan.actors[*from].name;
        decl.class_name = plan.actors[*from].spec->name;
        decl.domain = plan.actors[*from].domain;
        small.spec.actors.push_back(std::move(decl));
    }
    return {};
}

void add_supervisor(SmallGraph& small, const GraphPlan& plan, const std::string& name) {
    for (const PlannedSupervisor& planned : plan.supervisors) {
        if (planned.name != name) continue;
        SupervisorDecl decl;
        decl.name = name;
        decl.auto_shutdown = to_string(planned.auto_shutdown);
        small.spec.supervisors.push_back(std::move(decl));
        return;
    }
}

/// Of the others in the small graph nothing is news.
bool is_about(const Finding& finding, const std::string& child) {
    const std::string key = "actors." + child;
    return finding.key == key || finding.key.starts_with(key + ".") || finding.key == "links";
}

std::string text_of(const Finding& finding, const std::string& child) {
    const std::string key = "actors." + child + ".";
    if (!finding.key.starts_with(key)) return finding.text;
    return finding.key.substr(key.size()) + ": " + finding.text;
}

}  // namespace

Result<ChildPlan> plan_child(
    const GraphSpec& graph, const GraphPlan& plan, const ChildWish& wish,
    const KnownClasses& classes,
    const std::function<std::optional<std::uint32_t>(std::string_view)>& find) {
    const std::string& name = wish.decl.name;
    if (!wording::is_name(name))
        return fail(Errc::invalid_argument, wording::quoted(name) + " is no name of an actor");
    if (wish.links.size() > most_links)
        return fail(Errc::invalid_argument, "more than 64 links into one child");
    SmallGraph small;
    small.spec.clock = graph.clock;
    small.spec.place = asked;
    small.spec.actors.push_back(wish.decl);
    small.spec.actors[0].place = asked;
    for (const std::string& text : wish.links)
        if (auto added = add_link(small, plan, name, text, find); !added)
            return tl::unexpected(added.error());
    if (!wish.decl.supervisor.empty()) add_supervisor(small, plan, wish.decl.supervisor);
    KnownClasses known = classes;
    known.exists = [](const std::string&) { return true; };
    auto checked = check_graph(small.spec, known);
    for (const Finding& finding : checked.findings)
        if (is_about(finding, name)) return fail(Errc::invalid_argument, text_of(finding, name));
    ChildPlan child{std::move(checked.plan.actors[0]), {}};
    for (PlannedLink link : checked.plan.links) {
        link.from = small.numbers[link.from];
        link.feedback = false;
        link.spare = true;
        child.links.push_back(link);
    }
    child.actor.in_links.clear();
    child.actor.out_links.clear();
    child.actor.feeds.clear();
    child.actor.fed_by.clear();
    child.actor.supervisor.reset();
    return child;
}

Result<> fits_supervisor(const PlannedSupervisor& supervisor, std::string_view first,
                         std::string_view class_name) {
    if (supervisor.strategy != Strategy::simple_one_for_one || first.empty() || first == class_name)
        return {};
    return fail(Errc::mismatch, "the children of supervisor " + supervisor.name +
                                    " (simple_one_for_one) are of class " + std::string(first) +
                                    ", not " + std::string(class_name) +
                                    "; take another supervisor");
}

}  // namespace streamlib
