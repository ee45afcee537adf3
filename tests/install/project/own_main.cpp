// SPDX-License-Identifier: Apache-2.0
// own_main FILE: a graph in C++ of two classes of this project; writes the sum of the numbers into FILE.
#include <charconv>
#include <fstream>

#include <runtime/actor.hpp>
#include <runtime/graph/graph.hpp>
#include <supervisor/streamlib.hpp>

struct Sum final : streamlib::Actor {
    static constexpr const char* class_name = "Sum";
    static constexpr const char* class_text =
        "Adds what comes and writes the sum when the stream ends";
    streamlib::Property<std::string> path{
        *this, "path", "", {.text = "File for the sum", .required = true}};
    streamlib::Input<streamlib::Data> in{*this, "in", "Numbers as text"};
    int sum = 0;

    void process(const streamlib::Tick&) override {
        if (in.read() != streamlib::InputStatus::fresh) return;
        const auto* text = reinterpret_cast<const char*>(in.payload().data());
        int number = 0;
        std::from_chars(text, text + in.payload().size(), number);
        sum += number;
    }
    void stop() override { std::ofstream(*path) << sum << '\n'; }
};
STREAMLIB_ACTOR(Sum)

int main(int argc, char** argv) {
    streamlib::init(argc, argv);
    streamlib::Graph graph;
    auto count = graph.add("Countdown", "count", {{"from", 5}, {"depth", 8}});
    auto sum =
        graph.add<Sum>("sum", {{"path", argc > 1 ? argv[1] : "sum.txt"}, {"trigger", "input"}});
    count >> sum;
    return streamlib::run(graph.spec());
}
