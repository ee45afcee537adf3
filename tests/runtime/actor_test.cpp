// SPDX-License-Identifier: Apache-2.0
// An actor in one process: ports, properties, triggers, end of stream, counters, through the harness.
#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "runtime/harness.hpp"
#include "runtime/process/actor_loop.hpp"

namespace streamlib {
namespace {

DataFormat numbers() {
    DataFormat format;
    std::strcpy(format.content_type.data(), "application/x-number");
    format.max_bytes = 8;
    return format;
}

std::vector<std::byte> bytes_of(std::uint64_t value) {
    std::vector<std::byte> bytes(8);
    std::memcpy(bytes.data(), &value, 8);
    return bytes;
}

std::uint64_t value_of(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), 8);
    return value;
}

class Count final : public Actor {
public:
    static constexpr const char* class_name = "TestCount";
    static constexpr const char* class_text = "Counts ticks";
    Output<Data> out{*this, "out", "The count"};
    Property<std::int64_t> last{*this, "last", 1'000'000, {.text = "Ends after this", .min = 1}};
    Result<> configure() override {
        out.set_format(numbers());
        return {};
    }
    void process(const Tick&) override {
        out.publish_copy(bytes_of(++count_), {});
        if (count_ == static_cast<std::uint64_t>(*last)) finish();
    }

private:
    std::uint64_t count_ = 0;
};
STREAMLIB_ACTOR(Count)

class Double final : public Actor {
public:
    static constexpr const char* class_name = "TestDouble";
    static constexpr const char* class_text = "Doubles a number";
    Input<Data> in{*this, "in", "A number"};
    Input<Data> other{*this, "other", "Another", {.optional = true}};
    Output<Data> out{*this, "out", "Twice that"};
    Counter seen{*this, "seen", "Numbers seen"};
    int stops = 0;
    Result<> configure() override {
        out.set_format(in.format());
        return {};
    }
    void process(const Tick&) override {
        if (other.linked()) other.read();
        if (in.read() != InputStatus::fresh) return;
        seen.add();
        log(LogLevel::info, "one more");
        if (value_of(in.payload()) == 13) throw std::runtime_error("thirteen");
        if (Slot slot = out.claim()) {
            const std::uint64_t twice = 2 * value_of(in.payload());
            std::memcpy(slot.payload().data(), &twice, 8);
            slot.publish();
        }
    }
    void stop() override { ++stops; }
};
STREAMLIB_ACTOR(Double)

struct Knobs final : Actor {
    Property<double> gain{
        *this, "gain", 0.0, {.text = "Gain", .unit = "dB", .min = -60, .max = 12}};
    Property<bool> loud{*this, "loud", false};
    Property<std::string> mode{*this, "mode", "a", {.choices = {"a", "b"}}};
    void process(const Tick&) override {}
};

TEST(Actor, a_source_gives_one_block_a_tick_with_time_index_and_origin) {
    ActorHarness h(std::make_unique<Count>());
    ASSERT_TRUE(h.configure() && h.start());
    const Tick first = h.next_tick();
    h.tick(3);
    const auto blocks = h.take("out");
    ASSERT_EQ(blocks.size(), 3u);
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_EQ(value_of(blocks[i].payload), i + 1);
        EXPECT_EQ(blocks[i].header.tick_index, first.index + i);
        EXPECT_EQ(blocks[i].header.origin_ns, blocks[i].header.time_ns);
    }
    EXPECT_EQ(blocks[0].header.time_ns, first.time.ns);
}

TEST(Actor, a_filter_reads_the_newest_block_and_passes_its_origin_on) {
    ActorHarness h(std::make_unique<Double>());
    h.link("in", numbers());
    ASSERT_TRUE(h.configure() && h.start());
    h.feed("in", bytes_of(1), TaiTime{100});
    h.feed("in", bytes_of(2), TaiTime{200});
    h.tick();
    EXPECT_EQ(value_of(h.latest("out").payload), 4u);
    EXPECT_EQ(h.latest("out").header.origin_ns, 200);
    h.tick();  // nothing new
    EXPECT_EQ(h.take("out").size(), 1u);
    EXPECT_EQ(h.counter("seen"), 1u);
    EXPECT_EQ(h.log_lines(), std::vector<std::string>{"one more"});
}

TEST(Actor, the_origin_is_the_earliest_of_the_inputs) {
    ActorHarness h(std::make_unique<Double>());
    h.link("in", numbers());
    h.link("other", numbers());
    ASSERT_TRUE(h.configure() && h.start());
    h.feed("other", bytes_of(1), TaiTime{150});
    h.feed("in", bytes_of(1), TaiTime{300});
    h.tick();
    EXPECT_EQ(h.latest("out").header.origin_ns, 150);
}

