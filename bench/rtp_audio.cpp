// SPDX-License-Identifier: Apache-2.0
// Many ST 2110-30 streams in one node, out and back in over loopback: what they take of the CPU, and what is lost.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>

#include "bench/processes.hpp"
#include "bench/rtp_node.hpp"
#include "bench/section.hpp"
#include "supervisor/cli/node_client.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

using supervision::NodeClient;

ActorDecl declared(const std::string& name, const char* class_name,
                   const std::map<std::string, std::string>& properties) {
    ActorDecl actor;
    actor.name = name;
    actor.class_name = class_name;
    for (const auto& [key, value] : properties) actor.properties[key] = {value, {}};
    return actor;
}

/// One tone for all, 8 channels; a sender and a receiver a stream.
GraphSpec graph_of(unsigned streams, unsigned packet_us) {
    GraphSpec graph;
    graph.clock.rate = {100, 1};
    graph.actors.push_back(declared("tone", "Tone", {{"sample", "s24in32"}, {"channels", "8"}}));
    for (unsigned n = 0; n < streams; ++n) {
        const std::string number = std::to_string(n), address = free_loopback_address();
        graph.actors.push_back(declared(
            "send" + number, "AudioRtpSend",
            {{"to", address}, {"packet_time", std::to_string(packet_us)}, {"margin", "20"}}));
        graph.actors.push_back(declared(
            "receive" + number, "AudioRtpReceive",
            {{"from", address},
             {"format", "48000 8ch s24in32 block=" + std::to_string(48 * packet_us / 1000)}}));
        graph.links.push_back({"tone", "", "send" + number, "", {}});
    }
    return graph;
}

template <class T>
T need(Result<T> got) {
    if (!got) throw std::runtime_error(got.error().text);
    return std::move(*got);
}

/// By class of actor: CPU seconds and counters, all streams together.
struct Totals {
    double send_cpu = 0, receive_cpu = 0;
    std::map<std::string, double> counted;  ///< "receive lost"
    std::chrono::steady_clock::time_point cpu_at{},
        counted_at{};  ///< An answer of the node takes time.
};

Totals totals_of(const NodeClient& node) {
    Totals totals;
    const auto kind = [](const std::string& name) {
        return name.starts_with("send") ? "send" : name.starts_with("receive") ? "receive" : "";
    };
    const auto actors = need(node.actors());
    totals.cpu_at = std::chrono::steady_clock::now();
    for (const auto& actor : actors) {
        const std::string of = kind(actor.name);
        if (of.empty()) continue;
        (of == "send" ? totals.send_cpu : totals.receive_cpu) += cpu_seconds_of(actor.pid);
    }
    for (const auto& row : need(node.counters("")))
        if (row.port.empty())
            totals.counted[std::string(kind(row.actor)) + " " + row.name] +=
                static_cast<double>(row.value);
    totals.counted_at = std::chrono::steady_clock::now();
    return totals;
}

Numbers numbers_of(const NodeClient& node, double packets_per_second, double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    // Steady once so many have come as come in a second.
    while (totals_of(node).counted["receive packets"] < packets_per_second) {
        if (std::chrono::steady_clock::now() > end)
            throw std::runtime_error("no sound came within 30 s");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    Totals before = totals_of(node);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    Totals after = totals_of(node);
    const auto between = [](auto from, auto to) {
        return std::chrono::duration<double>(to - from).count();
    };
    const double elapsed = between(before.cpu_at, after.cpu_at);
    const auto grown = [&](const std::string& name) {
        return after.counted[name] - before.counted[name];
    };
    const double packets_a_second =
        grown("receive packets") / between(before.counted_at, after.counted_at);
    const double send = (after.send_cpu - before.send_cpu) / elapsed,
                 receive = (after.receive_cpu - before.receive_cpu) / elapsed;
    return {{"kpps", packets_a_second / 1e3},
            {"send_cpu", 100 * send},
            {"receive_cpu", 100 * receive},
            {"send_ns", send / packets_a_second * 1e9},
            {"receive_ns", receive / packets_a_second * 1e9},
            {"late", grown("send late")},
            {"lost", grown("receive lost") + grown("send lost")}};
}

Numbers streams(unsigned count, unsigned packet_us, double seconds) {
    const std::string name = "bench-audio-" + std::to_string(::getpid());
    const pid_t launcher = start_process(
        [&] {
            RunOptions options;
            options.node = name;
            if (streamlib::run(graph_of(count, packet_us), options) != 0)
                throw std::runtime_error("the node failed");
        },
        600);
    const auto stop = [&] {
        ::kill(launcher, SIGTERM);
        ::waitpid(launcher, nullptr, 0);
    };
    try {
        const NodeClient node =
            need(NodeClient::wait_for(name, MonotonicTime::now() + 30'000'000'000));
        Numbers numbers = numbers_of(node, 1e6 / packet_us * count, seconds);
        stop();
        return numbers;
    } catch (...) {
        stop();
        throw;
    }
}

void add(Section& section, unsigned count, unsigned packet_us, double seconds) {
    const std::string words =
        std::to_string(count) + " sound streams of " + std::to_string(packet_us) + " us, ";
    const std::string trial = "audio/" + std::to_string(count) + "x" + std::to_string(packet_us);
    section.trials.push_back({trial, [=] { return streams(count, packet_us, seconds); }});
    const auto report = [&](const char* figure, const char* unit, const char* number,
                            Bound bound = Bound::none) {
        section.comparisons.push_back({words + figure, unit, trial, number, "", "", "", bound, 0});
    };
    report("packets", "1000/s", "kpps");
    report("senders", "% of a core", "send_cpu");
    report("receivers", "% of a core", "receive_cpu");
    report("send", "CPU ns a packet", "send_ns");
    report("receive", "CPU ns a packet", "receive_ns");
    report("packets that left late", "", "late");
    report("packets lost", "", "lost", Bound::ours);
}

}  // namespace

Section rtp_audio(unsigned seconds) {
    Section section;
    add(section, 64, 1000, seconds);
    add(section, 16, 125, seconds);
    return section;
}

}  // namespace streamlib::bench
