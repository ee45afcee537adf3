// SPDX-License-Identifier: Apache-2.0
// Whose end of a stream it is: of a source that is over, or of one that another incarnation follows.
#include <gtest/gtest.h>

#include "running_actor.hpp"
#include "runtime/actor.hpp"
#include "runtime/actor_core.hpp"
#include "tests/ipc/local_ring.hpp"

namespace streamlib::test {
namespace {

using ipc::test::LocalRing;
using ipc::test::publish_value;
using ipc::test::value_of;

class Reader final : public Actor {
public:
    Input<Data> in{*this, "in", "Numbers"};
    void process(const Tick&) override {
        while (in.read() == InputStatus::fresh) std::memcpy(&last, in.payload().data(), 8);
    }
    std::uint64_t last = 0;  // the loop's thread, until it is joined
};

struct EndOfStream : testing::Test {
    LocalRing ring{{.slots = 6, .depth = 4, .payload_capacity = 64}};
    ipc::RingWriter writer = ipc::RingWriter::attach(ring.memory, 1).value();
    Reader reader;
    ActorCore& core = ActorCore::of(reader);

    void attach(Trigger trigger) {
        core.trigger = trigger;
        ASSERT_TRUE(core.attach_input(0, ring.memory, 0));
    }
    void end() { publish_value(writer, 0, ipc::block_end); }
    void next_incarnation() { writer = ipc::RingWriter::attach(ring.memory, 2).value(); }
};

TEST_F(EndOfStream, is_one_where_nobody_follows) {
    for (const Trigger trigger : {Trigger::input, Trigger::tick}) {
        attach(trigger);
        publish_value(writer, 7);
        end();
        EXPECT_EQ(reader.in.read(), InputStatus::fresh);
        EXPECT_EQ(reader.in.read(), InputStatus::ended);
        EXPECT_TRUE(core.inputs_ended());
    }
}

TEST_F(EndOfStream, is_none_where_the_next_incarnation_is_on_its_way) {
    for (const Trigger trigger : {Trigger::input, Trigger::tick}) {
        ring.memory.header().writer_incarnation.store(1);
        attach(trigger);
        publish_value(writer, 7);
        end();
        ipc::expect_writer(ring.memory, 2);
        EXPECT_EQ(reader.in.read(), InputStatus::fresh);
        EXPECT_EQ(reader.in.read(), InputStatus::empty);
        EXPECT_FALSE(core.inputs_ended());
        EXPECT_FALSE(reader.in.payload().empty()) << "it keeps the last picture";
        EXPECT_EQ(reader.in.read(), InputStatus::empty);
    }
}

TEST_F(EndOfStream, of_the_incarnation_before_is_passed_over) {
    attach(Trigger::input);
    publish_value(writer, 7);
    end();
    next_incarnation();
    publish_value(writer, 8);
    EXPECT_EQ(reader.in.read(), InputStatus::fresh);
    EXPECT_EQ(reader.in.read(), InputStatus::empty);
    EXPECT_FALSE(core.inputs_ended());
    EXPECT_TRUE(reader.in.has_new());
    EXPECT_EQ(reader.in.read(), InputStatus::fresh);
    EXPECT_EQ(reader.in.payload()[0], std::byte{8});
    EXPECT_EQ(reader.in.missed(), 0U);
    end();
    EXPECT_EQ(reader.in.read(), InputStatus::ended);
}

TEST_F(EndOfStream, that_was_read_already_is_taken_back_by_the_next_block) {
    attach(Trigger::input);
    end();
    EXPECT_EQ(reader.in.read(), InputStatus::ended);
    next_incarnation();
    publish_value(writer, 8);
    EXPECT_EQ(reader.in.read(), InputStatus::fresh);
    EXPECT_FALSE(core.inputs_ended());
}

TEST_F(EndOfStream, that_the_last_incarnation_of_a_reader_took_is_known_to_the_next) {
    end();  // the only block: there is none to go back to
    {
        ipc::RingReader before = ipc::RingReader::attach(ring.memory, 0, 1, false).value();
        ipc::BlockView view;
        ASSERT_EQ(before.read_new(view), ipc::ReadStatus::fresh);
    }
    ipc::clear_cell(ring.memory, 0);
    auto made = std::make_unique<Reader>();
    ActorCore& next = ActorCore::of(*made);
    ASSERT_TRUE(next.attach_input(0, ring.memory, 0));
    RunningActor running(std::move(made), Trigger::input);
    running.run();
    running.thread.join();  // ends by itself
    ASSERT_TRUE(running.end);
    EXPECT_EQ(*running.end, LoopEnd::ended);
}

}  // namespace
}  // namespace streamlib::test
