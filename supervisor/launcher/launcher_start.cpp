// SPDX-License-Identifier: Apache-2.0
// From spawn to READY: the launcher's half of runtime/process/protocol.hpp.
#include <unistd.h>

#include <algorithm>
#include <map>

#include "runtime/graph/format_check.hpp"
#include "runtime/uri.hpp"
#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"
#include "supervisor/node/service_notice.hpp"

namespace streamlib::supervision {

namespace {

/// Long enough for a process that is starved; a channel this empty takes the message at once.
constexpr Nanoseconds send_patience_ns = 1'000'000'000;

/// Nothing of the last incarnation is left in what is kept of the actor.
void forget_last_run(Child& child) {
    child.process = {};
    if (child.exit.kind != ipc::ExitKind::none) {  // else it was never born
        child.last_exit = child.exit;
        child.last_exit_text = exit_text(child.exit, child.failed_text);
    }
    child.exit = {};
    child.configured.reset();
    child.configure_ahead = child.start_ahead = child.hung = child.hung_in_start = false;
    child.by_exec = child.exec;
    child.from_standby = child.owes_first_block = false;
    child.watch = HangWatch(child.watch.limits());
    child.hang_said = child.undead_said = false;
    child.death = {};
    child.shutdown.reset();
    child.makes_way = false;
    child.ticks_before = child.actor_page().ticks.load(std::memory_order_relaxed);
    if (child.state.incarnation > 1) {
        ipc::set_error(child.actor_page(), {});
        ipc::give_command(child.actor_page(), ipc::ActorCommand::none);
    }
    child.failed_stage.clear();
    child.refused_input = -1;
    child.failed_text.clear();
    child.order_lost = child.channel_ended = false;
}

}  // namespace

protocol::Setup Launcher::setup_of(std::uint32_t actor) const {
    const Child& child = children_[actor];
    const PlannedActor& planned = *child.planned;
    protocol::Setup setup;
    setup.node = node_;
    setup.directory = lock_.directory();
    setup.name = planned.name;
    setup.class_name = planned.spec->name;
    setup.uri = to_string(Uri{host_, planned.spec->name, planned.name, {}});
    setup.actor_index = actor;
    setup.incarnation = child.state.incarnation;
    setup.trigger = planned.trigger;
    setup.rate = planned.rate;
    setup.properties.assign(planned.properties.begin(), planned.properties.end());
    if (!child.plugin.empty()) setup.plugins.push_back(child.plugin);
    if (planned.hold != 0) {
        for (const PortSpec& input : planned.spec->inputs)
            setup.input_holds.emplace_back(input.name, planned.hold);
    }
    setup.stale_after_ns = planned.stale_after_ns;
    setup.snapshot_ns = planned.snapshot_ns;
    setup.wishes = planned.wishes;
    return setup;
}

void Launcher::spawn(std::uint32_t actor) {
    Child& child = children_[actor];
    child.spawned = MonotonicTime::now();
    forget_last_run(child);
    dynamic_.watches.on_spawn(child);
    if (rings_) rings_->expect_writer(actor, child.state.incarnation);
    if (rings_ && activate_twin(actor)) return;
    auto ends = ipc::Channel::pair();
    if (!ends) {
        child.failed_text = ends.error().text;
        child.exit = {ipc::ExitKind::refused, 0};
        return on_ended(actor, false);
    }
    child.channel = std::move(ends->first);
    loop_->watch(child.channel.fd(), {Source::actor_channel, actor});
    // The process comes first: it is on its way while what it is told is being made.
    if (child.exec)
        exec_actor(actor, std::move(ends->second));
    else
        order_from_zygote(actor, std::move(ends->second));
    const auto sent = child.channel.send(protocol::encode(setup_of(actor)));
    if (!sent) child.failed_text = sent.error().text;
    if (rings_ && (!child.dynamic || child.rings_made)) send_ahead(actor);
}

void Launcher::order_from_zygote(std::uint32_t actor, ipc::Channel theirs) {
    Child& child = children_[actor];
    const auto zygote = zygotes_->zygote_for(child.planned->spec->family, child.plugin);
    if (!zygote || !zygotes_->usable(*zygote)) {
        child.exec = child.by_exec = true;  // its libraries do not stand a fork
        return exec_actor(actor, std::move(theirs));
    }
    SpawnOrder order{actor, child.planned->name.substr(0, 15), std::move(theirs), child.page.fd()};
    if (auto spare = rings_ ? zygotes_->take_spare(*zygote, order.comm, order.channel, order.page)
                            : std::nullopt) {
        child.process = std::move(*spare);
        loop_->watch(child.process.pidfd.get(), {Source::actor_process, actor});
        return directory_->publish(child);
    }
    // A restart does not wait for a zygote that is being replaced itself.
    if (rings_ && !zygotes_->is_up(*zygote)) {
        child.by_exec = true;
        return exec_actor(actor, std::move(order.channel));
    }
    zygotes_->order(*zygote, std::move(order));
}

void Launcher::exec_actor(std::uint32_t actor, ipc::Channel theirs) {
    Child& child = children_[actor];
    auto process = exec_role(
        {.role = Role::actor,
         .launcher_pid = ::getpid(),
         .node = node_,
         .name = child.planned->name},
        {.channel = theirs.fd(), .lifeline = lifeline_read_.get(), .page = child.page.fd()});
    if (!process) {
        child.failed_text = process.error().text;
        child.exit = {ipc::ExitKind::refused, 0};
        return on_ended(actor, false);
    }
    child.process = std::move(*process);
    loop_->watch(child.process.pidfd.get(), {Source::actor_process, actor});
    directory_->publish(child);
}

/// A zygote's child is known by its number only: the pidfd makes it this very process for good.
void Launcher::adopt(std::uint32_t actor, pid_t pid) {
    Child& child = children_[actor];
    if (child.process.pidfd || pid <= 0 || !is_alive(child.state.phase)) return;
    const auto early = std::find_if(early_exits_.begin(), early_exits_.end(),
                                    [pid](const auto& exit) { return exit.first == pid; });
    if (early != early_exits_.end()) {
        child.exit = early->second;
        early_exits_.erase(early);
        on_actor_channel(actor);  // its last words
        return on_ended(actor, child.exit.kind == ipc::ExitKind::exited && child.exit.code == 0);
    }
    auto pidfd = open_pidfd(pid);
    if (!pidfd) return;
    child.process = {pid, std::move(*pidfd)};
    loop_->watch(child.process.pidfd.get(), {Source::actor_process, actor});
    if (child.state.killed || child.state.broken) send_signal(actor, SIGKILL);
    directory_->publish(child);
}

void Launcher::on_message(std::uint32_t actor, const ipc::Channel::Message& message) {
    Child& child = children_[actor];
    auto said = protocol::decode(message.bytes);
    if (!said) {
        child.failed_text = "it said something that cannot be read: " + said.error().text;
        return apply(actor, ChildEvent::broken);
    }
    if (const auto* hello = std::get_if<protocol::Hello>(&*said)) {
        child.reported = MonotonicTime::now();
        if (!child.process.pidfd) adopt(actor, hello->pid);
        if (hello->incarnation == 1)
            for (const std::string& text : hello->warnings)
                tell_event("warning", child.planned->name, text);
        apply(actor, ChildEvent::hello);
        if (child.state.phase != ChildPhase::waiting) return;
        if (rings_)
            configure({actor});
        else
            configure(configure_order_->on_hello(actor));
    } else if (auto* configured = std::get_if<protocol::Configured>(&*said)) {
        on_configured(actor, std::move(*configured));
    } else if (std::holds_alternative<protocol::Ready>(*said)) {
        on_ready(actor);
    } else if (const auto* socket = std::get_if<protocol::OpenSocket>(&*said)) {
        give_socket(actor, child.channel, *socket);
    } else if (const auto* change = std::get_if<protocol::ChangeFormat>(&*said)) {
        on_change_format(actor, *change);
    } else if (auto* ask = std::get_if<protocol::Ask>(&*said)) {
        if (dynamic_.on_ask(actor, std::move(*ask))) return;
        child.failed_text = "it asked for more than it may";
        apply(actor, ChildEvent::broken);
    } else if (const auto* failed = std::get_if<protocol::Failed>(&*said)) {
        child.failed_stage = failed->stage;
        child.refused_input = failed->input;
        child.failed_text = failed->text;
    } else {
        child.failed_text = "it said what only a launcher says";
        apply(actor, ChildEvent::broken);
    }
}

/// Formats of its inputs: of the rings, once there are some; else what the producers have said.
protocol::Configure Launcher::configure_of(std::uint32_t actor) const {
    const PlannedActor& planned = *children_[actor].planned;
    protocol::Configure message;
    message.inputs.resize(planned.spec->inputs.size());
    message.linked.resize(message.inputs.size());
    for (const std::uint32_t index : planned.in_links) {
        const PlannedLink& link = plan_.links[index];
        const bool same_domain = domains_.domain_of(link.from) == domains_.domain_of(actor);
        message.linked[link.input] = same_domain ? 1 : 2;
        const auto& producer = children_[link.from].configured;
        const auto ring = rings_ ? rings_->ring_of(link.from, link.output) : std::nullopt;
        if (ring)
            message.inputs[link.input] = rings_->rings()[*ring].planned.format;
        else if (producer)
            message.inputs[link.input] = producer->outputs[link.output].format;
    }
    return message;
}

void Launcher::configure(const std::vector<std::uint32_t>& actors) {
    for (const std::uint32_t actor : actors) {
        Child& child = children_[actor];
        if (child.state.phase != ChildPhase::waiting) continue;
        if (child.configure_ahead) {
            apply(actor, ChildEvent::configure);
            continue;
        }
        const auto sent = child.channel.send(protocol::encode(configure_of(actor)), {},
                                             MonotonicTime::now() + send_patience_ns);
        apply(actor, ChildEvent::configure);
        if (!sent && sent.error().code != Errc::gone) apply(actor, ChildEvent::broken);
    }
}

void Launcher::on_configured(std::uint32_t actor, protocol::Configured said) {
    Child& child = children_[actor];
    const ClassSpec& spec = *child.planned->spec;
    if (said.outputs.size() != spec.outputs.size() ||
        said.input_holds.size() != spec.inputs.size()) {
        child.failed_text = "it has other ports than its class";
        return apply(actor, ChildEvent::broken);
    }
    for (std::size_t n = 0; n < said.outputs.size(); ++n) {
        const auto possible = protocol::validate(said.outputs[n]);
        if (possible) continue;
        child.failed_text = "its output '" + spec.outputs[n].name +
                            "' carries what cannot be: " + possible.error().text;
        return apply(actor, ChildEvent::broken);
    }
    apply(actor, ChildEvent::configured);
    if (child.state.phase != ChildPhase::configured || child.state.broken) return;
    child.configured = std::move(said);
    directory_->publish_formats(child);
    if (rings_) return go_on_with_rings(actor);
    configure(configure_order_->on_configured(actor));
    if (configure_order_->done()) after_configure();
}

/// The link whose format the actor's configure() refused, where it said which.
std::optional<std::uint32_t> Launcher::refused_link(const Child& child) const {
    if (child.failed_stage != "format") return std::nullopt;
    const auto& in = child.planned->in_links;
    for (const std::uint32_t link : in)
        if (static_cast<std::int64_t>(plan_.links[link].input) == child.refused_input) return link;
    if (child.refused_input < 0 && in.size() == 1) return in.front();
    return std::nullopt;
}

std::vector<Finding> Launcher::findings_of_configure() {
    std::vector<Finding> findings;
    std::vector<LinkFormats> links;
    for (std::uint32_t index = 0; index < plan_.links.size(); ++index) {
        const PlannedLink& link = plan_.links[index];
        const Child& consumer = children_[link.to];
        const auto& producer = children_[link.from].configured;
        if (!producer || !consumer.configured) continue;
        links.push_back({.link = index,
                         .given = producer->outputs[link.output].format,
                         .accepted = {},
                         .refusal = {}});
    }
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        const Child& child = children_[actor];
        if (is_alive(child.state.phase)) continue;
        if (const auto refused = refused_link(child)) {
            const PlannedLink& link = plan_.links[*refused];
            links.push_back({.link = *refused,
                             .given = children_[link.from].configured->outputs[link.output].format,
                             .accepted = {},
                             .refusal = child.failed_text});
            continue;
        }
        std::string text = child.failed_text;
        if (text.empty()) text = "died while it configured: " + exit_text(child.exit, "");
        findings.push_back({graph_.actors[actor].place, "actors." + child.planned->name, text});
    }
    const auto formats = check_formats(plan_, links, catalog_.known());
    findings.insert(findings.end(), formats.begin(), formats.end());
    return findings;
}

