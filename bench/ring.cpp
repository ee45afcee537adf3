// SPDX-License-Identifier: Apache-2.0
// The suite `ring`: ./dev bench ring. What it measures and how to read it: bench/README.md.
#include <memory>
#include <string>

#include "bench/hops.hpp"
#include "bench/node.hpp"
#include "bench/suite.hpp"
#include "bench/writer_cost.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

struct Size {
    std::size_t bytes;
    std::string name;
};
const Size sizes[] = {{small_bytes, "64 B"}, {hd_bytes, "5.18 MB"}, {uhd_bytes, "20.7 MB"}};
const char* const percentiles[] = {"p50", "p99", "p99.9"};

/// One row a percentile; the goal, if any, is that of the first `bounded` numbers.
void compare(Section& section, const std::string& figure, const std::string& ours,
             const std::string& beside, const std::string& peer, std::vector<const char*> numbers,
             double goal, std::size_t bounded) {
    for (std::size_t n = 0; n < numbers.size(); ++n) {
        section.comparisons.push_back({.figure = figure + " " + numbers[n],
                                       .unit = "us",
                                       .ours = ours,
                                       .ours_number = numbers[n],
                                       .beside = beside,
                                       .peer = peer,
                                       .peer_number = numbers[n],
                                       .bound = n < bounded ? Bound::ratio : Bound::none,
                                       .goal = goal});
    }
}

Section polling_hops() {
    Section section;
    for (const auto& [bytes, name] : sizes) {
        const std::string ours = "hop/polling/" + name;
        const std::string limit = "limit/polling/" + name, iceoryx = "iceoryx/polling/" + name;
        section.trials.push_back(
            {ours, [bytes = bytes] { return hop_of_ring(bytes, Reader::polling); }});
        section.trials.push_back({limit, [bytes = bytes] { return hop_of_bare_atomics(bytes); }});
        section.trials.push_back(
            {iceoryx, [bytes = bytes] { return hop_of_iceoryx(bytes, Reader::polling); }});
        compare(section, "hop, polling, " + name, ours, "limit: flag, header, payload", limit,
                {std::begin(percentiles), std::end(percentiles)}, 1.6, 1);
        compare(section, "hop, polling, " + name, ours, "iceoryx, payload untouched", iceoryx,
                {"p50"}, 0.5, 1);
    }
    section.around = [] {
        auto roudi = std::make_shared<Roudi>();
        roudi->start();
        return roudi;
    };
    return section;
}

Section sleeping_hops() {
    Section section;
    for (const auto& [bytes, name] : sizes) {
        const std::string ours = "hop/asleep/" + name;
        section.trials.push_back(
            {ours, [bytes = bytes] { return hop_of_ring(bytes, Reader::asleep); }});
    }
    const auto peer = [&](const std::string& name, std::function<Numbers()> measure) {
        section.trials.push_back({name, std::move(measure)});
        return name;
    };
    const std::string futex = peer("limit/asleep", hop_of_bare_futex);
    const std::string waitset =
        peer("iceoryx/asleep", [] { return hop_of_iceoryx(small_bytes, Reader::asleep); });
    const std::string queue = peer("message_queue/64 B", hop_of_message_queue);
    const std::string zmq = peer("zeromq/64 B", [] { return hop_of_zeromq(small_bytes); });
    const std::string zmq_hd = peer("zeromq/5.18 MB", [] { return hop_of_zeromq(hd_bytes); });
    const std::string unix_small =
        peer("unix/64 B", [] { return hop_of_unix_socket(small_bytes); });
    const std::string unix_hd = peer("unix/5.18 MB", [] { return hop_of_unix_socket(hd_bytes); });
    for (const auto& [bytes, name] : sizes) {
        compare(section, "hop, asleep, " + name, "hop/asleep/" + name, "limit: bare futex", futex,
                {"p50", "mean", "p99", "p99.9"}, 1.3, 2);
    }
    const auto beside = [&](const char* name, const char* words, const std::string& trial) {
        compare(section, std::string("hop, asleep, ") + name, std::string("hop/asleep/") + name,
                words, trial, {"p50", "p99"}, 0, 0);
    };
    beside("64 B", "iceoryx WaitSet", waitset);
    beside("64 B", "Boost message_queue", queue);
    beside("64 B", "ZeroMQ ipc", zmq);
    beside("64 B", "Unix socket", unix_small);
    beside("5.18 MB", "ZeroMQ ipc, the bytes", zmq_hd);
    beside("5.18 MB", "Unix socket, the bytes", unix_hd);
    section.around = polling_hops().around;
    return section;
}

Section system_calls() {
    Section section;
    section.trials = {{"calls/publish", calls_of_publish},
                      {"calls/waking", calls_of_waking_each_time}};
    section.comparisons.push_back({.figure = "system calls in 1e6 publishes nobody waits for",
                                   .unit = "",
                                   .ours = "calls/publish",
                                   .ours_number = "calls",
                                   .beside = "a wake-up each time",
                                   .peer = "calls/waking",
                                   .peer_number = "calls",
                                   .bound = Bound::ours,
                                   .goal = 0});
    return section;
}

