// SPDX-License-Identifier: Apache-2.0
// State over incarnations: the box, killed writers, poison, and the file.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "ipc/crc32c.hpp"
#include "ipc/snapshot_file.hpp"
#include "tests/ipc/single_step.hpp"

namespace streamlib::ipc {
namespace {

using testing::HasSubstr;

/// A box that a child process shares.
class SharedBox {
public:
    SharedBox()
        : box_(new (mmap(nullptr, sizeof(SnapshotBox), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) SnapshotBox) {}
    SharedBox(const SharedBox&) = delete;
    SharedBox& operator=(const SharedBox&) = delete;
    ~SharedBox() { munmap(static_cast<void*>(box_), sizeof(SnapshotBox)); }
    SnapshotBox& operator*() const { return *box_; }
    SnapshotBox* operator->() const { return box_; }

private:
    SnapshotBox* box_;
};

/// A snapshot whose bytes all follow from `value`: a mixture of two shows.
std::size_t bytes_for(std::uint64_t value) { return 8 * (1 + value * 7 % 64); }
void write_value(SnapshotWriter& writer, std::uint64_t value) {
    auto* words = reinterpret_cast<volatile std::uint64_t*>(writer.begin().data());
    for (std::size_t i = 0; i < bytes_for(value) / 8; ++i) words[i] = value;
    writer.commit(bytes_for(value), {.version = static_cast<std::uint32_t>(value % 1000),
                                     .time = TaiTime{static_cast<std::int64_t>(value)},
                                     .incarnation = value});
}
/// The value, or 0 if it is not whole.
std::uint64_t value_of(const SnapshotLabel& label, std::span<const std::byte> bytes) {
    const std::uint64_t value = label.incarnation;
    if (bytes.size() != bytes_for(value) || label.version != value % 1000) return 0;
    if (label.time.ns != static_cast<std::int64_t>(value)) return 0;
    const auto* words = reinterpret_cast<const std::uint64_t*>(bytes.data());
    const bool whole = std::all_of(words, words + bytes.size() / 8,
                                   [&](std::uint64_t word) { return word == value; });
    return whole ? value : 0;
}
std::uint64_t newest_value(const SnapshotBox& box) {
    const auto view = newest_snapshot(box);
    return view ? value_of(view->label, view->bytes) : 0;
}

TEST(Crc32c, is_the_one_of_the_standard_with_and_without_instructions) {
    const char digits[] = "123456789";
    const auto bytes = std::as_bytes(std::span(digits, 9));
    EXPECT_EQ(crc32c(bytes), 0xE306'9283U);
    EXPECT_EQ(crc32c({}), 0U);
    const std::vector<std::byte> zeros(32), ones(32, std::byte{0xFF});
    EXPECT_EQ(crc32c(zeros), 0x8A91'36AAU);  // RFC 3720, B.4
    EXPECT_EQ(crc32c(ones), 0x62A8'AB43U);
    std::vector<std::byte> noise(1000);
    std::mt19937 random(1);
    for (auto& b : noise) b = static_cast<std::byte>(random());
    for (std::size_t n = 0; n < noise.size(); n += 7) {
        const auto part = std::span(noise).first(n);
        EXPECT_EQ(crc32c(part), crc32c_by_table(part));
        EXPECT_EQ(crc32c(std::span(noise).subspan(n), crc32c(part)), crc32c(noise));
    }
}

TEST(SnapshotBox, gives_the_newest_and_keeps_the_older_until_the_next_is_whole) {
    const auto box = std::make_unique<SnapshotBox>();
    EXPECT_FALSE(newest_snapshot(*box));
    EXPECT_FALSE(copy_snapshot(*box));
    SnapshotWriter writer(*box);
    for (std::uint64_t value = 1; value < 100; ++value) {
        write_value(writer, value);
        EXPECT_EQ(newest_value(*box), value);
        EXPECT_EQ(newest_snapshot(*box)->label.number, value);
        const auto room = writer.begin();
        std::fill_n(room.begin(), 100, std::byte{0xEE});
        EXPECT_EQ(newest_value(*box), value) << "the next is begun";
        const auto copy = copy_snapshot(*box);
        ASSERT_TRUE(copy);
        EXPECT_EQ(value_of(copy->label, copy->bytes), value);
    }
}

TEST(SnapshotBox, takes_a_whole_mebibyte_and_an_empty_one) {
    const auto box = std::make_unique<SnapshotBox>();
    SnapshotWriter writer(*box);
    const auto room = writer.begin();
    ASSERT_EQ(room.size(), max_snapshot_bytes);
    std::fill(room.begin(), room.end(), std::byte{7});
    EXPECT_EQ(writer.commit(max_snapshot_bytes, {.version = 1}), 1u);
    EXPECT_EQ(newest_snapshot(*box)->bytes.size(), max_snapshot_bytes);
    (void)writer.begin();
    EXPECT_EQ(writer.commit(0, {.version = 1}), 2u);
    EXPECT_TRUE(newest_snapshot(*box)->bytes.empty());
}

TEST(SnapshotBox, does_not_give_what_a_stray_store_has_spoilt) {
    const auto box = std::make_unique<SnapshotBox>();
    SnapshotWriter writer(*box);
    write_value(writer, 1);
    write_value(writer, 2);
    const auto newest = newest_snapshot(*box);
    box->data[newest->slot][3] ^= std::byte{0x10};
    EXPECT_EQ(newest_value(*box), 1u);
    box->slots[newest->slot].bytes.store(~std::uint64_t{0});
    EXPECT_EQ(newest_value(*box), 1u) << "nor read past the end";
    EXPECT_EQ(value_of(copy_snapshot(*box)->label, copy_snapshot(*box)->bytes), 1u);
    SnapshotWriter next(*box);
    (void)next.begin();  // the spoilt place is taken, not the good one
    EXPECT_EQ(newest_value(*box), 1u);
}

TEST(SnapshotBox, puts_aside_what_did_not_survive_two_restores) {
    const auto box = std::make_unique<SnapshotBox>();
    {
        SnapshotWriter writer(*box);
        write_value(writer, 1);
        write_value(writer, 2);
    }
    const auto crash_in_restore = [&] { begin_restore(*box, newest_snapshot(*box).value()); };
    crash_in_restore();
    EXPECT_EQ(newest_value(*box), 2u) << "once may be chance";
    begin_restore(*box, newest_snapshot(*box).value());
    EXPECT_EQ(newest_value(*box), 1u) << "the older has its own two";
    ASSERT_EQ(snapshots_put_aside(*box).size(), 1u);
    EXPECT_EQ(snapshots_put_aside(*box)[0].number, 2u);
    begin_restore(*box, newest_snapshot(*box).value());
    finish_restore(*box, newest_snapshot(*box).value());
    EXPECT_EQ(newest_value(*box), 1u);
    SnapshotWriter writer(*box);
    (void)writer.begin();
    EXPECT_EQ(newest_value(*box), 1u) << "what is put aside is overwritten first";
    write_value(writer, 3);
    EXPECT_EQ(newest_value(*box), 3u);
    EXPECT_TRUE(snapshots_put_aside(*box).empty());
    for (int i = 0; i < 4; ++i) crash_in_restore();
    EXPECT_FALSE(newest_snapshot(*box)) << "both are poison";
    EXPECT_TRUE(copy_snapshot(*box)) << "but can still be looked at";
}

// ---- killed writers ----------------------------------------------------------------------------------------------------------

TEST(SnapshotKill, a_writer_killed_after_any_instruction_leaves_a_whole_snapshot) {
    const int stride = test::stride_of(11);
    int killed = 0;
    for (int steps = 0;; steps += stride) {
        const SharedBox box;
        {
            SnapshotWriter writer(*box);
            write_value(writer, 1);
            write_value(writer, 2);
        }
        const bool more = test::kill_after(steps, [&] {
            raise(SIGSTOP);
            SnapshotWriter writer(*box);  // attaches: looks at both
            write_value(writer, 3);
        });
        const std::uint64_t value = newest_value(*box);
        ASSERT_TRUE(value == 2 || value == 3) << value << " after " << steps << " instructions";
        SnapshotWriter next(*box);
        write_value(next, 4);
        ASSERT_EQ(newest_value(*box), 4u);
        if (!more) break;
        ++killed;
    }
    EXPECT_GT(killed * stride, 100);
}

TEST(SnapshotKill, random_kills_never_lose_what_was_kept_nor_show_half_of_one) {
    const SharedBox box;
    std::mt19937 random(std::random_device{}());
    std::uint64_t last = 0, copies = 0;
    for (int kills = 0; kills < 200; ++kills) {
        const pid_t child = fork();
        if (child == 0) {
            SnapshotWriter writer(*box);
            for (std::uint64_t value = last + 1;; ++value) write_value(writer, value);
        }
        const auto until = last + 1 + random() % 50;
        while (newest_value(*box) < until) {  // beside the writer: copies are whole or none
            if (const auto copy = copy_snapshot(*box)) {
                ASSERT_NE(value_of(copy->label, copy->bytes), 0u);
                ++copies;
            }
            sched_yield();
        }
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        const std::uint64_t value = newest_value(*box);
        ASSERT_GE(value, until);
        last = value;
    }
    EXPECT_GT(copies, 0u);
}

// ---- the file ----------------------------------------------------------------------------------------------------------------

class SnapshotFiles : public testing::Test {
protected:
    void SetUp() override {
        const char* run = std::getenv("STREAMLIB_RUN_DIR");
        std::string base = run != nullptr ? run : "/tmp";
        std::filesystem::create_directories(base);
        std::string pattern = base + "/snapshots-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::vector<char> contents(const std::string& path) const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void overwrite(const std::string& path, const std::vector<char>& bytes) const {
        std::ofstream(path, std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    std::string folder;
};

TEST_F(SnapshotFiles, a_snapshot_comes_back_at_the_next_run) {
    const auto box = std::make_unique<SnapshotBox>();
    const std::string path = folder + "/camera.snapshot";
    auto saved = save_snapshot(*box, "Camera", path);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(path));
    SnapshotWriter writer(*box);
    write_value(writer, 42);
    ASSERT_TRUE(save_snapshot(*box, "Camera", path));
    write_value(writer, 43);
    ASSERT_TRUE(save_snapshot(*box, "Camera", path)) << "over the older file";
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));

    const auto next_run = std::make_unique<SnapshotBox>();
    ASSERT_TRUE(load_snapshot(*next_run, "Camera", path));
    const auto view = newest_snapshot(*next_run);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->label.incarnation, 0u) << "it came from a file";
    EXPECT_EQ(view->label.version, 43u);
    EXPECT_EQ(view->label.time, TaiTime{43});
    EXPECT_EQ(view->bytes.size(), bytes_for(43));
    EXPECT_EQ(view->bytes[0], std::byte{43});
}

TEST_F(SnapshotFiles, what_is_not_a_snapshot_of_this_class_is_refused) {
    const auto box = std::make_unique<SnapshotBox>();
    const std::string path = folder + "/a";
    EXPECT_EQ(load_snapshot(*box, "Camera", path).error().code, Errc::not_found);
    SnapshotWriter writer(*box);
    write_value(writer, 5);
    ASSERT_TRUE(save_snapshot(*box, "Camera", path));
    const auto other = load_snapshot(*box, "Blur", path);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::mismatch);
    EXPECT_THAT(other.error().text, HasSubstr("of class 'Camera', not 'Blur'"));

    const auto good = contents(path);
    const auto fresh = std::make_unique<SnapshotBox>();
    for (std::size_t n = 0; n < good.size(); ++n) {
        auto bad = good;
        bad[n] = static_cast<char>(bad[n] ^ 0x20);
        overwrite(path, bad);
        EXPECT_EQ(load_snapshot(*fresh, "Camera", path).error().code, Errc::parse) << n;
        overwrite(path, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)});
        EXPECT_EQ(load_snapshot(*fresh, "Camera", path).error().code, Errc::parse) << n;
    }
    auto longer = good;
    longer.push_back(0);
    overwrite(path, longer);
    EXPECT_EQ(load_snapshot(*fresh, "Camera", path).error().code, Errc::parse);
    overwrite(path, std::vector<char>(3 * max_snapshot_bytes));
    EXPECT_EQ(load_snapshot(*fresh, "Camera", path).error().code, Errc::parse);
    EXPECT_FALSE(newest_snapshot(*fresh)) << "nothing of that got into the box";
}

TEST_F(SnapshotFiles, of_two_who_save_to_one_place_at_once_the_second_is_told) {
    const std::string path = folder + "/a";
    const auto bytes = encode_snapshot_file({"Camera", 1, TaiTime{1}, {}});
    const int other = open((path + ".new").c_str(), O_WRONLY | O_CREAT, 0600);
    ASSERT_EQ(flock(other, LOCK_EX), 0);
    const auto saved = write_snapshot_file(bytes, path);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, Errc::already_exists);
    EXPECT_FALSE(std::filesystem::exists(path));
    close(other);  // killed: what it has left is written over
    ASSERT_TRUE(write_snapshot_file(bytes, path));
    EXPECT_EQ(read_snapshot_file(path)->class_name, "Camera");
}

TEST_F(SnapshotFiles, a_pipe_or_a_folder_is_no_snapshot_and_nobody_waits_for_it) {
    ASSERT_EQ(mkfifo((folder + "/pipe").c_str(), 0600), 0);
    EXPECT_EQ(read_snapshot_file(folder + "/pipe").error().code, Errc::io);
    EXPECT_EQ(read_snapshot_file(folder).error().code, Errc::io);
}

TEST_F(SnapshotFiles, a_folder_that_is_not_there_is_told) {
    const auto box = std::make_unique<SnapshotBox>();
    SnapshotWriter writer(*box);
    write_value(writer, 5);
    const auto saved = save_snapshot(*box, "Camera", folder + "/none/a");
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, Errc::io);
    EXPECT_THAT(saved.error().text, HasSubstr(folder + "/none/a"));
}

}  // namespace
}  // namespace streamlib::ipc