TEST(Actor, triggered_by_input_it_sees_every_block_once) {
    ActorHarness h(std::make_unique<Double>());
    h.link("in", numbers());
    h.trigger(Trigger::input);
    ASSERT_TRUE(h.configure() && h.start());
    for (std::uint64_t v = 1; v <= 5; ++v)
        h.feed("in", bytes_of(v), TaiTime{static_cast<std::int64_t>(v)});
    h.tick();
    const auto blocks = h.take("out");
    ASSERT_EQ(blocks.size(), 5u);
    for (std::uint64_t i = 0; i < 5; ++i) {
        EXPECT_EQ(value_of(blocks[i].payload), 2 * (i + 1));
        EXPECT_EQ(blocks[i].header.origin_ns, static_cast<std::int64_t>(i + 1));
    }
}

TEST(Actor, ends_when_its_inputs_have_ended_and_says_so_downstream) {
    for (const Trigger trigger : {Trigger::cascade, Trigger::input}) {
        ActorHarness h(std::make_unique<Double>());
        h.link("in", numbers());
        h.trigger(trigger);
        ASSERT_TRUE(h.configure() && h.start());
        h.feed("in", bytes_of(21));
        h.end("in");
        h.tick(2);  // read_latest came too late for the block but still gives it before the end
        EXPECT_TRUE(h.finished());
        EXPECT_TRUE(h.output_ended("out"));
        EXPECT_EQ(value_of(h.latest("out").payload), 42u);
        EXPECT_EQ(static_cast<Double&>(h.actor()).stops, 1);
    }
}

TEST(Actor, a_source_that_finishes_ends_its_outputs) {
    ActorHarness h(std::make_unique<Count>());
    ASSERT_TRUE(h.set("last", "2"));
    ASSERT_TRUE(h.configure() && h.start());
    h.tick(5);
    EXPECT_TRUE(h.finished());
    EXPECT_EQ(h.take("out").size(), 2u);
    EXPECT_TRUE(h.output_ended("out"));
}

TEST(Actor, an_exception_leaves_process) {
    ActorHarness h(std::make_unique<Double>());
    h.link("in", numbers());
    ASSERT_TRUE(h.configure() && h.start());
    h.feed("in", bytes_of(13));
    EXPECT_THROW(h.tick(), std::runtime_error);
}

TEST(Properties, are_checked_with_range_unit_and_choices) {
    ActorHarness h(std::make_unique<Knobs>());
    EXPECT_TRUE(h.set("gain", "-3.5"));
    EXPECT_EQ(*static_cast<Knobs&>(h.actor()).gain, -3.5);
    const auto above = h.set("gain", "13");
    ASSERT_FALSE(above);
    EXPECT_NE(above.error().text.find("above 12 dB"), std::string::npos) << above.error().text;
    for (const char* bad : {"", "x", "1x", "nan", "inf", "1e999"})
        EXPECT_FALSE(h.set("gain", bad)) << bad;
    EXPECT_TRUE(h.set("loud", "yes"));
    EXPECT_TRUE(*static_cast<Knobs&>(h.actor()).loud);
    EXPECT_FALSE(h.set("loud", "2"));
    EXPECT_TRUE(h.set("mode", "b"));
    const auto word = h.set("mode", "c");
    ASSERT_FALSE(word);
    EXPECT_NE(word.error().text.find("is not one of"), std::string::npos);
    EXPECT_FALSE(h.set("nothing", "1"));
}

TEST(Registry, describes_a_class_by_its_members) {
    const ClassEntry* entry = find_class("TestDouble");
    ASSERT_NE(entry, nullptr);
    const ClassSpec spec = describe_class(*entry);
    ASSERT_EQ(spec.inputs.size(), 2u);
    EXPECT_EQ(spec.inputs[1].name, "other");
    EXPECT_TRUE(spec.inputs[1].optional);
    EXPECT_EQ(spec.outputs.at(0).kind, MediaKind::data);
    EXPECT_EQ(find_class("TestNothing"), nullptr);
    const ClassSpec count = describe_class(*find_class("TestCount"));
    EXPECT_EQ(count.properties.at(0).default_value, "1000000");
    EXPECT_EQ(count.properties.at(0).min, 1.0);
}

TEST(TickGate, counts_ticks_it_never_saw_and_ticks_that_came_while_it_worked) {
    TickGate gate(10);
    EXPECT_FALSE(gate.is_due(10));
    EXPECT_TRUE(gate.is_due(11));
    EXPECT_EQ(gate.begin(11), 0u);
    EXPECT_EQ(gate.end(11), 0u);
    EXPECT_EQ(gate.begin(14), 2u);  // overslept 12 and 13
    EXPECT_EQ(gate.end(17), 3u);    // 15, 16 and 17 came while it worked
    EXPECT_FALSE(gate.is_due(17));
    EXPECT_TRUE(gate.is_due(18));
}

}  // namespace
}  // namespace streamlib
