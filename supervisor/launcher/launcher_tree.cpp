// SPDX-License-Identifier: Apache-2.0
// Between the launcher's processes and the supervision tree: reports go there, orders come back and are carried out.
#include <algorithm>

#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {
namespace {

bool names(const Orders& orders, Order::Kind kind, std::uint32_t actor) {
    return std::any_of(orders.begin(), orders.end(), [&](const Order& order) {
        return order.kind == kind && order.index == actor;
    });
}

/// So many ticks processed make a run a healthy one.
constexpr std::uint64_t healthy_ticks = 10;

ExitCause cause_of(const Child& child) {
    if (child.hung) return child.hung_in_start ? ExitCause::startup : ExitCause::hung;
    if (child.exit.kind == ipc::ExitKind::signalled) return ExitCause::signalled;
    if (child.failed_stage == "process") return ExitCause::exception;
    const bool refused = child.exit.kind == ipc::ExitKind::refused || child.state.broken;
    return refused || !child.failed_stage.empty() ? ExitCause::refused : ExitCause::exited;
}

/// How it ended, as the tree asks for it.
ExitReport report_of(const Child& child, bool well) {
    const std::uint64_t ticks = child.actor_page().ticks.load(std::memory_order_relaxed);
    ExitReport report{.cause = cause_of(child),
                      .code = child.exit.code,
                      .healthy = ticks - child.ticks_before >= healthy_ticks};
    if (!well || child.state.broken || child.hung) return report;
    report.kind = child.state.stop_wanted ? ExitClass::shutdown : ExitClass::normal;
    const bool drained = !child.state.stop_wanted && !child.planned->in_links.empty();
    if (drained) report.cause = ExitCause::ended;
    return report;
}

}  // namespace

/// What becomes of a child whose process is gone, or was never made.
void Launcher::on_ended(std::uint32_t actor, bool well) {
    if (carrying_) {
        ended_meanwhile_.emplace_back(actor, well);
        return;
    }
    Child& child = children_[actor];
    if (!is_alive(child.state.phase)) return;
    if (!well) note_death(actor);
    const ChildEvent plain = well ? ChildEvent::exited_well : ChildEvent::exited_badly;
    if (phase_ != RunPhase::starting && phase_ != RunPhase::running) return apply(actor, plain);
    const std::string text = exit_text(child.exit, child.failed_text);
    const bool taken_back = !well && take_back_replacement(actor);
    ExitReport report = report_of(child, well);
    report.text = text;
    Watches::End end = dynamic_.watches.end_of(actor, report);
    Orders orders = tree_->on_exit(actor, report, MonotonicTime::now());
    if (tree_->will_start(actor) || names(orders, Order::Kind::start, actor))
        apply(actor, ChildEvent::exited_for_now);
    else if (names(orders, Order::Kind::stays_failed, actor))
        apply(actor, ChildEvent::exited_badly);
    else
        apply(actor,
              names(orders, Order::Kind::stays_stopped, actor) ? ChildEvent::exited_well : plain);
    carry_out(std::move(orders));
    dynamic_.watches.on_end(std::move(end));
    // Before it was replaced it ran, whoever supervises it or nobody.
    if (taken_back && child.state.phase == ChildPhase::failed && !tree_->has_ended())
        carry_out(tree_->restart_requested(actor, MonotonicTime::now()));
}

/// A list is carried out whole before anything that happens on the way is reported.
void Launcher::carry_out(Orders orders) {
    for (Order& order : orders) orders_.push_back(std::move(order));
    if (carrying_) return;
    while (!orders_.empty() || !ended_meanwhile_.empty()) {
        carrying_ = true;
        while (!orders_.empty()) {
            const Order order = std::move(orders_.front());
            orders_.pop_front();
            obey(order);
        }
        carrying_ = false;
        if (ended_meanwhile_.empty()) break;
        const auto [actor, well] = ended_meanwhile_.front();
        ended_meanwhile_.pop_front();
        on_ended(actor, well);
    }
    publish_tree();
}

