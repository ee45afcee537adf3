// SPDX-License-Identifier: Apache-2.0
/// @file
/// The supervision tree's decisions: what happened × the tree × now → what is to be done.
///
/// Model     Pure and deterministic: no clock, no process, no randomness but the generator given. The launcher reports what
///           it saw and carries out the orders it gets; an actor counts as up or gone only because that was reported.
///           Actors are numbered as in the plan, dynamic children as the caller chooses; supervisor 0 is the node's own.
///           The words are OTP's. Where it differs: restarts back off; what a person stopped stays so until a person restarts
///           it, also when its siblings are restarted; a group's restart is not given up while one of it fails to start: each
///           failure counts as a restart. A supervisor that gives up fails as a permanent child of the one above it does; one
///           that shuts down automatically has ended as it should and comes back only with its siblings.
/// Families  `parent` is another relation than `supervisor`. A parent's death stops its children, deepest first; they come
///           back after the parent has, and is READY. An actor that is to stop is told when its own children are gone.
/// Rules     Every start of an incarnation is ordered here, that of the beginning (`start_all`) too. A list of orders is
///           carried out whole, in order, before the next report; what fails on the way (a spawn) is reported after it.
///           `stop` is never ordered for what has exited, `start` never for what is alive. After `stop_all` or `end_node`
///           nothing is started.
/// Threads   One.
/// Cost      A report is linear in actors and supervisors (some ten nanoseconds each).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/graph/exit_rules.hpp"
#include "runtime/graph/graph_plan.hpp"
#include "supervisor/tree/tree_records.hpp"

namespace streamlib::supervision {

struct Order {
    enum class Kind : std::uint8_t {
        start,  ///< Actor `index`: make the next incarnation.
        stop,   ///< Actor `index`: tell it to stop, and kill it as `shutdown` says.
        stays_failed,  ///< Actor `index` is down and will not come back: FAILED. `text` where the reason is not its own.
        stays_stopped,       ///< The same: STOPPED. A dynamic child may be removed now.
        supervisor_gave_up,  ///< Supervisor `index`; `text` says why.
        alarm,               ///< `text`: a branch stays down, or the node ends.
        end_node,  ///< Stop everything in the launcher's own order and exit with `exit_code`.
    };
    Kind kind{};
    std::uint32_t index = 0;
    std::optional<Shutdown> shutdown{};  ///< Of `stop`; empty: as the launcher was told for all.
    int exit_code = 0;
    std::string text{};
};
using Orders = std::vector<Order>;

/// A child that comes at run time. Without supervisor it is not restarted.
struct DynamicChild {
    std::optional<std::uint32_t> supervisor{}, parent{};
    RestartType restart = RestartType::permanent;
    std::optional<Shutdown> shutdown{};
    bool significant = false;
};

enum class SupervisorState : std::uint8_t { running, stopping, starting, waiting, stopped, failed };

class Supervision {
public:
    /// `plan` must outlive it. `random` gives numbers evenly from [0, 1].
    Supervision(const GraphPlan& plan, std::function<double()> random);

    /// Everybody at once: at the beginning the data flow says who waits for whom, and the launcher sees to it.
    [[nodiscard]] Orders start_all(MonotonicTime now);
    [[nodiscard]] Orders on_ready(std::uint32_t actor, MonotonicTime now);
    /// The process is gone (or was never made).
    [[nodiscard]] Orders on_exit(std::uint32_t actor, const ExitReport& exit, MonotonicTime now);
    /// `next_due` has come; harmless at any time.
    [[nodiscard]] Orders on_time(MonotonicTime now);

    /// A person wants it down: it, and what is below it, stays down until a person restarts it.
    [[nodiscard]] Orders stop_requested(std::uint32_t actor, MonotonicTime now);
    /// A person wants a new incarnation; counts as no restart, knows no backoff, brings back a branch that gave up. One that
    /// is being started is new already: of two requests the second does nothing.
    [[nodiscard]] Orders restart_requested(std::uint32_t actor, MonotonicTime now);
    /// The whole tree goes down in reverse order, one after the other; nothing is started any more.
    [[nodiscard]] Orders stop_all(MonotonicTime now);
    /// Nothing is ordered any more: the launcher stops the actors in an order of its own.
    void stand_down();

