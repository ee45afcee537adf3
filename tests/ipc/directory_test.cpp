// SPDX-License-Identifier: Apache-2.0
#include "ipc/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "ipc/segment.hpp"

namespace streamlib::ipc {
namespace {

using ::testing::HasSubstr;

static_assert(std::is_trivially_copyable_v<ActorRecord> &&
              std::is_trivially_copyable_v<PortRecord>);
static_assert(std::is_trivially_copyable_v<RingRecord> &&
              std::is_trivially_copyable_v<EndpointRecord>);
static_assert(std::is_trivially_copyable_v<SupervisorRecord> &&
              std::is_trivially_copyable_v<DeathRecord>);

Directory make(const DirectoryLimits& limits = {}) {
    auto directory = Directory::create(limits);
    EXPECT_TRUE(directory) << directory.error().text;
    return directory ? std::move(*directory) : Directory();
}

DirectoryView view_of(const Directory& directory) {
    auto fd = directory.reopen_read_only();
    EXPECT_TRUE(fd);
    auto view = DirectoryView::map(fd->get());
    EXPECT_TRUE(view) << view.error().text;
    return view ? std::move(*view) : DirectoryView();
}

ActorRecord actor_named(std::string_view name) {
    ActorRecord record;
    record.name.set(name);
    record.state = ActorState::starting;
    return record;
}

TEST(Directory, shows_a_view_what_was_added_changed_and_removed) {
    auto directory = make();
    const auto view = view_of(directory);
    EXPECT_EQ(view.actor_places(), 0U);
    EXPECT_FALSE(view.find_actor("clip"));

    const auto clip = directory.add(actor_named("clip"));
    ASSERT_TRUE(clip);
    EXPECT_EQ(view.find_actor("clip"), *clip);
    EXPECT_EQ(view.get(*clip)->state, ActorState::starting);
    const std::uint64_t before = view.changes();
    auto record = directory.get(*clip);
    record.state = ActorState::running;
    record.pid = 4711;
    record.exit_text.set("signal 9");
    directory.update(*clip, record);
    EXPECT_NE(view.changes(), before);
    EXPECT_EQ(view.get(*clip)->pid, 4711);
    EXPECT_EQ(view.get(*clip)->exit_text.view(), "signal 9");
    EXPECT_EQ(view.get(*clip)->name.view(), "clip");

    PortRecord port;
    port.actor = *clip;
    port.name.set("video");
    port.direction = PortDirection::output;
    const auto video = directory.add(port);
    RingRecord ring;
    ring.writer = *video;
    ring.slots = 3;
    const auto its_ring = directory.add(ring);
    EndpointRecord endpoint;
    endpoint.port = *video;
    endpoint.udp_port = 5004;
    const auto its_endpoint = directory.add(endpoint);
    ASSERT_TRUE(video && its_ring && its_endpoint);
    EXPECT_EQ(view.get(*video)->actor, *clip);
    EXPECT_EQ(view.get(*its_ring)->writer, *video);
    EXPECT_EQ(view.get(*its_endpoint)->udp_port, 5004U);
    EXPECT_EQ(view.port(0)->name.view(), "video");
    EXPECT_EQ(view.ring(0)->slots, 3U);
    EXPECT_TRUE(view.endpoint(0));

    directory.remove(*clip);
    EXPECT_FALSE(view.get(*clip));
    EXPECT_FALSE(view.actor(0));
    EXPECT_FALSE(view.find_actor("clip"));
    EXPECT_FALSE(directory.alive(*clip));
    EXPECT_EQ(directory.use().actors, 0U);
    EXPECT_EQ(directory.use().ports, 1U);
}

TEST(Directory, finds_nothing_by_the_id_of_what_had_the_place_before) {
    auto directory = make();
    const auto view = view_of(directory);
    const auto first = directory.add(actor_named("first"));
    directory.remove(*first);
    const auto second = directory.add(actor_named("second"));
    ASSERT_EQ(second->index, first->index);
    EXPECT_FALSE(view.get(*first));
    EXPECT_FALSE(directory.alive(*first));
    EXPECT_EQ(view.get(*second)->name.view(), "second");
}

TEST(Directory, that_is_full_names_the_key) {
    auto directory = make({.max_actors = 3, .max_ports = 2});
    std::vector<ActorId> actors;
    for (int n = 0; n < 3; ++n) actors.push_back(*directory.add(actor_named("x")));
    const auto actor = directory.add(actor_named("one too many"));
    ASSERT_FALSE(actor);
    EXPECT_EQ(actor.error().code, Errc::no_memory);
    EXPECT_THAT(actor.error().text, HasSubstr("node.max_actors = 3"));
    ASSERT_TRUE(directory.add(PortRecord{}) && directory.add(PortRecord{}));
    const auto port = directory.add(PortRecord{});
    ASSERT_FALSE(port);
    EXPECT_THAT(port.error().text, HasSubstr("node.max_ports = 2"));
    directory.remove(actors[1]);
    EXPECT_EQ(directory.add(actor_named("fits"))->index, actors[1].index);
}

TEST(Directory, holds_as_many_as_it_says) {
    auto directory = make();
    const auto view = view_of(directory);
    std::set<std::uint32_t> places;
    for (int n = 0; n < 4096; ++n) {
        places.insert(directory.add(actor_named("a" + std::to_string(n)))->index);
    }
    for (int n = 0; n < 16384; ++n) {
        ASSERT_TRUE(directory.add(PortRecord{}) && directory.add(RingRecord{}) &&
                    directory.add(EndpointRecord{}));
    }
    EXPECT_EQ(places.size(), 4096U);
    EXPECT_EQ(view.actor_places(), 4096U);
    EXPECT_EQ(view.port_places(), 16384U);
    EXPECT_EQ(view.get(view.find_actor("a4095"))->name.view(), "a4095");
    EXPECT_TRUE(view.endpoint(16383));
    EXPECT_FALSE(view.endpoint(16384));
    EXPECT_FALSE(view.endpoint(no_index));
    EXPECT_FALSE(directory.add(actor_named("x")));
    EXPECT_FALSE(directory.add(RingRecord{}));
}

TEST(Directory, refuses_limits_that_make_no_sense) {
    for (const DirectoryLimits limits :
         {DirectoryLimits{0, 1}, {1, 0}, {1'000'001, 1}, {1, 0xFFFF'FFFF}}) {
        const auto directory = Directory::create(limits);
        ASSERT_FALSE(directory);
        EXPECT_EQ(directory.error().code, Errc::invalid_argument);
        EXPECT_THAT(directory.error().text, HasSubstr("node.max_actors"));
    }
}

TEST(Directory, cannot_be_written_by_who_looks) {
    const auto directory = make();
    const auto fd = directory.reopen_read_only();
    ASSERT_TRUE(fd);
    EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0), MAP_FAILED);
    EXPECT_FALSE(MappedSegment::map(fd->get(), Access::read_write, directory_layout_hash));
}

TEST(Directory, view_refuses_a_table_outside_of_the_segment) {
    const auto refused = [](auto&& spoil) {
        auto segment = OwnedSegment::create({.purpose = "directory",
                                             .payload_bytes = 65536,
                                             .layout_hash = directory_layout_hash,
                                             .kind = SegmentKind::control});
        auto* header = new (segment->payload()) DirectoryHeader;
        const auto table = [](TableHeader& t, std::size_t bytes) {
            t.offset = 4096;
            t.record_bytes = static_cast<std::uint32_t>(bytes);
            t.places = 4;
        };
        table(header->actors, sizeof(GuardedRecord<ActorRecord>));
        table(header->ports, sizeof(GuardedRecord<PortRecord>));
        table(header->rings, sizeof(GuardedRecord<RingRecord>));
        table(header->endpoints, sizeof(GuardedRecord<EndpointRecord>));
        table(header->supervisors, sizeof(GuardedRecord<SupervisorRecord>));
        table(header->deaths, sizeof(GuardedRecord<DeathRecord>));
        spoil(*header);
        return !DirectoryView::map(segment->fd());
    };
    EXPECT_FALSE(refused([](DirectoryHeader&) {}));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.actors.offset = 65536; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.ports.offset = ~std::uint64_t{7}; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.rings.places = 0xFFFF'FFFF; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.endpoints.record_bytes = 8; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.supervisors.places = 1000; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.deaths.offset = 65000; }));
    EXPECT_TRUE(refused([](DirectoryHeader& h) { h.actors.offset = 4097; }));
}

/// Every field tells the same number, so that half of one record and half of another is seen.
ActorRecord record_of(std::uint64_t number) {
    auto record = actor_named("actor" + std::to_string(number));
    record.class_name.set("class" + std::to_string(number));
    record.exit_text.set("exit" + std::to_string(number));
    record.pid = static_cast<std::int32_t>(number);
    record.incarnation = record.restarts = record.page_segment = number;
    record.reserved[6] = number;
    return record;
}

bool is_whole(ActorRecord record) {
    auto expected = record_of(record.incarnation);
    expected.generation = record.generation;
    return std::memcmp(&record, &expected, sizeof record) == 0;
}

TEST(Directory, never_shows_another_process_half_a_record) {
    constexpr std::uint64_t last_number = 1'000'000'000;
    auto directory = make({.max_actors = 4, .max_ports = 4});
    const auto id = directory.add(record_of(1));
    auto fd = directory.reopen_read_only();
    ASSERT_TRUE(id && fd);
    auto* const changes_seen = static_cast<std::atomic<std::uint64_t>*>(
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(static_cast<void*>(changes_seen), MAP_FAILED);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto view = DirectoryView::map(fd->get());
        std::uint64_t last = 0;
        bool whole = view.has_value();
        while (whole && last != last_number) {
            const auto record = view->get(*id);
            if (!record) continue;  // was changed 1000 times in a row while we looked
            whole = is_whole(*record) && record->incarnation >= last;
            if (record->incarnation != last) changes_seen->fetch_add(1);
            last = record->incarnation;
        }
        ::_exit(whole ? 0 : 1);
    }
    int status = -1;
    bool ended = false;
    for (std::uint64_t number = 1; !ended && (changes_seen->load() < 20'000); ++number) {
        directory.update(*id, record_of(number));
        if (number % 1000 == 0) ended = ::waitpid(child, &status, WNOHANG) == child;
    }
    directory.update(*id, record_of(last_number));
    if (!ended) ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    ::munmap(changes_seen, 4096);
}

std::uint64_t resident_bytes() {
    std::uint64_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// What starting and stopping one actor with two ports, a ring and an endpoint does to the directory.
void spawn_and_stop(Directory& directory) {
    const auto actor = directory.add(actor_named("short-lived"));
    PortRecord port;
    port.actor = *actor;
    const auto in = directory.add(port);
    const auto out = directory.add(port);
    RingRecord ring;
    ring.writer = *out;
    const auto its_ring = directory.add(ring);
    const auto endpoint = directory.add(EndpointRecord{});
    auto running = directory.get(*actor);
    running.state = ActorState::running;
    directory.update(*actor, running);
    directory.remove(*endpoint);
    directory.remove(*its_ring);
    directory.remove(*out);
    directory.remove(*in);
    directory.remove(*actor);
}

#if defined(__SANITIZE_THREAD__)
constexpr int starts = 100'000;  // a million takes most of a minute there
#else
constexpr int starts = 1'000'000;
#endif

TEST(Directory, does_not_grow_when_actors_come_and_go_a_million_times) {
    auto directory = make();
    for (int n = 0; n < 100; ++n) static_cast<void>(directory.add(actor_named("stays")));
    const auto fd = directory.reopen_read_only();
    ASSERT_TRUE(fd);
    const auto shared_blocks = [&] {
        struct stat status {};
        EXPECT_EQ(::fstat(fd->get(), &status), 0);
        return status.st_blocks;
    };
    const auto view = view_of(directory);
    for (int n = 0; n < 1000; ++n) spawn_and_stop(directory);
    const auto use = directory.use();
    const auto blocks = shared_blocks();
    const auto places =
        view.actor_places() + view.port_places() + view.ring_places() + view.endpoint_places();
    const auto resident = resident_bytes();
    for (int n = 0; n < starts; ++n) spawn_and_stop(directory);
    EXPECT_EQ(directory.use().actors, 100U);
    EXPECT_EQ(directory.use().ports, 0U);
    EXPECT_EQ(directory.use().rings, 0U);
    EXPECT_EQ(directory.use().endpoints, 0U);
    EXPECT_EQ(directory.use().heap_free_bytes, use.heap_free_bytes);
    EXPECT_EQ(shared_blocks(), blocks);
    EXPECT_EQ(
        view.actor_places() + view.port_places() + view.ring_places() + view.endpoint_places(),
        places);
    // Not one byte is expected; a page or two may come from the C library.
    EXPECT_LE(resident_bytes(), resident + 64 * 1024);
}

TEST(Directory, takes_memory_for_what_is_in_it_only) {
    auto directory = make();
    static_cast<void>(directory.add(actor_named("lonely")));
    const auto fd = directory.reopen_read_only();
    ASSERT_TRUE(fd);
    struct stat status {};
    ASSERT_EQ(::fstat(fd->get(), &status), 0);
    EXPECT_GT(status.st_size, 10'000'000);
    EXPECT_LT(status.st_blocks * 512, 128 * 1024);
}

}  // namespace
}  // namespace streamlib::ipc
