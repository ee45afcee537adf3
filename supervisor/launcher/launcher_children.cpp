// SPDX-License-Identifier: Apache-2.0
// What actors ask for: judged, and carried out. How their children end is in launcher_burials.cpp.
#include "supervisor/launcher/launcher_children.hpp"

#include <algorithm>
#include <utility>

#include "runtime/graph/wording.hpp"
#include "supervisor/launcher/child_wish.hpp"
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {

using protocol::Ask;

namespace {

constexpr std::uint32_t most_asks = 256;  // of one actor, at once
constexpr int asks_a_round = 16;
constexpr std::size_t free_before_use = 16;  // news of a number may still be on its way

}  // namespace

bool DynamicChildren::on_ask(std::uint32_t actor, Ask ask) {
    Child& child = node_.children_[actor];
    if (!makes_sense(ask) || child.asks >= most_asks) return false;
    ++child.asks;
    asked_.push_back({actor, child.state.incarnation, std::move(ask)});
    return true;
}

bool DynamicChildren::is_busy() const noexcept {
    return node_.phase_ == RunPhase::running &&
           (!asked_.empty() || (try_later_ && !later_.empty()));
}

void DynamicChildren::attend() {
    if (node_.phase_ != RunPhase::running) return;
    bury_the_dead();
    watches.attend();
    try_those_put_by();
    for (int n = 0; n < asks_a_round && !asked_.empty(); ++n) {
        Asked asked = std::move(asked_.front());
        asked_.pop_front();
        carry_out(std::move(asked));
    }
    free_numbers();
}

void DynamicChildren::carry_out(Asked asked) {
    Child& asker = node_.children_[asked.actor];
    // One that has died since wants nothing any more.
    if (asker.state.incarnation != asked.incarnation || !is_alive(asker.state.phase)) return;
    asker.asks -= asker.asks > 0 ? 1 : 0;
    const Ask& ask = asked.ask;
    switch (ask.kind) {
        case Ask::Kind::spawn: return spawn_or_refuse(std::move(asked));
        case Ask::Kind::stop: return stop(asked.actor, ask.name);
        case Ask::Kind::trap_exit: asker.traps_exits = ask.on != 0; return;
        case Ask::Kind::link:
        case Ask::Kind::unlink:
        case Ask::Kind::monitor:
        case Ask::Kind::demonitor: return watch(asked.actor, ask);
    }
}

void DynamicChildren::watch(std::uint32_t asker, const Ask& ask) {
    const bool is_link = ask.kind == Ask::Kind::link || ask.kind == Ask::Kind::unlink;
    const std::uint8_t relation = is_link ? ipc::watch_link : ipc::watch_monitor;
    const auto subject = find(ask.name);
    if (ask.kind == Ask::Kind::link || ask.kind == Ask::Kind::monitor)
        return watches.watch(asker, subject, ask.name, relation);
    if (subject) watches.unwatch(asker, *subject, relation);
}

void DynamicChildren::stop(std::uint32_t asker, const std::string& name) {
    // What it asked for in the same breath may not have been made yet.
    const auto waiting = std::find_if(later_.begin(), later_.end(), [&](const Asked& asked) {
        return asked.actor == asker && asked.ask.name == name;
    });
    if (waiting != later_.end()) {
        --node_.children_[asker].asks;
        later_.erase(waiting);
        return watches.refuse(asker, name, ipc::watch_child, "it was stopped before it was made");
    }
    const auto child = find(name);
    if (!child || node_.children_[*child].planned->parent != asker)
        return watches.refuse(asker, name, 0,
                              "it is no child of " + node_.children_[asker].planned->name +
                                  ": an actor stops its own children");
    node_.stop_family(*child);
}

void DynamicChildren::put_by(Asked asked) {
    ++node_.children_[asked.actor].asks;
    later_.push_back(std::move(asked));
}

void DynamicChildren::try_those_put_by() {
    if (!std::exchange(try_later_, false)) return;
    for (; !later_.empty(); later_.pop_back()) asked_.push_front(std::move(later_.back()));
}

/// The incarnation before may have had a child of that name, which is on its way down: then it is waited for.
void DynamicChildren::spawn_or_refuse(Asked asked) {
    const std::string& name = asked.ask.name;
    if (const auto holder = find(name)) {
        const Child& child = node_.children_[*holder];
        if (child.dynamic && child.planned->parent == asked.actor &&
            child.maker < asked.incarnation)
            return put_by(std::move(asked));
        return watches.refuse(asked.actor, name, ipc::watch_child,
                              "the name is taken; names are unique in a node");
    }
    const auto done = spawn(asked.actor, asked.ask);
    if (!done) return watches.refuse(asked.actor, name, ipc::watch_child, done.error().text);
    if (!*done) put_by(std::move(asked));
}

bool DynamicChildren::reads_from_beginner(const std::vector<PlannedLink>& links) const noexcept {
    return std::any_of(links.begin(), links.end(), [this](const PlannedLink& link) {
        const Child& source = node_.children_[link.from];
        return source.dynamic && !source.rings_made;
    });
}

std::optional<std::uint32_t> DynamicChildren::find(std::string_view name) const {
    for (std::uint32_t actor = 0; actor < node_.children_.size(); ++actor) {
        const Child& child = node_.children_[actor];
        if (!child.released && child.planned->name == name) return actor;
    }
    return std::nullopt;
}

Result<bool> DynamicChildren::spawn(std::uint32_t parent, const Ask& ask) {
    const std::uint64_t maker = node_.children_[parent].state.incarnation;
    auto plan = plan_child(
        node_.graph_, node_.plan_, child_wish(ask, node_.children_[parent].planned->domain),
        node_.catalog_.known(), [this](std::string_view name) {
            const auto found = find(name);
            const bool there = found && is_alive(node_.children_[*found].state.phase);
            return there ? found : std::nullopt;
        });
    if (!plan) return tl::unexpected(plan.error());
    if (reads_from_beginner(plan->links)) return false;
    plan->actor.parent = parent;
    const auto supervisor = supervisor_for(ask, plan->actor);
    if (!supervisor) return tl::unexpected(supervisor.error());
    plan->actor.supervisor = *supervisor;
    if (!node_.domains_.find(plan->actor.rate))
        return fail(Errc::not_found,
                    "no actor of the graph ticks at " + to_string(plan->actor.rate) +
                        ", so the clock does not: let one of them have that domain");
    if (const auto old = std::find_if(
            shown_.begin(), shown_.end(),
            [&](std::uint32_t actor) { return node_.children_[actor].planned->name == ask.name; });
        old != shown_.end())
        forget_shown(*old);
    const Rate rate = plan->actor.rate;
    const std::uint32_t actor = take_number(std::move(plan->actor), rate);
    Child& child = node_.children_[actor];
    child.maker = maker;
    child.kills_hung =
        child.planned->supervisor || ask.own_supervisor != 0 || ask.hang_after_ns != 0;
    auto made = furnish(actor, std::move(plan->links));
    if (made) made = hang_in_tree(actor, ask);
    if (made) return true;
    release(actor, false);
    return tl::unexpected(made.error());
}

Result<std::optional<std::uint32_t>> DynamicChildren::supervisor_for(const Ask& ask,
                                                                     const PlannedActor& child) {
    std::string name = ask.supervisor;
    if (name.empty() && ask.own_supervisor == 0 && !ask.restart.empty()) name = "node";
    if (name.empty()) return std::optional<std::uint32_t>{};
    std::vector<std::string> names;
    for (std::uint32_t index = 0; index < node_.plan_.supervisors.size(); ++index) {
        const PlannedSupervisor& planned = node_.plan_.supervisors[index];
        if (index != 0 && !planned.parent) continue;  // one child's own
        names.push_back(planned.name);
        if (planned.name != name) continue;
        std::string first = classes_[index];
        for (const PlannedChild& one : planned.children)
            if (first.empty() && !one.is_supervisor)
                first = node_.plan_.actors[one.index].spec->name;
        if (auto fits = fits_supervisor(planned, first, child.spec->name); !fits)
            return tl::unexpected(fits.error());
        if (first.empty()) classes_[index] = child.spec->name;
        return std::optional(index);
    }
    return fail(Errc::not_found, "no supervisor " + wording::quoted(name) +
                                     " is declared in the graph" +
                                     wording::suggestion(name, names));
}

/// Page, cells of what it reads, places in the directory.
Result<> DynamicChildren::furnish(std::uint32_t actor, std::vector<PlannedLink> links) {
    Child& child = node_.children_[actor];
    auto page = ipc::OwnedSegment::create({.purpose = "page " + child.planned->name,
                                           .payload_bytes = sizeof(ipc::ActorPage),
                                           .layout_hash = ipc::actor_page_layout_hash,
                                           .kind = ipc::SegmentKind::control});
    if (!page) return tl::unexpected(page.error());
    child.page = std::move(*page);
    for (PlannedLink& link : links) {
        link.to = actor;
        if (auto cell = node_.rings_->spare_cell(node_.plan_, link); !cell)
            return tl::unexpected(cell.error());
        add_link(actor, link);
    }
    auto added = node_.directory_->add(child);
    while (!added && !shown_.empty()) {  // those only stand in the way
        forget_shown(shown_.front());
        added = node_.directory_->add(child);
    }
    if (!added) return added;
    for (const std::uint32_t link : child.planned->in_links)
        node_.directory_->publish_ring(node_.plan_, node_.children_, *node_.rings_,
                                       node_.rings_->cell_of_link(link).ring);
    if (node_.desk_) node_.desk_->add_actor(child.id, actor);
    return {};
}

Result<> DynamicChildren::hang_in_tree(std::uint32_t actor, const Ask& ask) {
    Child& child = node_.children_[actor];
    PlannedActor& planned = node_.plan_.actors[actor];
    if (ask.own_supervisor != 0) {
        planned.supervisor = add_supervisor(ask);
        child.own_supervisor = planned.supervisor;
    }
    const DynamicChild dynamic{planned.supervisor, planned.parent, planned.restart,
                               planned.shutdown, planned.significant};
    auto orders = node_.tree_->add_child(actor, dynamic, MonotonicTime::now());
    if (!orders) return tl::unexpected(orders.error());
    child.in_tree = true;
    const std::uint32_t parent = *planned.parent;
    node_.plan_.actors[parent].children.push_back(actor);
    node_.directory_->link_child(node_.plan_, node_.children_, actor);
    watches.add_child(parent, actor);
    node_.observer_.joined(actor, {planned.name, planned.spec->name, parent, 0, child.exec});
    node_.tell_event("spawned", planned.name,
                     planned.spec->name + ", by " + node_.plan_.actors[parent].name);
    node_.carry_out(std::move(*orders));
    if (node_.children_[actor].planned->supervisor) node_.keep_spares();
    return {};
}

std::uint32_t DynamicChildren::add_supervisor(const Ask& ask) {
    PlannedSupervisor planned;
    planned.name = ask.name;
    planned.intensity = ask.max_retries;
    planned.period_ns = ask.period_ns;
    auto& all = node_.plan_.supervisors;
    auto index = static_cast<std::uint32_t>(all.size());
    if (free_supervisors_.empty()) {
        all.push_back(std::move(planned));
    } else {
        index = free_supervisors_.front();
        free_supervisors_.pop_front();
        all[index] = std::move(planned);
    }
    node_.tree_->add_supervisor(index, MonotonicTime::now());
    node_.directory_->add_supervisor(node_.plan_, index);
    return index;
}

/// The tables grow here and nowhere else.
std::uint32_t DynamicChildren::take_number(PlannedActor planned, Rate rate) {
    auto& actors = node_.plan_.actors;
    auto actor = static_cast<std::uint32_t>(actors.size());
    const HangLimits limits = hang_limits_of(planned);
    const std::size_t outputs = planned.spec->outputs.size();
    if (free_.size() > free_before_use) {
        actor = free_.front();
        free_.pop_front();
        add_counts(gone_, node_.children_[actor]);
        actors[actor] = std::move(planned);
        node_.children_[actor] = Child{};
        node_.wanted_stop_[actor] = false;
    } else {
        actors.push_back(std::move(planned));
        node_.children_.emplace_back();
        node_.wanted_stop_.push_back(false);
        for (std::uint32_t n = 0; n < actors.size(); ++n) node_.children_[n].planned = &actors[n];
    }
    Child& child = node_.children_[actor];
    child.planned = &actors[actor];
    child.plugin = node_.catalog_.plugin_of(child.planned->spec->name);
    child.dynamic = true;
    child.watch = HangWatch(limits);
    node_.look_every_ = std::min(node_.look_every_, child.watch.look_every(rate.period_ns()));
    node_.plan_.order.push_back(actor);
    node_.domains_.set(actor, *node_.domains_.find(rate));
    node_.rings_->add_actor(actor, outputs);
    return actor;
}

void DynamicChildren::add_link(std::uint32_t actor, PlannedLink link) {
    auto& links = node_.plan_.links;
    auto index = static_cast<std::uint32_t>(links.size());
    if (free_links_.empty()) {
        links.push_back(link);
    } else {
        index = free_links_.front();
        free_links_.pop_front();
        links[index] = link;
    }
    node_.rings_->take_spare(node_.plan_, index);
    node_.plan_.actors[link.from].out_links.push_back(index);
    node_.plan_.actors[actor].in_links.push_back(index);
}

Result<> DynamicChildren::make_rings(std::uint32_t actor) {
    Child& child = node_.children_[actor];
    const PlannedActor& planned = *child.planned;
    for (const std::uint32_t index : planned.in_links) {
        const std::uint32_t input = node_.plan_.links[index].input;
        const std::uint32_t hold = child.configured->input_holds[input];
        if (hold <= node_.rings_->cell_of_link(index).hold) continue;
        return fail(Errc::mismatch, "input '" + planned.spec->inputs[input].name + "' keeps " +
                                        std::to_string(hold) +
                                        " blocks, and a spare reader has room for one; link such "
                                        "an actor in the graph");
    }
    std::vector<Finding> findings;
    for (std::uint32_t output = 0; output < child.configured->outputs.size(); ++output) {
        const auto& carries = child.configured->outputs[output];
        if (carries.format.kind == MediaKind::none) continue;
        PlannedRing ring =
            plan_ring(node_.plan_, {actor, output, carries.format, carries.depth}, {}, findings);
        ring.needs.open_slots = std::clamp(carries.open_slots, ring.needs.open_slots, 8U);
        ring.size = size_ring(ring.needs);
        if (!findings.empty()) return fail(Errc::no_memory, findings.front().text);
        const auto number = node_.rings_->add(std::move(ring));
        if (!number) return tl::unexpected(number.error());
        if (auto added =
                node_.directory_->add_ring(node_.plan_, node_.children_, *node_.rings_, *number);
            !added)
            return added;
    }
    child.rings_made = true;
    try_later_ = true;
    return {};
}

}  // namespace streamlib::supervision