RingPlan Launcher::plan_memory(std::vector<Finding>& findings) const {
    std::vector<OutputFormat> formats;
    std::vector<std::optional<protocol::Configured>> said;
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        said.push_back(children_[actor].configured);
        if (!said.back()) continue;
        for (std::uint32_t output = 0; output < said.back()->outputs.size(); ++output) {
            const auto& carries = said.back()->outputs[output];
            formats.push_back({actor, output, carries.format, carries.depth});
        }
    }
    RingPlan rings = plan_rings(plan_, graph_, formats);
    findings.insert(findings.end(), rings.findings.begin(), rings.findings.end());
    apply_configured(rings, plan_, said);
    return rings;
}

void Launcher::after_configure() {
    if (phase_ != RunPhase::configuring) return;
    auto findings = findings_of_configure();
    const RingPlan rings = plan_memory(findings);
    std::vector<RingCost> costs;
    std::uint64_t bytes = 0;
    for (const PlannedRing& ring : rings.rings) {
        const auto& links = plan_.actors[ring.actor].out_links;
        const auto readers = std::count_if(links.begin(), links.end(), [&](std::uint32_t link) {
            return plan_.links[link].output == ring.output;
        });
        costs.push_back(cost_of(ring, static_cast<std::size_t>(readers)));
        bytes += costs.back().bytes;
    }
    if (const auto room = ipc::require_space(bytes); !room)
        findings.push_back({graph_.place, {}, room.error().text});
    if (!findings.empty()) {
        static_cast<void>(refuse(std::move(findings)));
        return begin_stop(StopReason::refused);
    }
    observer_.rings(costs, bytes);
    if (options_.check_only) return begin_stop(StopReason::ended);
    make_rings(rings);
}

