// SPDX-License-Identifier: Apache-2.0
// An actor that makes others while the node runs: two that look at a camera's pictures, and one that does not live long.
//   build/release/spawning [seconds]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "actors/test/probe.hpp"
#include "actors/test/test_pattern.hpp"
#include "runtime/actor.hpp"
#include "runtime/graph/graph.hpp"
#include "supervisor/streamlib.hpp"

namespace {

using namespace streamlib;

class Fool final : public Actor {
public:
    static constexpr const char* class_name = "Fool";
    static constexpr const char* class_text = "Works for ten ticks";
    Property<bool> wise{*this, "wise", false, {.text = "Comes to an end, and not to grief"}};
    void process(const Tick&) override {
        if (++ticks_ < 10) return;
        if (!*wise) std::abort();
        finish();
    }

private:
    int ticks_ = 0;
};
STREAMLIB_ACTOR(Fool)

class Foreman final : public Actor {
public:
    static constexpr const char* class_name = "Foreman";
    static constexpr const char* class_text = "Has others do the work";

    Result<> start() override {
        for (const char* const eye : {"eye1", "eye2"}) {
            // Restarted at most three times in ten seconds, by a supervisor of its own.
            ChildSpec spec{.name = eye, .class_name = {}, .strategy = RestartStrategy{3}};
            spec.links = {"bars.video >> " + spec.name};  // a spare reader of that output
            if (auto done = spawn<actors::Probe>(spec); !done) return done;
        }
        return spawn<Fool>({.name = "fool", .class_name = {}});  // nobody restarts it
    }
    void process(const Tick&) override {}
    void child_ready(std::string_view name, std::uint64_t) override {
        say(std::string(name) + " works");
    }
    void child_refused(std::string_view name, std::string_view why) override {
        say(std::string(name) + ": " + std::string(why));
    }
    void down(const Down& down) override {
        const std::string name(down.name);
        if (!down.failed()) return say(name + " is done");
        say(name + " is down (" + std::string(to_string(down.reason)) + ": " +
            std::string(down.text) + ")");
        if (!down.over) return;  // its supervisor brings it back
        // Its name is free. A wise one in its place, the third time.
        const bool wise = ++lives_ == 3;
        static_cast<void>(spawn<Fool>(
            {.name = name, .class_name = {}, .properties = {{"wise", wise ? "true" : "false"}}}));
    }

private:
    static void say(const std::string& text) {
        std::printf("foreman: %s\n", text.c_str());
        std::fflush(stdout);
    }
    int lives_ = 0;
};
STREAMLIB_ACTOR(Foreman)

}  // namespace

int main(int argc, char** argv) {
    init(argc, argv);  // first: this executable is also its actors
    Graph graph;
    graph.spec().node.name = "spawning";
    static_cast<void>(graph.add<actors::TestPattern>("bars", {{"format", "640x360"}}));
    static_cast<void>(graph.add<Foreman>("foreman"));
    const double seconds = argc > 1 ? std::atof(argv[1]) : 3;
    RunOptions options;
    options.run_for = static_cast<Nanoseconds>(seconds * 1e9);
    return run(graph.spec(), options);
}
