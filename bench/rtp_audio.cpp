// SPDX-License-Identifier: Apache-2.0
// Many ST 2110-30 streams in one node, out and back in over loopback: what they take of the CPU, and what is lost; beside
// processes that do nothing else, one process for all of them, and GStreamer.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "bench/audio_limits.hpp"
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

/// One tone for all, 8 channels; a sender and a receiver a stream, which gives blocks of `block` sample frames.
GraphSpec graph_of(const AudioLoad& load, unsigned block) {
    GraphSpec graph;
    graph.clock.rate = {100, 1};
    graph.actors.push_back(declared("tone", "Tone", {{"sample", "s24in32"}, {"channels", "8"}}));
    for (unsigned n = 0; n < load.streams; ++n) {
        const std::string number = std::to_string(n), address = free_loopback_address();
        graph.actors.push_back(declared(
            "send" + number, "AudioRtpSend",
            {{"to", address}, {"packet_time", std::to_string(load.packet_us)}, {"margin", "20"}}));
        graph.actors.push_back(declared(
            "receive" + number, "AudioRtpReceive",
            {{"from", address}, {"format", "48000 8ch s24in32 block=" + std::to_string(block)}}));
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
            {"packets_per_cpu_s", packets_a_second / (send + receive)},
            {"late_percent", 100 * grown("send late") / std::max(1.0, grown("send packets"))},
            {"lost", grown("receive lost") + grown("send lost")}};
}

Numbers streams(const AudioLoad& load, unsigned block, double seconds) {
    const std::string name = "bench-audio-" + std::to_string(::getpid());
    const pid_t launcher = start_process(
        [&] {
            RunOptions options;
            options.node = name;
            if (streamlib::run(graph_of(load, block), options) != 0)
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
        Numbers numbers = numbers_of(node, load.packets_per_second(), seconds);
        stop();
        return numbers;
    } catch (...) {
        stop();
        throw;
    }
}

/// What is compared of one load: trials by name, and words for them.
class Report {
public:
    Report(Section& section, const AudioLoad& load)
        : section_(section),
          trial_("audio/" + std::to_string(load.streams) + "x" + std::to_string(load.packet_us)),
          words_(std::to_string(load.streams) + " sound streams of " +
                 std::to_string(load.packet_us) + " us, ") {}

    void trial(const char* name, const std::function<Numbers()>& measure) {
        section_.trials.push_back({trial_ + name, measure});
    }
    void add(const char* ours, const char* figure, const char* unit, const char* number,
             const char* beside = "", const char* peer = "", Bound bound = Bound::none) {
        const bool alone = *peer == '\0';
        section_.comparisons.push_back({words_ + figure, unit, trial_ + ours, number, beside,
                                        alone ? "" : trial_ + peer, alone ? "" : number, bound, 0});
    }

private:
    Section& section_;
    std::string trial_, words_;
};

void add(Section& section, const AudioLoad& load, double seconds) {
    Report report(section, load);
    report.trial("", [=] { return streams(load, 48 * load.packet_us / 1000, seconds); });
    report.trial("/blocks", [=] { return streams(load, 480, seconds); });
    report.trial("/limit", [=] { return audio_limit_pairs(load, seconds); });
    report.trial("/one", [=] { return audio_limit_one(load, seconds); });
    report.trial("/gst-send", [=] { return audio_gstreamer_sends(load, seconds); });
    report.trial("/gst-receive", [=] { return audio_gstreamer_receives(load, seconds); });
    const char* const limit = "limit: a process an end, nothing else";
    const char* const one = "limit: one process for all";
    const char* const gst_send = "GStreamer rtpL24pay ! udpsink";
    const char* const gst_receive = "GStreamer udpsrc ! rtpL24depay";
    report.add("", "packets", "1000/s", "kpps", limit, "/limit");
    report.add("", "packets per CPU second, both ends", "1/s", "packets_per_cpu_s", limit,
               "/limit");
    report.add("", "packets per CPU second, both ends", "1/s", "packets_per_cpu_s", one, "/one");
    report.add("/blocks", "packets per CPU second, received as blocks of 10 ms", "1/s",
               "packets_per_cpu_s", limit, "/limit");
    report.add("", "senders", "% of a core", "send_cpu", limit, "/limit");
    report.add("", "receivers", "% of a core", "receive_cpu", limit, "/limit");
    report.add("", "send", "CPU ns a packet", "send_ns", limit, "/limit");
    report.add("", "send", "CPU ns a packet", "send_ns", gst_send, "/gst-send");
    report.add("", "receive", "CPU ns a packet", "receive_ns", limit, "/limit");
    report.add("", "receive", "CPU ns a packet", "receive_ns", gst_receive, "/gst-receive");
    report.add("/blocks", "receive as blocks of 10 ms", "CPU ns a packet", "receive_ns", limit,
               "/limit");
    report.add("/blocks", "receive as blocks of 10 ms", "CPU ns a packet", "receive_ns",
               gst_receive, "/gst-receive");
    report.add("", "packets that left later than a packet time", "%", "late_percent", limit,
               "/limit");
    report.add("", "packets lost", "", "lost", "", "", Bound::ours);
    report.add("/blocks", "packets lost, blocks of 10 ms", "", "lost", "", "", Bound::ours);
}

}  // namespace

Section rtp_audio(unsigned seconds) {
    Section section;
    add(section, {64, 1000}, seconds);
    add(section, {16, 125}, seconds);
    return section;
}

}  // namespace streamlib::bench
