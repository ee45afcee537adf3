// SPDX-License-Identifier: Apache-2.0
// The launcher's memory without any process: rings, cells, and what start hands over.
#include "supervisor/launcher/ring_table.hpp"

#include <gtest/gtest.h>

namespace streamlib::supervision {
namespace {

/// clip (one output) → a, b (one input each); b holds 2. a → clip is not there; c is unlinked.
class RingTableTest : public testing::Test {
protected:
    RingTableTest() {
        source_.name = "Source";
        source_.outputs.push_back({.name = "out", .kind = MediaKind::data, .text = {}});
        reader_.name = "Reader";
        reader_.inputs.push_back({.name = "in", .kind = MediaKind::data, .text = {}});
        holder_ = reader_;
        holder_.inputs.front().hold = 2;
        plan_.actors.resize(4);
        const ClassSpec* specs[] = {&source_, &reader_, &holder_, &reader_};
        const char* names[] = {"clip", "a", "b", "c"};
        for (std::size_t n = 0; n < 4; ++n)
            plan_.actors[n].spec = specs[n], plan_.actors[n].name = names[n];
        for (const std::uint32_t to : {1U, 2U}) {
            plan_.links.push_back({.from = 0, .output = 0, .to = to, .input = 0, .place = {}});
            plan_.actors[0].out_links.push_back(to - 1);
            plan_.actors[to].in_links.push_back(to - 1);
        }
        graph_.actors.resize(4);
        const OutputFormat format{0, 0, MediaFormat(data_format("text/plain", 100)), 3};
        rings_ = plan_rings(plan_, graph_, {&format, 1});
    }
    ClassSpec source_, reader_, holder_;
    GraphPlan plan_;
    GraphSpec graph_;
    RingPlan rings_;
};

TEST_F(RingTableTest, gives_every_link_a_cell_with_its_hold) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table) << table.error().text;
    ASSERT_EQ(table->rings().size(), 1U);
    const RingTable::Ring& ring = table->rings().front();
    EXPECT_EQ(ring.geometry.depth, 3U);
    EXPECT_EQ(ring.geometry.cells, 4U);  // two links, two spare readers
    EXPECT_EQ(ring.geometry.slots, 3U + 1U + (1U + 2U) + 2U);
    EXPECT_NE(table->cell_of_link(0).cell, table->cell_of_link(1).cell);
    for (const std::uint32_t link : {0U, 1U}) {
        const auto& cell = ring.view.cell(table->cell_of_link(link).cell);
        EXPECT_EQ(cell.hold.load(), link + 1);
        EXPECT_EQ(cell.reader_id, link + 1);
    }
}

TEST_F(RingTableTest, moves_a_reader_to_a_spare_cell_and_leaves_what_was_pinned) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    const ipc::RingMemory ring = table->rings().front().view;
    const std::uint32_t old = table->cell_of_link(0).cell;
    ring.cell(old).last.store(41);
    ipc::pin_of(ring.cell(old), 0).store(7);
    const auto held = table->move_reader(plan_, 0);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->cell, old);
    const std::uint32_t now = table->cell_of_link(0).cell;
    EXPECT_NE(now, old);
    EXPECT_NE(now, table->cell_of_link(1).cell);
    EXPECT_EQ(ring.cell(now).hold.load(), 1U);
    EXPECT_EQ(ring.cell(now).last.load(), 41U);  // the next incarnation goes on there
    EXPECT_EQ(table->start_of(plan_, 1, UniqueFd{})->start.inputs.at(0).cell, now);
    table->on_reaped(plan_, 1);
    EXPECT_EQ(ipc::pin_of(ring.cell(old), 0).load(), 7U);
    EXPECT_EQ(ring.cell(old).hold.load(), 1U) << "the writer still looks at it";
    table->release(*held);
    EXPECT_EQ(ipc::pin_of(ring.cell(old), 0).load(), 0U);
    EXPECT_EQ(ring.cell(old).hold.load(), 0U);
}

