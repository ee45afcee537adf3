// SPDX-License-Identifier: Apache-2.0
#include "ipc/segment.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/ipc/private_shm.hpp"

namespace streamlib::ipc {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t hash = 0x1234'5678;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

OwnedSegment make(SegmentKind kind, std::uint64_t bytes, std::uint64_t alignment = 4096) {
    auto segment = OwnedSegment::create({.purpose = "test",
                                         .payload_bytes = bytes,
                                         .layout_hash = hash,
                                         .kind = kind,
                                         .alignment = alignment});
    EXPECT_TRUE(segment) << segment.error().text;
    return segment ? std::move(*segment) : OwnedSegment();
}

std::vector<std::string> names_in_shm(const std::string& prefix) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/dev/shm"), ::closedir);
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string name = entry->d_name;
        if (name.starts_with(prefix)) names.push_back(name);
    }
    return names;
}

std::string our_prefix() { return "streamlib-" + std::to_string(::getpid()) + "-"; }

class EitherKind : public ::testing::TestWithParam<SegmentKind> {};
INSTANTIATE_TEST_SUITE_P(Segment, EitherKind,
                         ::testing::Values(SegmentKind::media, SegmentKind::control),
                         [](const auto& kind) {
                             return kind.param == SegmentKind::media ? "media" : "control";
                         });

TEST_P(EitherKind, is_zeroed_and_shows_one_mapping_what_another_wrote) {
    const auto owned = make(GetParam(), 100'000);
    ASSERT_TRUE(owned);
    EXPECT_EQ(owned.bytes(), 100'000U);
    EXPECT_TRUE(std::all_of(owned.payload(), owned.payload() + owned.bytes(),
                            [](std::byte b) { return b == std::byte{0}; }));
    auto reader_fd = owned.reopen_read_only();
    ASSERT_TRUE(reader_fd) << reader_fd.error().text;
    auto reader = MappedSegment::map(std::move(*reader_fd), Access::read_only, hash);
    ASSERT_TRUE(reader) << reader.error().text;
    auto writer_fd = owned.duplicate_writable();
    ASSERT_TRUE(writer_fd);
    auto writer = MappedSegment::map(std::move(*writer_fd), Access::read_write, hash);
    ASSERT_TRUE(writer) << writer.error().text;
    EXPECT_EQ(reader->bytes(), 100'000U);
    EXPECT_EQ(reader->id(), owned.id());
    std::memset(writer->payload(), 0x5A, writer->bytes());
    reader->prefault();
    EXPECT_EQ(std::memcmp(reader->payload(), owned.payload(), owned.bytes()), 0);
    EXPECT_EQ(reader->payload()[99'999], std::byte{0x5A});
}

TEST_P(EitherKind, that_is_prefaulted_takes_no_fault_at_the_first_write) {
#if !defined(__x86_64__)
    GTEST_SKIP() << "how a first write is noted is the processor's affair";
#endif
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP()
        << "the sanitizer's notes of each page are first written with it: two faults of its own";
#endif
    constexpr std::uint64_t page_bytes = 4096, pages = 512;
    const auto owned = make(GetParam(), pages * page_bytes);
    ASSERT_TRUE(owned);
    auto writer = MappedSegment::map(owned.fd(), Access::read_write, hash);
    ASSERT_TRUE(writer) << writer.error().text;
    writer->prefault();
    const auto faults = [] {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return usage.ru_minflt;
    };
    const auto before = faults();
    for (std::uint64_t n = 0; n < pages; ++n)
        reinterpret_cast<volatile std::byte*>(writer->payload())[n * page_bytes] = std::byte{1};
    EXPECT_LT(faults() - before, static_cast<long>(pages / 4));  // ASan has some of its own
}

TEST_P(EitherKind, aligns_its_payload_in_every_process) {
    for (const std::uint64_t alignment : {8U, 64U, 512U, 4096U}) {
        const auto owned = make(GetParam(), 1000, alignment);
        ASSERT_TRUE(owned);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(owned.payload()) % alignment, 0U) << alignment;
        auto mapped = MappedSegment::map(owned.fd(), Access::read_write, hash);
        ASSERT_TRUE(mapped) << mapped.error().text;
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mapped->payload()) % alignment, 0U) << alignment;
        mapped->payload()[999] = std::byte{7};
        EXPECT_EQ(owned.payload()[999], std::byte{7});
    }
}

TEST_P(EitherKind, lives_until_the_last_mapping_is_gone) {
    auto owned = make(GetParam(), 4096);
    ASSERT_TRUE(owned);
    std::memcpy(owned.payload(), "still here", 11);
    auto mapped = MappedSegment::map(owned.fd(), Access::read_only, hash);
    ASSERT_TRUE(mapped);
    owned = OwnedSegment();
    EXPECT_STREQ(reinterpret_cast<const char*>(mapped->payload()), "still here");
}

TEST_P(EitherKind, faults_when_a_reader_writes) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto owned = make(GetParam(), 4096);
    auto fd = owned.reopen_read_only();
    ASSERT_TRUE(fd);
    auto mapped = MappedSegment::map(std::move(*fd), Access::read_only, hash);
    ASSERT_TRUE(mapped);
    EXPECT_DEATH(std::memset(mapped->payload(), 1, 1), "");
}

TEST_P(EitherKind, cannot_be_mapped_writable_by_a_reader) {
    const auto owned = make(GetParam(), 4096);
    auto fd = owned.reopen_read_only();
    ASSERT_TRUE(fd);
    const auto mapped = MappedSegment::map(fd->get(), Access::read_write, hash);
    ASSERT_FALSE(mapped);
    EXPECT_EQ(mapped.error().code, Errc::no_permission);
    EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0), MAP_FAILED);
}

