// SPDX-License-Identifier: Apache-2.0
#include "bench/restart_node.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "bench/processes.hpp"
#include "bench/restart_notes.hpp"
#include "runtime/clock/software_clock.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

using std::chrono::milliseconds;
constexpr std::int64_t second_ns = 1'000'000'000, ticks_a_second = 60;
constexpr std::int64_t period_ns = second_ns / ticks_a_second;
/// So many make a run a healthy one: the next restart is immediate.
constexpr std::uint64_t healthy_blocks = 11;

/// In the launcher's process: what it saw goes to the notes.
class RestartWatch final : public RunObserver {
public:
    explicit RestartWatch(RestartNotes* notes) : notes_(notes) {}
    void findings(std::span<const Finding> findings) override {
        for (const Finding& finding : findings)
            std::fprintf(stderr, "%s\n", to_string(finding).c_str());
    }
    void actor_changed(const supervision::ActorEvent& event) override {
        if (event.index >= restart_pairs || event.state != ipc::ActorState::running) return;
        notes_[event.index].pid.store(event.pid, std::memory_order_relaxed);
        if (event.incarnation == 1) notes_[event.index].incarnation.store(1);
    }
    void restarted(const supervision::RestartRecord& record) override {
        if (record.index >= restart_pairs) return;
        RestartNotes& notes = notes_[record.index];
        notes.detected_ns.store(record.detected.ns, std::memory_order_relaxed);
        notes.spawned_ns.store(record.spawned.ns, std::memory_order_relaxed);
        notes.reported_ns.store(record.reported.ns, std::memory_order_relaxed);
        notes.ready_ns.store(record.ready.ns, std::memory_order_relaxed);
        notes.tier.store(static_cast<std::uint32_t>(record.tier), std::memory_order_relaxed);
        if (record.tier == ipc::SpawnTier::standby) notes.taken.fetch_add(1);
        notes.incarnation.store(record.incarnation, std::memory_order_release);
    }
    void event(const std::string& kind, const std::string& subject,
               const std::string& text) override {
        if (kind != "standby" || !text.starts_with("warm") || subject.size() != 2) return;
        const auto pair = static_cast<std::uint32_t>(subject[1] - '0');
        if (pair < restart_pairs) notes_[pair].warm.fetch_add(1);
    }

private:
    RestartNotes* notes_;
};

ActorDecl declared(const std::string& name, const char* class_name) {
    ActorDecl actor;
    actor.name = name;
    actor.class_name = class_name;
    return actor;
}

GraphSpec graph_of(const RestartCase& wanted, const std::string& notes) {
    GraphSpec graph;
    SupervisorDecl supervisor;
    supervisor.name = "victims";
    supervisor.intensity = 10000;
    supervisor.period_ns = 1'000'000'000;
    supervisor.backoff = "0s";
    graph.supervisors.push_back(supervisor);
    for (std::uint32_t n = 0; n < restart_pairs; ++n) {
        ActorDecl victim =
            declared("v" + std::to_string(n), wanted.picture ? "TestPattern" : "BenchVictim");
        if (wanted.picture) victim.properties["format"] = {"1920x1080 YCbCr-4:2:2 10 @60", {}};
        victim.supervisor = "victims";
        victim.restart = "permanent";
        if (wanted.tier == "exec") victim.start = "exec";
        if (wanted.tier == "standby") victim.standby = 1;
        graph.actors.push_back(victim);
    }
    for (std::uint32_t n = 0; n < restart_pairs; ++n) {
        const std::string number = std::to_string(n);
        ActorDecl watcher = declared("w" + number, "BenchWatcher");
        watcher.properties["path"] = {notes, {}};
        watcher.properties["pair"] = {number, {}};
        graph.actors.push_back(watcher);
        graph.links.push_back({"v" + number, "", "w" + number, "", {}});
    }
    for (std::uint32_t cpu = 0; wanted.busy && cpu < 2; ++cpu) {
        ActorDecl burner = declared("burner" + std::to_string(cpu), "BenchBurner");
        burner.properties["cpu"] = {std::to_string(cpu), {}};
        // What is missing to 70 %: five TestPatterns take 9 % of both cores, and 20 starts a second of one some 15 %.
        burner.properties["part"] = {wanted.picture ? "0.46" : "0.67", {}};
        graph.actors.push_back(burner);
    }
    return graph;
}

template <class Condition>
bool eventually(const Condition& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(2));  // more often, it would be in the way
    }
    return true;
}

struct Samples {
    std::vector<double> detected, running, ready, first, lost;
    std::vector<double> phases = std::vector<double>(10, 0.0);
};

/// Ticks are at whole sixtieths of TAI's seconds.
std::size_t tenth_of_tick(std::int64_t tai_ns) {
    const std::int64_t within = tai_ns % second_ns * ticks_a_second % second_ns;
    return static_cast<std::size_t>(within * 10 / second_ns);
}

/// CPU time of the whole machine in jiffies, since it was started: busy, and all.
struct CpuTime {
    double busy = 0, all = 0;
    static CpuTime now() {
        std::ifstream file("/proc/stat");
        std::string word;
        file >> word;
        CpuTime time;
        double part = 0;
        for (int n = 0; n < 8 && file >> part; ++n) {  // 3 and 4: idle, waiting for disks
            time.all += part;
            if (n != 3 && n != 4) time.busy += part;
        }
        return time;
    }
};