void Launcher::obey(const Order& order) {
    switch (order.kind) {
        case Order::Kind::start:
            wanted_stop_[order.index] = false;
            return apply(order.index, ChildEvent::restart);
        case Order::Kind::stop:
            children_[order.index].shutdown = order.shutdown;
            return apply(order.index, order.shutdown && order.shutdown->kind == Shutdown::Kind::kill
                                          ? ChildEvent::kill
                                          : ChildEvent::stop);
        case Order::Kind::stays_failed:
            if (children_[order.index].failed_text.empty())
                children_[order.index].failed_text = order.text;
            if (children_[order.index].state.phase == ChildPhase::restarting)
                dynamic_.watches.on_given_up(order.index);
            apply(order.index, ChildEvent::give_up);
            return dynamic_.on_stays_down(order.index);
        case Order::Kind::stays_stopped:
            if (!is_alive(children_[order.index].state.phase)) apply(order.index, ChildEvent::stop);
            return dynamic_.on_stays_down(order.index);
        case Order::Kind::supervisor_gave_up:
            return tell_event("gave-up", plan_.supervisors[order.index].name, order.text);
        case Order::Kind::alarm: return raise_alarm(order.text);
        case Order::Kind::end_node:
            exit_code_ = order.exit_code;
            return begin_stop(StopReason::failed);
    }
}

/// From here on the launcher stops everybody in the order of the streams, and nobody comes back.
void Launcher::stand_down() {
    if (!tree_) return;
    tree_->stand_down();
    drop_all_twins();
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        if (children_[actor].state.phase == ChildPhase::restarting) apply(actor, ChildEvent::stop);
    }
}

/// The rings are there and everything is known: an incarnation that comes after another waits for nobody.
void Launcher::send_ahead(std::uint32_t actor) {
    Child& child = children_[actor];
    auto message = rings_->start_of(plan_, actor, domains_.page_for(actor));
    if (!message) return;  // no descriptor left: it is told step by step
    const auto configure = child.channel.send(protocol::encode(configure_of(actor)));
    if (!configure) return;
    // Release: whoever reads `active` may rely on the old process being gone.
    child.actor_page().active.store(child.state.incarnation, std::memory_order_release);
    child.ahead = message->start;
    const auto start = child.channel.send(protocol::encode(message->start), message->fds);
    child.start_ahead = start.has_value();
    child.configure_ahead = true;
}

/// The rings that were sent ahead do not fit what configure() says this time: new generations, then another start.
Result<> Launcher::refit(std::uint32_t actor) {
    Child& child = children_[actor];
    const auto& inputs = child.ahead.inputs;
    for (std::size_t n = 0; n < inputs.size(); ++n) {
        if (inputs[n].linked == 0 || inputs[n].hold >= child.configured->input_holds[n]) continue;
        return fail(Errc::mismatch,
                    "input '" + child.planned->spec->inputs[n].name +
                        "' keeps more blocks than in its first run: restart the node");
    }
    for (std::uint32_t output = 0; output < child.configured->outputs.size(); ++output) {
        const protocol::ConfiguredOutput& wanted = child.configured->outputs[output];
        const auto number = rings_->ring_of(actor, output);
        if (!number && wanted.format.kind == MediaKind::none) continue;
        if (!number || wanted.format.kind == MediaKind::none)
            return fail(Errc::mismatch, "output '" + child.planned->spec->outputs[output].name +
                                            "' carries nothing now or did not before");
        if (rings_->offers(*number, wanted)) continue;
        if (auto made = replace_ring(actor, output, wanted); !made) return made;
        // Nobody will write the old one again.
        rings_->supersede_previous(*number);
    }
    return {};
}

/// Configured, with rings that are there already.
void Launcher::go_on_with_rings(std::uint32_t actor) {
    Child& child = children_[actor];
    if (child.start_ahead && protocol::fits(child.ahead, *child.configured))
        return apply(actor, ChildEvent::start);
    const bool first = child.dynamic && !child.rings_made;
    const auto made = first ? dynamic_.make_rings(actor) : Result<>{};
    const auto fitted = made ? refit(actor) : made;
    const auto sent = fitted ? send_start(actor) : fitted;
    apply(actor, ChildEvent::start);
    if (sent || sent.error().code == Errc::gone) return;
    child.failed_text = sent.error().text;
    apply(actor, ChildEvent::broken);
}

void Launcher::on_ready(std::uint32_t actor) {
    Child& child = children_[actor];
    apply(actor, ChildEvent::ready);
    if (child.state.phase != ChildPhase::running) return;
    child.ready = MonotonicTime::now();
    sockets_.settle(actor);
    child.before.reset();
    if (child.state.incarnation > 1) tell_restart(actor);
    if (phase_ == RunPhase::starting) start(ready_order_->on_settled(actor));
    dynamic_.watches.on_ready(actor);
    if (phase_ == RunPhase::starting || phase_ == RunPhase::running)
        carry_out(tree_->on_ready(actor, child.ready));
}

}  // namespace streamlib::supervision