TEST_P(EitherKind, refuses_another_layout_and_says_both) {
    const auto owned = make(GetParam(), 4096);
    const auto mapped = MappedSegment::map(owned.fd(), Access::read_only, hash + 1);
    ASSERT_FALSE(mapped);
    EXPECT_EQ(mapped.error().code, Errc::mismatch);
    EXPECT_THAT(mapped.error().text, HasSubstr("'test'"));
    EXPECT_THAT(mapped.error().text, HasSubstr("0x0000000012345678"));
    EXPECT_THAT(mapped.error().text, HasSubstr("0x0000000012345679"));
}

TEST_P(EitherKind, passes_no_descriptor_on_to_a_program_it_starts) {
    const auto owned = make(GetParam(), 4096);
    const auto copy = owned.duplicate_writable();
    const auto reader = owned.reopen_read_only();
    ASSERT_TRUE(copy && reader);
    for (const int fd : {owned.fd(), copy->get(), reader->get()}) {
        EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
}

TEST_P(EitherKind, has_no_name_once_it_is_made) {
    const auto owned = make(GetParam(), 4096);
    struct stat status {};
    ASSERT_EQ(::fstat(owned.fd(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_THAT(names_in_shm(our_prefix()), ::testing::IsEmpty());
}

TEST_P(EitherKind, prints_nothing) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    {
        const auto owned = make(GetParam(), mebibyte);
        const auto mapped = MappedSegment::map(owned.fd(), Access::read_only, hash);
        const auto refused = MappedSegment::map(owned.fd(), Access::read_only, hash + 1);
        const auto too_large = OwnedSegment::create({.purpose = "x",
                                                     .payload_bytes = std::uint64_t{1} << 40,
                                                     .layout_hash = hash,
                                                     .kind = GetParam()});
        static_cast<void>(require_space(std::uint64_t{1} << 60));
    }
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_P(EitherKind, refuses_what_cannot_be) {
    const auto create = [](std::uint64_t bytes, std::uint64_t alignment) {
        return OwnedSegment::create({.purpose = "odd",
                                     .payload_bytes = bytes,
                                     .layout_hash = hash,
                                     .kind = GetParam(),
                                     .alignment = alignment});
    };
    for (const auto& [bytes, alignment] : {std::pair<std::uint64_t, std::uint64_t>{0, 4096},
                                           {4096, 3},
                                           {4096, 4},
                                           {4096, 8192},
                                           {4096 * mebibyte, 4096},
                                           {~std::uint64_t{0}, 4096}}) {
        const auto segment = create(bytes, alignment);
        ASSERT_FALSE(segment) << bytes << " " << alignment;
        EXPECT_EQ(segment.error().code, Errc::invalid_argument);
    }
    EXPECT_THAT(create(4096 * mebibyte, 4096).error().text,
                HasSubstr("the limit is 4 GiB - 1 MiB"));
}

TEST_P(EitherKind, gives_every_segment_an_id_of_its_own) {
    const auto first = make(GetParam(), 64);
    const auto second = make(GetParam(), 64);
    EXPECT_NE(first.id(), 0U);
    EXPECT_LT(first.id(), second.id());
}

TEST(Segment, that_is_control_cannot_be_cut_off_by_who_has_its_descriptor) {
    const auto owned = make(SegmentKind::control, 100);
    EXPECT_NE(::ftruncate(owned.fd(), 0), 0);
    EXPECT_NE(::ftruncate(owned.fd(), 1 << 20), 0);
    EXPECT_EQ(errno, EPERM);
}

TEST(Segment, refuses_a_descriptor_that_is_something_else) {
    const UniqueFd empty(::memfd_create("empty", MFD_CLOEXEC));
    const UniqueFd noise(::memfd_create("noise", MFD_CLOEXEC));
    const std::string text(8192, 'x');
    ASSERT_EQ(::write(noise.get(), text.data(), text.size()), 8192);
    int pipe_fds[2];
    ASSERT_EQ(::pipe2(pipe_fds, O_CLOEXEC), 0);
    const UniqueFd pipe_read(pipe_fds[0]), pipe_write(pipe_fds[1]);
    for (const int fd : {empty.get(), noise.get(), pipe_read.get()}) {
        const auto mapped = MappedSegment::map(fd, Access::read_only, hash);
        ASSERT_FALSE(mapped);
        EXPECT_EQ(mapped.error().code, Errc::mismatch) << mapped.error().text;
    }
    EXPECT_FALSE(MappedSegment::map(-1, Access::read_only, hash));
}

TEST(Segment, refuses_a_header_that_points_outside_of_the_file) {
    const auto refused = [](auto&& spoil) {
        SegmentHeader header;
        header.magic = segment_magic;
        header.version = segment_version;
        header.kind = SegmentKind::control;
        header.layout_hash = hash;
        header.payload_offset = 4096;
        header.payload_bytes = 4096;
        header.total_bytes = 8192;
        spoil(header);
        const UniqueFd file(::memfd_create("lie", MFD_CLOEXEC));
        EXPECT_EQ(::ftruncate(file.get(), 8192), 0);
        EXPECT_EQ(::pwrite(file.get(), static_cast<void*>(&header), sizeof header, 0), 128);
        const auto mapped = MappedSegment::map(file.get(), Access::read_only, hash);
        return !mapped && mapped.error().code == Errc::mismatch;
    };
    EXPECT_FALSE(refused([](SegmentHeader&) {}));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.total_bytes = 8193; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.payload_bytes = 4097; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.payload_bytes = ~std::uint64_t{0}; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.payload_bytes = 0; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.payload_offset = 64; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.payload_offset = ~std::uint64_t{4095}; }));
    EXPECT_TRUE(refused([](SegmentHeader& h) { h.version = 2; }));
}

TEST(Segment, has_a_name_only_inside_of_create) {
    // Odd while a create is under way. What the watcher sees while none was, at any time of its look, has stayed behind.
    std::atomic<std::uint64_t> creating{0};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> looks{0}, stayed{0};
    std::thread watcher([&] {
        while (!done) {
            const std::uint64_t before = creating;
            const bool seen = !names_in_shm(our_prefix()).empty();
            if (before % 2 == 1 || creating != before) continue;
            ++looks;
            if (seen) ++stayed;
        }
    });
    for (int n = 0; n < 500 || looks < 100; ++n) {
        ++creating;
        const auto owned = make(SegmentKind::media, 4096);
        ++creating;
        if (looks < 100) std::this_thread::yield();
    }
    done = true;
    watcher.join();
    EXPECT_EQ(stayed, 0U);
}

TEST(Segment, says_what_is_needed_and_free_and_how_to_get_more) {
    const auto space = shared_memory_space();
    ASSERT_TRUE(space) << space.error().text;
    EXPECT_GT(space->total, 0U);
    EXPECT_LE(space->free, space->total);
    EXPECT_TRUE(require_space(0));
    const auto room = require_space(std::uint64_t{1} << 60);
    ASSERT_FALSE(room);
    EXPECT_EQ(room.error().code, Errc::no_memory);
    for (const char* part :
         {" needed, ", " free of ", "/dev/shm", "--shm-size=", "remount,size="}) {
        EXPECT_THAT(room.error().text, HasSubstr(part));
    }
}

TEST(Segment, is_an_error_and_no_crash_when_memory_is_short) {
    streamlib::testing::with_private_shm("8m", [] {
        const auto create = [](std::uint64_t bytes) {
            return OwnedSegment::create(
                {.purpose = "ring a.out", .payload_bytes = bytes, .layout_hash = hash});
        };
        const auto large = create(16 * mebibyte);
        ASSERT_FALSE(large);
        EXPECT_EQ(large.error().code, Errc::no_memory);
        EXPECT_THAT(large.error().text, HasSubstr("'ring a.out'"));
        EXPECT_THAT(large.error().text, HasSubstr("16.0 MiB needed, 8.0 MiB free of 8.0 MiB"));
        auto first = create(5 * mebibyte);
        ASSERT_TRUE(first) << first.error().text;
        std::memset(first->payload(), 1, first->bytes());
        EXPECT_FALSE(create(4 * mebibyte));
        const std::uint64_t cost = media_segment_bytes(5 * mebibyte);
        EXPECT_EQ(shared_memory_space()->free, 8 * mebibyte - cost);
        *first = OwnedSegment();
        EXPECT_EQ(shared_memory_space()->free, 8 * mebibyte);
        EXPECT_TRUE(create(4 * mebibyte));
        EXPECT_THAT(names_in_shm(""), ::testing::UnorderedElementsAre(".", ".."));
    });
}

TEST(Segment, sweep_removes_what_the_dead_left_and_nothing_else) {
    streamlib::testing::with_private_shm("8m", [] {
        const auto touch = [](const char* path) {
            return UniqueFd(::open(path, O_CREAT | O_RDWR, 0600));
        };
        touch("/dev/shm/streamlib-1-0").reset();
        touch("/dev/shm/other-1-0").reset();
        const UniqueFd at_work = touch("/dev/shm/streamlib-1-1");
        ASSERT_EQ(::flock(at_work.get(), LOCK_EX), 0);
        EXPECT_EQ(sweep_leftovers(), 1U);
        EXPECT_THAT(names_in_shm(""),
                    ::testing::UnorderedElementsAre(".", "..", "other-1-0", "streamlib-1-1"));
        // Somebody else's name in the way is stepped over, not taken.
        const std::string taken = "/dev/shm/" + our_prefix();
        for (int n = 0; n < 20; ++n) touch((taken + std::to_string(n)).c_str()).reset();
        EXPECT_TRUE(make(SegmentKind::media, 4096));
        EXPECT_EQ(names_in_shm(our_prefix()).size(), 20U);
    });
}

std::uint64_t free_bytes() {
    const auto space = shared_memory_space();
    return space ? space->free : 0;
}

TEST(Segment, sigkill_inside_of_create_leaves_nothing_a_sweep_does_not_remove) {
    streamlib::testing::with_private_shm("8m", [] {
        std::size_t swept = 0;
        for (unsigned round = 0; round < 200; ++round) {
            const pid_t child = ::fork();
            if (child == 0) {
                for (;;) static_cast<void>(make(SegmentKind::media, 4096));
            }
            // Not a wait for anything: any moment is a good one to be killed in.
            ::usleep(1000 + round * 37 % 1000);
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            swept += sweep_leftovers();
            ASSERT_THAT(names_in_shm(""), ::testing::UnorderedElementsAre(".", ".."));
            // The kernel gives the memory of the dead back a moment after it was reaped.
            for (int look = 0; look < 5000 && free_bytes() != 8 * mebibyte; ++look) ::usleep(1000);
            ASSERT_EQ(free_bytes(), 8 * mebibyte);
        }
        ::testing::Test::RecordProperty("swept", std::to_string(swept));
    });
}

}  // namespace
}  // namespace streamlib::ipc