TEST_F(RingTableTest, moves_readers_only_where_the_ring_has_slots_for_what_they_hold) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    const std::uint32_t cell = table->cell_of_link(1).cell;
    EXPECT_FALSE(table->move_reader(plan_, 1)) << "it holds 2, a spare reader 1";
    EXPECT_EQ(table->cell_of_link(1).cell, cell);
    const auto first = table->move_reader(plan_, 0);
    ASSERT_TRUE(first);
    ASSERT_TRUE(table->move_reader(plan_, 0));
    EXPECT_FALSE(table->move_reader(plan_, 0));
    // In another generation that cell is somebody else's.
    ASSERT_TRUE(table->replace(plan_, 0, table->offered_to(0)[0]));
    EXPECT_EQ(table->cell_of_link(0).cell, first->cell);
    table->release(*first);
    EXPECT_EQ(table->rings().front().view.cell(first->cell).hold.load(), 1U);
}

TEST_F(RingTableTest, hands_over_the_tick_page_and_two_descriptors_a_linked_port) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    const auto writer = table->start_of(plan_, 0, UniqueFd{}),
               reader = table->start_of(plan_, 2, UniqueFd{}),
               alone = table->start_of(plan_, 3, UniqueFd{});
    ASSERT_TRUE(writer && reader && alone);
    EXPECT_EQ(writer->start.output_carried, std::vector<std::uint8_t>{1});
    EXPECT_EQ(writer->fds.size(), 3U);
    EXPECT_EQ(reader->fds.size(), 3U);
    EXPECT_EQ(reader->start.inputs.at(0).linked, 1);
    EXPECT_EQ(reader->start.inputs.at(0).cell, table->cell_of_link(1).cell);
    EXPECT_EQ(alone->fds.size(), 1U);  // the tick page
    EXPECT_EQ(alone->start.inputs.at(0).linked, 0);
}

TEST_F(RingTableTest, gives_readers_a_ring_that_they_cannot_write) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    const auto reader = table->start_of(plan_, 1, UniqueFd{});
    ASSERT_TRUE(reader);
    EXPECT_FALSE(
        ipc::MappedSegment::map(reader->fds[1], ipc::Access::read_write, ipc::ring_layout_hash));
    EXPECT_TRUE(
        ipc::MappedSegment::map(reader->fds[1], ipc::Access::read_only, ipc::ring_layout_hash));
    EXPECT_TRUE(
        ipc::MappedSegment::map(reader->fds[2], ipc::Access::read_write, ipc::cells_layout_hash));
}

TEST_F(RingTableTest, clears_the_pins_of_a_dead_reader_and_of_nobody_else) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    const RingTable::Ring& ring = table->rings().front();
    for (const std::uint32_t link : {0U, 1U}) {
        ipc::pin_of(ring.view.cell(table->cell_of_link(link).cell), 0).store(ipc::word::pin(0, 1));
    }
    table->on_reaped(plan_, 1);
    EXPECT_EQ(ipc::pin_of(ring.view.cell(table->cell_of_link(0).cell), 0).load(), 0U);
    EXPECT_NE(ipc::pin_of(ring.view.cell(table->cell_of_link(1).cell), 0).load(), 0U);
}

TEST_F(RingTableTest, grows_where_configure_asked_for_more_and_never_shrinks) {
    std::vector<std::optional<protocol::Configured>> said(4);
    said[0] = protocol::Configured{{{MediaFormat(data_format("text/plain", 100)), 3, 2}}, {}};
    said[1] = protocol::Configured{{}, {4}};
    said[2] = protocol::Configured{{}, {1}};
    const auto before = rings_.rings.front().size.slots;
    apply_configured(rings_, plan_, said);
    EXPECT_EQ(rings_.rings.front().needs.open_slots, 2U);
    EXPECT_EQ(rings_.rings.front().size.slots, before + 1 + 3);
}

TEST_F(RingTableTest, counts_what_the_segment_takes_of_shared_memory) {
    auto table = RingTable::create(plan_, rings_);
    ASSERT_TRUE(table);
    EXPECT_EQ(ring_file_bytes(rings_.rings.front()), table->rings().front().memory.total_bytes());
    EXPECT_EQ(cost_of(rings_.rings.front(), 2).bytes, table->rings().front().memory.total_bytes());
}

}  // namespace
}  // namespace streamlib::supervision