    /// `actor` is a free number of the caller's. Fails where the supervisor or the parent is not up.
    [[nodiscard]] Result<Orders> add_child(std::uint32_t actor, const DynamicChild& child,
                                           MonotonicTime now);
    /// Frees the number; false: not dynamic, or not down.
    bool remove_child(std::uint32_t actor);
    /// `plan.supervisors[index]` has come, for children that came at run time: nobody is above it, so what it cannot keep up
    /// stays FAILED and costs nobody else anything. `index` is the next one, or one that was removed.
    void add_supervisor(std::uint32_t index, MonotonicTime now);
    /// False: it was not added so, or has children.
    bool remove_supervisor(std::uint32_t index);

    /// When `on_time` is to be called; {INT64_MAX}: nothing waits.
    [[nodiscard]] MonotonicTime next_due() const;
    /// It is down and will be started: once its time, its parent or its supervisor allows.
    [[nodiscard]] bool will_start(std::uint32_t actor) const;
    /// It is up, may be told to stop, and another incarnation is to follow.
    [[nodiscard]] bool comes_back(std::uint32_t actor) const;
    /// Nothing is started any more.
    [[nodiscard]] bool has_ended() const noexcept { return ended_; }
    /// Restarts that `supervisor` has left now, of its intensity.
    [[nodiscard]] std::uint32_t intensity_left(std::uint32_t supervisor, MonotonicTime now) const;
    [[nodiscard]] SupervisorState state_of(std::uint32_t supervisor) const;

private:
    using Phase = tree::Phase;
    using Then = tree::Then;
    using Task = tree::SupervisorRecord::Task;

    // supervision_exits.cpp: what an exit means
    void own_exit(std::uint32_t actor, const ExitReport& exit);
    [[nodiscard]] std::optional<ExitAction> action_for(const tree::ActorRecord& actor,
                                                       const ExitReport& exit) const;
    void restart_child(std::uint32_t supervisor, PlannedChild child, std::string_view why);
    void delay(std::uint32_t supervisor, PlannedChild child);
    void give_up(std::uint32_t supervisor, PlannedChild child, const std::string& why);
    void leave(PlannedChild child, const std::string& why);
    void fail_branch(PlannedChild child);
    void supervisor_failed(std::uint32_t supervisor);
    void significant_ended(std::uint32_t supervisor);
    [[nodiscard]] std::string name_of(PlannedChild child) const;

    // supervision_settle.cpp: from what is wanted to orders
    [[nodiscard]] Orders settle();
    void order_stops();
    void visit(std::uint32_t supervisor, bool frozen);
    void visit_up(std::uint32_t supervisor);
    void visit_down(std::uint32_t supervisor);
    void finish_stop(std::uint32_t supervisor);
    bool take_down(PlannedChild child);
    void begin_stop(std::uint32_t supervisor, std::uint32_t first, Then then);
    void raise(std::uint32_t supervisor);
    void wake(PlannedChild child, bool fresh);
    void doom(std::uint32_t actor);
    void order_start(std::uint32_t actor);
    [[nodiscard]] bool is_startable(const tree::ActorRecord& actor) const;
    void conclude();

    [[nodiscard]] bool is_orphan(const tree::ActorRecord& actor) const;
    [[nodiscard]] bool is_covered(std::uint32_t supervisor, std::uint32_t position) const;
    [[nodiscard]] bool has_future(const tree::ActorRecord& actor) const;

    const GraphPlan& plan_;
    std::function<double()> random_;
    std::vector<tree::ActorRecord> actors_;
    std::vector<tree::SupervisorRecord> supervisors_;
    Orders orders_;  ///< Of the report being worked on.
    MonotonicTime now_{};
    bool ended_ = false;       ///< Nothing is started any more.
    bool stood_down_ = false;  ///< Nothing is ordered any more.
    bool changed_ = false;     ///< In this round of settle().
};

}  // namespace streamlib::supervision