void Launcher::make_rings(const RingPlan& rings) {
    auto made = RingTable::create(plan_, rings);
    auto added = made ? directory_->add_rings(plan_, children_, *made)
                      : Result<>(tl::unexpected(made.error()));
    if (!added) {
        static_cast<void>(refuse({{graph_.place, {}, added.error().text}}));
        return begin_stop(StopReason::refused);
    }
    rings_.emplace(std::move(*made));
    phase_ = RunPhase::starting;
    start(ready_order_->first());
}

void Launcher::start(const std::vector<std::uint32_t>& actors) {
    if (phase_ == RunPhase::starting) {
        for (const std::uint32_t actor : actors) {
            if (children_[actor].state.phase != ChildPhase::configured) continue;
            const auto sent = send_start(actor);
            apply(actor, ChildEvent::start);
            if (sent || sent.error().code == Errc::gone) continue;
            children_[actor].failed_text = sent.error().text;
            apply(actor, ChildEvent::broken);
        }
    }
    if (ready_order_->done() && phase_ == RunPhase::starting) all_settled();
}

Result<> Launcher::send_start(std::uint32_t actor) {
    Child& child = children_[actor];
    auto message = rings_->start_of(plan_, actor, domains_.page_for(actor));
    if (!message) return tl::unexpected(message.error());
    message->start.ahead.clear();  // this one was waited for
    // Release: whoever reads `active` may rely on the rings that were made before.
    child.actor_page().active.store(child.state.incarnation, std::memory_order_release);
    return child.channel.send(protocol::encode(message->start), message->fds,
                              MonotonicTime::now() + send_patience_ns);
}