Section writer_costs() {
    Section section;
    for (const std::uint32_t readers : {1U, 4U, 16U}) {
        const std::string n = std::to_string(readers);
        section.trials.push_back(
            {"writer/" + n, [=] { return cost_of_publish(readers, Holding::nothing); }});
        section.trials.push_back(
            {"writer/holding/" + n, [=] { return cost_of_publish(readers, Holding::own_blocks); }});
        section.trials.push_back(
            {"writer/asleep/" + n, [=] { return cost_of_publish_to_sleepers(readers); }});
        section.trials.push_back({"wake/" + n, [=] { return cost_of_bare_wake(readers); }});
        const std::string who = n + (readers == 1 ? " reader" : " readers");
        const auto row = [&](const std::string& words, const std::string& trial, bool bounded) {
            section.comparisons.push_back({.figure = "claim + publish, " + who + words,
                                           .unit = "ns",
                                           .ours = trial + n,
                                           .ours_number = "cost",
                                           .beside = "the same with 1 reader",
                                           .peer = trial + "1",
                                           .peer_number = "cost",
                                           .bound = bounded ? Bound::ratio : Bound::none,
                                           .goal = 4});
        };
        row(", none asleep", "writer/", readers == 16);
        row(", each holding a block of its own", "writer/holding/", false);
        compare(section, "claim + publish, " + who + " asleep,", "writer/asleep/" + n,
                "bare FUTEX_WAKE of " + n, "wake/" + n, {"p50", "mean"}, 0, 0);
    }
    return section;
}

Section ticks(unsigned seconds) {
    Section section;
    for (const std::uint32_t actors : {1U, 10U, 100U}) {
        const std::string n = std::to_string(actors);
        section.trials.push_back(
            {"ticks/" + n, [=] { return lateness_of_ticks(actors, seconds); }});
        section.trials.push_back(
            {"cyclictest/" + n, [=] { return lateness_of_cyclictest(actors, seconds); }});
        compare(section, "lateness of a tick, " + n + (actors == 1 ? " actor" : " actors"),
                "ticks/" + n, "cyclictest, as many threads", "cyclictest/" + n,
                {"p50", "p99", "p99.9"}, 0, 0);
    }
    return section;
}

Section starts() {
    Section section;
    for (const std::uint32_t actors : {10U, 100U, 1000U}) {
        const std::string n = std::to_string(actors);
        section.trials.push_back(
            {"start/" + n, [=] { return start_of_actors(actors, actors == 100); }});
        section.trials.push_back({"fork/" + n, [=] { return start_of_bare_forks(actors); }});
        section.comparisons.push_back({.figure = "run to " + n + " actors RUNNING",
                                       .unit = "ms",
                                       .ours = "start/" + n,
                                       .ours_number = "ready",
                                       .beside = "as many bare forks",
                                       .peer = "fork/" + n,
                                       .peer_number = "ready",
                                       .bound = actors == 10 ? Bound::none : Bound::ours,
                                       .goal = actors == 100 ? 250.0 : 2500.0});
    }
    section.trials.push_back({"start/pairs", [] { return start_of_pairs(100); }});
    section.comparisons.push_back({.figure = "run to 100 actors RUNNING, linked in pairs",
                                   .unit = "ms",
                                   .ours = "start/pairs",
                                   .ours_number = "ready",
                                   .beside = "as many bare forks",
                                   .peer = "fork/100",
                                   .peer_number = "ready"});
    section.comparisons.push_back({.figure = "memory of an actor (PSS, of 100)",
                                   .unit = "kB",
                                   .ours = "start/100",
                                   .ours_number = "pss",
                                   .beside = {},
                                   .peer = {},
                                   .peer_number = {},
                                   .bound = Bound::ours,
                                   .goal = 1000});
    return section;
}

Section first_frames() {
    Section section;
    section.trials = {{"first/demo", first_frame_of_demo}, {"first/ffmpeg", first_frame_of_ffmpeg}};
    section.comparisons.push_back({.figure = "the demo's first frame in its file, from exec",
                                   .unit = "ms",
                                   .ours = "first/demo",
                                   .ours_number = "first",
                                   .beside = "ffmpeg, the same conversion",
                                   .peer = "first/ffmpeg",
                                   .peer_number = "first",
                                   .bound = Bound::ours,
                                   .goal = 1000});
    return section;
}

int run(const Switches& switches) {
    const unsigned seconds = switches.count("--seconds");
    return run_sections({{"polling", polling_hops},
                         {"asleep", sleeping_hops},
                         {"calls", system_calls},
                         {"writer", writer_costs},
                         {"ticks", [=] { return ticks(seconds); }},
                         {"start", starts},
                         {"first", first_frames}},
                        switches);
}

}  // namespace
}  // namespace streamlib::bench

int main(int argc, char** argv) {
    using namespace streamlib::bench;
    streamlib::init(argc, argv);
    return main_of(
        "bench_ring",
        "[--json FILE] [--only polling,asleep,calls,writer,ticks,start,first] "
        "[--rounds 5] [--seconds 5]",
        [&] {
            return run({argc, argv, {{"--only", ""}, {"--rounds", "5"}, {"--seconds", "5"}}});
        });
}
