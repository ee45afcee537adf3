// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bench/node.hpp"
#include "bench/processes.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

/// Proportional set size of a process, kB of 1024 bytes.
double pss_kib(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("Pss:")) return std::stod(line.substr(4));
    }
    throw std::runtime_error("no smaps_rollup of an actor");
}

/// Notes when all ran, and on wish what they take then.
class StartWatch final : public RunObserver {
public:
    explicit StartWatch(bool pss) : wants_pss_(pss) {}
    void findings(std::span<const Finding> findings) override {
        for (const Finding& finding : findings) complaint_ += to_string(finding) + "; ";
    }
    void actor_changed(const supervision::ActorEvent& event) override {
        pids_.resize(std::max<std::size_t>(pids_.size(), event.index + 1));
        if (event.pid > 0) pids_[event.index] = event.pid;
        if (event.state == ipc::ActorState::failed)
            complaint_ += "an actor failed: " + event.exit_text;
    }
    void running(Nanoseconds after) override { ready_ms_ = static_cast<double>(after) / 1e6; }
    void totals(const supervision::RunTotals&) override {
        if (!wants_pss_) return;
        wants_pss_ = false;  // one second after the start
        double sum = 0;
        for (const pid_t pid : pids_) sum += pss_kib(pid) * 1.024;
        pss_ = sum / static_cast<double>(pids_.size());
    }
    [[nodiscard]] Numbers numbers() const {
        if (!complaint_.empty() || ready_ms_ == 0)
            throw std::runtime_error("the node did not start: " + complaint_);
        Numbers numbers{{"ready", ready_ms_}};
        if (pss_ > 0) numbers["pss"] = pss_;
        return numbers;
    }

private:
    bool wants_pss_;
    double ready_ms_ = 0, pss_ = 0;
    std::string complaint_;
    std::vector<pid_t> pids_;
};

Numbers start_node(const GraphSpec& graph, bool pss) {
    return measure_in_process(
        [&] {
            StartWatch watch(pss);
            RunOptions options;
            options.node = "bench-" + std::to_string(::getpid());
            options.run_for = pss ? 1'500'000'000 : 100'000'000;
            options.observer = &watch;
            static_cast<void>(streamlib::run(graph, options));
            return watch.numbers();
        },
        -1);
}

ActorDecl actor(const char* class_name, std::uint32_t number) {
    ActorDecl declared;
    declared.class_name = class_name;
    declared.name =
        std::string(class_name == std::string("BenchSink") ? "s" : "a") + std::to_string(number);
    return declared;
}

}  // namespace

Numbers start_of_actors(std::uint32_t actors, bool pss) {
    GraphSpec graph;
    for (std::uint32_t n = 0; n < actors; ++n) graph.actors.push_back(actor("BenchIdle", n));
    return start_node(graph, pss);
}

Numbers start_of_pairs(std::uint32_t actors) {
    GraphSpec graph;
    for (std::uint32_t n = 0; n < actors / 2; ++n) {
        graph.actors.push_back(actor("BenchSource", n));
        graph.actors.push_back(actor("BenchSink", n));
        graph.links.push_back({graph.actors[2 * n].name, {}, graph.actors[2 * n + 1].name, {}, {}});
    }
    return start_node(graph, false);
}

Numbers start_of_bare_forks(std::uint32_t processes) {
    return measure_in_process(
        [&]() -> Numbers {
            const SharedBytes shared(sizeof(std::atomic<std::uint32_t>));
            auto* ready = new (shared.data()) std::atomic<std::uint32_t>(0);
            std::vector<pid_t> pids;
            const auto begin = std::chrono::steady_clock::now();
            for (std::uint32_t n = 0; n < processes; ++n) {
                pids.push_back(start_process([&] {
                    ready->fetch_add(1, std::memory_order_release);
                    for (;;) ::pause();
                }));
            }
            while (ready->load(std::memory_order_acquire) < processes) ::usleep(100);
            const auto taken = std::chrono::steady_clock::now() - begin;
            for (const pid_t pid : pids) kill_process(pid);
            return {{"ready", std::chrono::duration<double, std::milli>(taken).count()}};
        },
        -1);
}

}  // namespace streamlib::bench
