// SPDX-License-Identifier: Apache-2.0
// A user's own launcher: init() first, then a graph. The tests run it and read what it says, one event a line.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "runtime/graph/one_line.hpp"
#include "runtime/graph/toml_reader.hpp"
#include "supervisor/streamlib.hpp"
#include "tests/supervisor/babbling_actors.hpp"
#include "tests/supervisor/family_actors.hpp"
#include "tests/supervisor/growing_actors.hpp"
#include "tests/supervisor/socket_actors.hpp"
#include "tests/supervisor/trivial_actors.hpp"

namespace {

using namespace streamlib;

constexpr const char* states[] = {"none",       "starting", "running", "stopping",
                                  "restarting", "stopped",  "failed"};

class Telling final : public supervision::RunObserver {
public:
    void findings(std::span<const Finding> findings) override {
        for (const Finding& finding : findings) say("finding", to_string(finding));
    }
    void planned(const std::string&, const std::string& directory,
                 std::span<const supervision::ShownChild> children) override {
        for (const auto& child : children) names_.push_back(child.name);
        say("planned", directory);
    }
    void joined(std::uint32_t index, const supervision::ShownChild& child) override {
        if (index >= names_.size()) names_.resize(index + 1);
        names_[index] = child.name;
    }
    void actor_changed(const supervision::ActorEvent& event) override {
        say("actor", names_[event.index] + " " + states[static_cast<int>(event.state)] + " " +
                         std::to_string(event.pid) + " " + event.exit_text);
    }
    void rings(std::span<const supervision::RingCost> rings, std::uint64_t bytes) override {
        for (const auto& ring : rings)
            say("ring", ring.output + " " + ring.format + " " + std::to_string(ring.bytes));
        say("rings", std::to_string(bytes));
    }
    void running(Nanoseconds after) override {
        say("running", std::to_string(after / 1000) + " us");
    }
    void stopping(supervision::StopReason reason) override {
        say("stopping", std::to_string(static_cast<int>(reason)));
    }
    void service_restarted(const std::string& text) override { say("service", text); }
    void event(const std::string& kind, const std::string& subject,
               const std::string& text) override {
        say("event", kind + " " + subject + " " + text);
    }
    void finished(const supervision::RunSummary& summary) override {
        say("finished", std::to_string(summary.exit_code) + " killed " +
                            std::to_string(summary.killed) + " ticks " +
                            std::to_string(summary.totals.ticks));
    }

private:
    static void say(const char* what, const std::string& text) {
        std::printf("%s %s\n", what, text.c_str());
        std::fflush(stdout);
    }
    std::vector<std::string> names_;
};

}  // namespace

int main(int argc, char** argv) {
    streamlib::init(argc, argv);
    Telling telling;
    RunOptions options;
    options.observer = &telling;
    for (int n = 2; n < argc; ++n) {
        const std::string word = argv[n];
        const auto number = [&] { return std::atoll(argv[++n]) * 1'000'000; };
        if (word == "--for-ms")
            options.run_for = number();
        else if (word == "--deadline-ms")
            options.stop_deadline = number();
        else if (word == "--node")
            options.node = argv[++n];
        else if (word == "--check")
            options.check_only = true;
        else if (word == "--no-control")
            options.control = false;
    }
    const std::string graph = argc > 1 ? argv[1] : "";
    const auto read = graph.ends_with(".toml") ? read_graph_file(graph) : read_one_line(graph);
    if (!read.findings.empty()) {
        telling.findings(read.findings);
        return 1;
    }
    return streamlib::run(read.graph, options);
}
