// SPDX-License-Identifier: Apache-2.0
// The suite `restart`: ./dev bench restart. What it measures and how to read it: bench/README.md.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/figures.hpp"
#include "bench/restart_node.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

struct Arguments {
    std::string json, only;
    int rounds = 5;
    std::uint32_t kills = 200;
};

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

/// Goals of the issue: they hold for the idle machine.
void compare(std::vector<Comparison>& wanted, const RestartCase& one) {
    const std::string trial = "restart/" + name_of(one);
    const bool goals = !one.busy && one.tier != "exec";
    // A goal in two parts: twice the floor, and half a millisecond.
    const bool ready_goal = !one.busy && one.tier == "fork" && !one.picture;
    for (const char* step : {"detected", "reported", "ready", "first"}) {
        for (const char* part : {"p50", "p99", "max"}) {
            Comparison row{
                .figure = "kill to " + std::string(step) + ", " + name_of(one) + " " + part,
                .unit = "ms",
                .ours = trial,
                .ours_number = std::string(step) + " " + part,
                .beside = "bare fork",
                .peer = "limit/fork",
                .peer_number = part};
            if (goals && std::string(step) == "first" && std::string(part) == "p99") {
                row.bound = Bound::ours;
                row.goal = 16.7;
            }
            wanted.push_back(row);
        }
    }
    if (ready_goal)
        wanted.push_back({.figure = "kill to ready less 0.5 ms, " + name_of(one) + " p50",
                          .unit = "ms",
                          .ours = trial,
                          .ours_number = "ready over p50",
                          .beside = "bare fork",
                          .peer = "limit/fork",
                          .peer_number = "p50",
                          .bound = Bound::ratio,
                          .goal = 2});
    for (const char* part : {"p50", "p99", "max"}) {
        Comparison row{.figure = "ticks lost, " + name_of(one) + " " + part,
                       .unit = "ticks",
                       .ours = trial,
                       .ours_number = std::string("lost ") + part,
                       .beside = {},
                       .peer = {},
                       .peer_number = {}};
        // For a standby the one tick is the worst that may be.
        if (goals && (std::string(part) != "max" || one.tier == "standby")) {
            row.bound = Bound::ours;
            row.goal = std::string(part) == "p50" ? 0 : 1;
        }
        wanted.push_back(row);
    }
}

Arguments read(int argc, char** argv) {
    Arguments arguments;
    if (argc % 2 == 0) throw std::invalid_argument("every argument has a value");
    for (int n = 1; n + 1 < argc; n += 2) {
        const std::string key = argv[n], value = argv[n + 1];
        if (key == "--json")
            arguments.json = value;
        else if (key == "--only")
            arguments.only = value;
        else if (key == "--rounds")
            arguments.rounds = std::max(1, std::atoi(value.c_str()));
        else if (key == "--kills")
            arguments.kills = static_cast<std::uint32_t>(std::max(1, std::atoi(value.c_str())));
        else
            throw std::invalid_argument("unknown argument " + key);
    }
    return arguments;
}

void print_phases(const Results& results, const std::string& trial) {
    if (!results.median(trial, "phase 0")) return;
    std::printf("phases of the tick at the kill, %s:", trial.c_str());
    for (int n = 0; n < 10; ++n)
        std::printf(" %.0f", *results.median(trial, "phase " + std::to_string(n)));
    std::printf("\n");
}

int run(const Arguments& arguments) {
    std::vector<Trial> trials{
        {"limit/fork", [&] { return restarts_by_bare_fork(arguments.kills); }}};
    std::vector<Comparison> wanted;
    constexpr std::uint32_t most_peer_kills = 10;  // a second each
    const std::uint32_t kills = std::min(arguments.kills, most_peer_kills);
    if (arguments.only.empty() || arguments.only == "peers") {
        trials.push_back({"peer/s6", [kills] { return restarts_by_s6(kills); }});
        trials.push_back({"peer/supervisord", [kills] { return restarts_by_supervisord(kills); }});
        trials.push_back({"peer/erlang", [kills] { return restarts_by_erlang(kills); }});
        trials.push_back({"restart/ours for peers", [kills] {
                              return restarts_of({"fork", false, false, 10 * kills});
                          }});
        for (const char* peer : {"s6", "supervisord", "erlang"})
            wanted.push_back({.figure = "kill to ready, fork, trivial, p50",
                              .unit = "ms",
                              .ours = "restart/ours for peers",
                              .ours_number = "ready p50",
                              .beside = peer,
                              .peer = std::string("peer/") + peer,
                              .peer_number = "p50",
                              .bound = Bound::ratio,
                              .goal = 1});
    }
    if (arguments.only.empty() || arguments.only == "many") {
        trials.push_back({"many/100", [] { return many_at_once(100); }});
        for (const auto& [figure, number] :
             {std::pair("100 actors killed at once, until all are ready", "back"),
              std::pair("stop of a tree of 100 actors", "stop")})
            wanted.push_back({.figure = figure,
                              .unit = "ms",
                              .ours = "many/100",
                              .ours_number = number,
                              .beside = {},
                              .peer = {},
                              .peer_number = {}});
    }
    for (const RestartCase& one : cases(arguments.kills)) {
        if (name_of(one).find(arguments.only) == std::string::npos) continue;
        trials.push_back({"restart/" + name_of(one), [one] { return restarts_of(one); }});
        compare(wanted, one);
    }
    Results results;
    run_interleaved(trials, arguments.rounds, results);
    const auto figures = judge(wanted, results);
    print_table(figures);
    for (const Trial& trial : trials) print_phases(results, trial.name);
    for (const auto& [trial, why] : results.absent())
        std::printf("absent: %s: %s\n", trial.c_str(), why.c_str());
    for (const auto& [trial, why] : results.broken())
        std::printf("BROKEN: %s: %s\n", trial.c_str(), why.c_str());
    if (!arguments.json.empty()) write_json(figures, arguments.json);
    return all_hold(figures) && results.broken().empty() ? 0 : 1;
}

}  // namespace
}  // namespace streamlib::bench

int main(int argc, char** argv) {
    streamlib::init(argc, argv);
    if (argc == 3 && std::string(argv[1]) == "--child")
        streamlib::bench::live_as_peers_child(argv[2]);
    try {
        return streamlib::bench::run(streamlib::bench::read(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(
            stderr,
            "bench_restart: %s\nusage: bench_restart [--json FILE] [--only \"fork, trivial, "
            "idle\"] [--rounds 5] [--kills 200]\n",
            error.what());
        return 2;
    }
}
