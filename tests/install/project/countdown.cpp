// SPDX-License-Identifier: Apache-2.0
#include <runtime/actor.hpp>

struct Countdown final : streamlib::Actor {
    static constexpr const char* class_name = "Countdown";
    static constexpr const char* class_text = "Gives `from`, …, 2, 1 and ends";
    streamlib::Property<std::int64_t> from{
        *this, "from", 3, {.text = "First number", .min = 1, .max = 1000}};
    streamlib::Output<streamlib::Data> out{*this, "out", "One number a tick, as text"};
    std::int64_t left = 0;

    streamlib::Result<> configure() override {
        left = *from;
        out.set_format(streamlib::data_format("text/plain", 16));
        return {};
    }
    void process(const streamlib::Tick&) override {
        const std::string text = std::to_string(left);
        out.publish_copy(std::as_bytes(std::span(text)), now());
        if (--left == 0) finish();
    }
};
STREAMLIB_ACTOR(Countdown)
