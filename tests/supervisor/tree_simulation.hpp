// SPDX-License-Identifier: Apache-2.0
/// @file
/// A launcher that is none: it carries out the orders of a Supervision over a random tree, reports random events, and knows by
/// itself what may never happen.
///
/// Model     The simulation keeps its own record of who is alive and what was said; of Supervision it uses reports, orders and
///           what it can be asked. A broken rule is a line in `violations`.
/// Faults    For negative controls: a lie between the two, after which a rule has to be broken.
#pragma once

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "supervisor/tree/supervision.hpp"

namespace streamlib::supervision::tree_simulation {

enum class Fault : std::uint8_t {
    none,
    exit_before_gone,  ///< Who is told to stop is reported gone while it still lives.
    ready_at_spawn,    ///< READY is reported of what has only been spawned.
    generous,          ///< Supervision's plan allows one restart more than the rules do.
    deaf_to_stop,      ///< A person's stop is carried out, but Supervision takes it for a crash.
    deaf_to_end,       ///< Supervision is not told that the node stops.
};

/// Random tree: up to 12 actors, up to 5 supervisors, three levels, parents in either direction.
[[nodiscard]] GraphPlan random_plan(std::mt19937_64& random);

class Simulation {
public:
    Simulation(std::uint64_t seed, Fault fault);

    /// One life of a node: start, `events` random events, quiet, the end. Stops at the first violation.
    void run(int events);
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t starts() const { return starts_; }
    [[nodiscard]] std::uint64_t escalations() const { return escalations_; }

private:
    enum class Process : std::uint8_t { none, starting, running };
    struct Child {
        bool used = false, dynamic = false;
        Process process = Process::none;
        bool told_to_stop = false, held = false, asked = false;
        bool concluded = false, concluded_failed = false;
        std::uint64_t born = 0;  ///< `starts_` when its incarnation was made.
        RestartType restart{};
        std::uint32_t supervisor = tree::none, parent = tree::none;
    };
    struct Budget {
        std::vector<MonotonicTime> charges;  ///< Of this life.
        std::uint32_t left = 0;              ///< Before the event, as the state.
        SupervisorState state{};
    };

    void random_event();
    void quiet();
    void check_quiet();
    void end();
    void advance(Nanoseconds span);

    void exits(std::uint32_t actor);
    void ready(std::uint32_t actor);
    void person_stops(std::uint32_t actor);
    void person_restarts(std::uint32_t actor);
    void add_or_remove();

    void before();
    void after(const Orders& orders, bool all_at_once = false);
    void carry_out(const Order& order, bool all_at_once);
    void start(std::uint32_t actor, bool all_at_once);
    void check_start(std::uint32_t actor);
    [[nodiscard]] bool is_throughout(std::uint32_t supervisor, SupervisorState state) const;
    void stop(std::uint32_t actor);
    void check_budgets(const Orders& orders);
    void check_exit(std::uint32_t actor, const ExitReport& report, const Orders& orders);
    [[nodiscard]] bool is_watched(std::uint32_t supervisor) const;
    [[nodiscard]] bool surely_own(const Child& child) const;

    [[nodiscard]] std::uint32_t any_actor();
    [[nodiscard]] bool one_in(std::uint32_t n) { return random_() % n == 0; }
    void violated(const std::string& what);
    void note(char what, std::uint32_t actor);

    std::mt19937_64 random_;
    Fault fault_;
    GraphPlan plan_, told_plan_;  ///< As the rules see it; as Supervision was told.
    Supervision core_;
    MonotonicTime now_{1'000'000'000};
    std::vector<Child> children_;
    std::vector<Budget> budgets_;
    std::deque<std::string> lately_;
    std::vector<std::uint32_t> lied_about_;  ///< Whose exit or READY is to be reported too early.
    std::vector<std::string> violations_;
    std::uint64_t events_ = 0, starts_ = 0, escalations_ = 0;
    bool ended_ = false;
};

}  // namespace streamlib::supervision::tree_simulation