/// Everybody is READY, or has failed on the way.
void Launcher::all_settled() {
    phase_ = RunPhase::running;
    was_running_ = true;
    running_since_ = MonotonicTime::now();
    note_event("started", node_,
               std::to_string(children_.size()) + " actors, after " +
                   std::to_string((running_since_ - began_) / 1'000'000) + " ms");
    observer_.running(running_since_ - began_);
    totals_at_ = running_since_ + 1'000'000'000;
    keep_spares();
    prepare_twins();
    notify_service("READY=1\nSTATUS=" + std::to_string(children_.size()) + " actors");
    if (options_.run_for) time_is_up_ = running_since_ + *options_.run_for;
    dirty_ = true;
}

/// For each zygote whose actors are to come back by fork.
void Launcher::keep_spares() {
    std::map<std::uint32_t, std::uint32_t> forked;
    for (const Child& child : children_) {
        if (child.exec || !child.planned->supervisor) continue;
        const auto zygote = zygotes_->zygote_for(child.planned->spec->family, child.plugin);
        if (zygote && zygotes_->usable(*zygote)) ++forked[*zygote];
    }
    constexpr std::uint32_t most = 2;
    for (const auto& [zygote, children] : forked)
        zygotes_->keep_spares(zygote, std::min(children, most));
}

}  // namespace streamlib::supervision