void kill_once(RestartNotes& notes, std::uint32_t tier, std::mt19937& random, Samples& samples) {
    const bool healthy = eventually([&] {
        const bool warm = tier != 2 || notes.warm.load() > notes.taken.load();
        return warm && notes.blocks.load(std::memory_order_acquire) >= healthy_blocks;
    });
    if (!healthy) throw std::runtime_error("an actor did not come back");
    std::this_thread::sleep_for(std::chrono::nanoseconds(
        std::uniform_int_distribution<std::int64_t>(0, period_ns)(random)));
    const std::uint64_t before = notes.incarnation.load(std::memory_order_acquire);
    const auto killed = MonotonicTime::now();
    const std::int64_t tai = system_tai().line.tai_at(killed).ns;
    ::kill(notes.pid.load(std::memory_order_relaxed), SIGKILL);
    const bool back = eventually([&] {
        return notes.first_incarnation.load(std::memory_order_acquire) > before &&
               notes.incarnation.load(std::memory_order_acquire) > before;
    });
    if (!back) throw std::runtime_error("an actor did not come back from its kill");
    if (notes.tier.load() != tier) throw std::runtime_error("a restart was of another tier");
    const auto since = [&](const std::atomic<std::int64_t>& when) {
        return static_cast<double>(when.load(std::memory_order_relaxed) - killed.ns) / 1e6;
    };
    samples.detected.push_back(since(notes.detected_ns));
    samples.running.push_back(since(notes.reported_ns));
    samples.ready.push_back(since(notes.ready_ns));
    samples.first.push_back(since(notes.first_ns));
    samples.lost.push_back(static_cast<double>(notes.lost.load(std::memory_order_relaxed)));
    ++samples.phases[tenth_of_tick(tai)];
}

void add(Numbers& numbers, const std::string& name, std::vector<double>& samples) {
    const Numbers summary = summary_of(samples);
    for (const char* part : {"p50", "p99", "max"}) numbers[name + " " + part] = summary.at(part);
}

/// Removes the notes' file in any case.
struct NotesFile {
    std::string path = "/dev/shm/restart-notes-" + std::to_string(::getpid());
    ~NotesFile() { std::filesystem::remove(path); }
};

}  // namespace

Numbers restarts_of(const RestartCase& wanted) {
    const NotesFile file;
    RestartNotes* notes = map_restart_notes(file.path);
    const pid_t node = start_process(
        [&] {
            RestartWatch watch(notes);
            RunOptions options;
            options.node = "bench-" + std::to_string(::getpid());
            options.observer = &watch;
            static_cast<void>(streamlib::run(graph_of(wanted, file.path), options));
        },
        60 + wanted.kills / 4);
    Samples samples;
    std::mt19937 random(1);
    const std::uint32_t tier = wanted.tier == "exec" ? 1 : wanted.tier == "standby" ? 2 : 0;
    CpuTime before{}, after{};
    try {
        for (std::uint32_t n = 0; n < wanted.kills; ++n) {
            if (n == restart_pairs) before = CpuTime::now();  // all run
            kill_once(notes[n % restart_pairs], tier, random, samples);
        }
        after = CpuTime::now();
    } catch (...) {
        ::kill(node, SIGTERM);
        finish_process(node, "the node");
        throw;
    }
    ::kill(node, SIGTERM);
    finish_process(node, "the node");
    Numbers numbers;
    add(numbers, "detected", samples.detected);
    add(numbers, "running", samples.running);
    add(numbers, "ready", samples.ready);
    numbers["load"] = 100 * (after.busy - before.busy) / std::max(1.0, after.all - before.all);
    numbers["ready over p50"] = numbers["ready p50"] - 0.5;
    add(numbers, "first", samples.first);
    add(numbers, "lost", samples.lost);
    for (std::size_t n = 0; n < samples.phases.size(); ++n)
        numbers["phase " + std::to_string(n)] = samples.phases[n];
    return numbers;
}

namespace {

/// In the launcher's thread: kills everybody once all run, and stops the node once all are back.
class MassWatch final : public RunObserver {
public:
    explicit MassWatch(std::uint32_t actors) : pids_(actors, 0) {}
    void actor_changed(const supervision::ActorEvent& event) override {
        if (event.state == ipc::ActorState::running) pids_.at(event.index) = event.pid;
    }
    void running(Nanoseconds) override {
        began_ = MonotonicTime::now();
        for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
    }
    void restarted(const supervision::RestartRecord&) override {
        if (++back_ != pids_.size()) return;
        stopped_ = MonotonicTime::now();
        ::raise(SIGTERM);
    }
    void finished(const supervision::RunSummary&) override { ended_ = MonotonicTime::now(); }
    [[nodiscard]] Numbers numbers() const {
        if (back_ != pids_.size()) throw std::runtime_error("not all actors came back");
        return {{"back", static_cast<double>(stopped_ - began_) / 1e6},
                {"stop", static_cast<double>(ended_ - stopped_) / 1e6}};
    }

private:
    std::vector<pid_t> pids_;
    std::size_t back_ = 0;
    MonotonicTime began_{}, stopped_{}, ended_{};
};

}  // namespace

Numbers many_at_once(std::uint32_t actors) {
    return measure_in_process(
        [actors] {
            GraphSpec graph;
            SupervisorDecl supervisor;
            supervisor.name = "all";
            supervisor.intensity = 10000;
            supervisor.backoff = "0s";
            graph.supervisors.push_back(supervisor);
            for (std::uint32_t n = 0; n < actors; ++n) {
                graph.actors.push_back(declared("v" + std::to_string(n), "BenchVictim"));
                graph.actors.back().supervisor = "all";
            }
            MassWatch watch(actors);
            RunOptions options;
            options.node = "bench-" + std::to_string(::getpid());
            options.observer = &watch;
            static_cast<void>(streamlib::run(graph, options));
            return watch.numbers();
        },
        -1);
}

}  // namespace streamlib::bench
