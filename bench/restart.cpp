// SPDX-License-Identifier: Apache-2.0
// The suite `restart`: ./dev bench restart. What it measures and how to read it: bench/README.md.
#include <algorithm>
#include <cstdio>
#include <string>

#include "bench/restart_node.hpp"
#include "bench/suite.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

std::string name_of(const RestartCase& one) {
    return one.tier + (one.picture ? ", 1080p" : ", trivial") + (one.busy ? ", busy" : ", idle");
}

std::vector<RestartCase> cases(std::uint32_t kills) {
    std::vector<RestartCase> all;
    for (const char* tier : {"fork", "exec", "standby"})
        for (const bool picture : {false, true})
            for (const bool busy : {false, true}) all.push_back({tier, picture, busy, kills});
    return all;
}

/// One row a percentile.
void compare_steps(std::vector<Comparison>& wanted, const RestartCase& one) {
    for (const char* step : {"detected", "running", "ready", "first"}) {
        const bool first = std::string(step) == "first";
        for (const char* part : {"p50", "p99", "max"}) {
            Comparison row{
                .figure = "kill to " + std::string(step) + ", " + name_of(one) + " " + part,
                .unit = "ms",
                .ours = "restart/" + name_of(one),
                .ours_number = std::string(step) + " " + part,
                .beside = "bare fork",
                .peer = "limit/fork",
                .peer_number = part};
            if (first && std::string(part) == "p99" && one.tier == "fork" && !one.busy) {
                row.bound = Bound::ours;
                row.goal = 16.7;
            }
            wanted.push_back(row);
        }
    }
}

/// A goal in two parts: twice the floor, and half a millisecond.
void compare_ready(std::vector<Comparison>& wanted, const RestartCase& one) {
    if (one.busy || one.tier == "exec") return;
    wanted.push_back({.figure = "kill to ready less 0.5 ms, " + name_of(one) + " p50",
                      .unit = "ms",
                      .ours = "restart/" + name_of(one),
                      .ours_number = "ready over p50",
                      .beside = "bare fork",
                      .peer = "limit/fork",
                      .peer_number = "p50",
                      .bound = Bound::ratio,
                      .goal = 2});
}

/// Tick indices lost: idle none at p50 and one at p99 for `fork`; for `standby` one at worst, idle or busy.
void compare_lost(std::vector<Comparison>& wanted, const RestartCase& one) {
    for (const std::string part : {"p50", "p99", "max"}) {
        Comparison row{.figure = "ticks lost, " + name_of(one) + " " + part,
                       .unit = "",
                       .ours = "restart/" + name_of(one),
                       .ours_number = "lost " + part,
                       .beside = {},
                       .peer = {},
                       .peer_number = {}};
        const bool of_fork = one.tier == "fork" && !one.busy && part != "max";
        if (of_fork || (one.tier == "standby" && part == "max")) {
            row.bound = Bound::ours;
            row.goal = part == "p50" ? 0 : 1;
        }
        wanted.push_back(row);
    }
}

void compare(std::vector<Comparison>& wanted, const RestartCase& one) {
    compare_steps(wanted, one);
    compare_ready(wanted, one);
    compare_lost(wanted, one);
    wanted.push_back({.figure = "both cores busy, of all time, " + name_of(one),
                      .unit = "%",
                      .ours = "restart/" + name_of(one),
                      .ours_number = "load",
                      .beside = {},
                      .peer = {},
                      .peer_number = {}});
}

/// A suite in the making.
struct Suite {
    std::vector<Trial> trials;
    std::vector<Comparison> wanted;
};

void add_peers(Suite& suite, std::uint32_t kills) {
    suite.trials.push_back({"peer/s6", [kills] { return restarts_by_s6(kills); }});
    suite.trials.push_back(
        {"peer/supervisord", [kills] { return restarts_by_supervisord(kills); }});
    suite.trials.push_back({"peer/erlang", [kills] { return restarts_by_erlang(kills); }});
    suite.trials.push_back({"restart/ours for peers", [kills] {
                                return restarts_of({"fork", false, false, 10 * kills});
                            }});
    for (const char* peer : {"s6", "supervisord", "erlang"})
        suite.wanted.push_back({.figure = "kill to ready, fork, trivial, p50",
                                .unit = "ms",
                                .ours = "restart/ours for peers",
                                .ours_number = "ready p50",
                                .beside = peer,
                                .peer = std::string("peer/") + peer,
                                .peer_number = "p50",
                                .bound = Bound::ratio,
                                .goal = 1});
}

void add_many(Suite& suite) {
    suite.trials.push_back({"many/100", [] { return many_at_once(100); }});
    for (const auto& [figure, number] :
         {std::pair("100 actors killed at once, until all are ready", "back"),
          std::pair("stop of a tree of 100 actors", "stop")})
        suite.wanted.push_back({.figure = figure,
                                .unit = "ms",
                                .ours = "many/100",
                                .ours_number = number,
                                .beside = {},
                                .peer = {},
                                .peer_number = {}});
}

void print_phases(const Results& results, const std::string& trial) {
    if (!results.median(trial, "phase 0")) return;
    std::printf("kills by tenth of the tick, %s:", trial.c_str());
    for (int n = 0; n < 10; ++n)
        std::printf(" %.0f", *results.median(trial, "phase " + std::to_string(n)));
    std::printf("\n");
}

int run(const Switches& switches) {
    const std::string& only = switches.text("--only");
    const std::uint32_t kills = switches.count("--kills");
    Suite suite;
    suite.trials.push_back({"limit/fork", [kills] { return restarts_by_bare_fork(kills); }});
    constexpr std::uint32_t most_peer_kills = 10;  // a second each
    if (only.empty() || only == "peers") add_peers(suite, std::min(kills, most_peer_kills));
    if (only.empty() || only == "many") add_many(suite);
    for (const RestartCase& one : cases(kills)) {
        if (name_of(one).find(only) == std::string::npos) continue;
        suite.trials.push_back({"restart/" + name_of(one), [one] { return restarts_of(one); }});
        compare(suite.wanted, one);
    }
    if (suite.trials.size() == 1)
        throw std::invalid_argument("--only: there is no case '" + only + "'");
    Results results;
    run_interleaved(suite.trials, static_cast<int>(switches.count("--rounds")), results);
    return report(suite.wanted, results, switches.text("--json"), [&] {
        for (const Trial& trial : suite.trials) print_phases(results, trial.name);
    });
}

}  // namespace
}  // namespace streamlib::bench

int main(int argc, char** argv) {
    using namespace streamlib::bench;
    streamlib::init(argc, argv);
    if (argc == 3 && std::string(argv[1]) == "--child") live_as_peers_child(argv[2]);
    return main_of(
        "bench_restart",
        "[--json FILE] [--only \"fork, trivial, idle\"|peers|many] [--rounds 1] "
        "[--kills 40]",
        [&] {
            return run({argc, argv, {{"--only", ""}, {"--rounds", "1"}, {"--kills", "40"}}});
        });
}
