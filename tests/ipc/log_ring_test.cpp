// SPDX-License-Identifier: Apache-2.0
#include "ipc/log_ring.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ipc/segment.hpp"

namespace streamlib::ipc {
namespace {

constexpr std::uint64_t hash = 1;

/// A line that says which it is, as long as a line can be, so that half of it is recognised.
std::string line_of(std::uint64_t number, std::uint64_t who) {
    std::string text = std::to_string(who) + ":" + std::to_string(number) + ":";
    const char fill = static_cast<char>('a' + (number + who) % 26);
    text.append(log_text_bytes - text.size(), fill);
    return text;
}

/// The numbers of a line that is whole; fails the test for any other.
std::pair<std::uint64_t, std::uint64_t> parse(const std::string& text) {
    const auto colon = text.find(':');
    const std::uint64_t who = std::stoull(text);
    const std::uint64_t number = std::stoull(text.substr(colon + 1));
    EXPECT_EQ(text, line_of(number, who));
    return {who, number};
}

TEST(LogRing, gives_back_what_was_written_oldest_first) {
    const auto ring = std::make_unique<LogRing>();
    LogWriter writer(ring.get(), 7);
    LogReader reader(ring.get());
    EXPECT_TRUE(reader.read(Unfinished::wait).lines.empty());
    writer.write(LogLevel::info, TaiTime{100}, "opened clip.avi");
    writer.write(LogLevel::error, TaiTime{200}, "");
    const auto read = reader.read(Unfinished::wait);
    ASSERT_EQ(read.lines.size(), 2U);
    EXPECT_EQ(read.lost, 0U);
    EXPECT_EQ(read.lines[0].text, "opened clip.avi");
    EXPECT_EQ(read.lines[0].level, LogLevel::info);
    EXPECT_EQ(read.lines[0].time, TaiTime{100});
    EXPECT_EQ(read.lines[0].incarnation, 7U);
    EXPECT_EQ(read.lines[0].number, 0U);
    EXPECT_EQ(read.lines[1].text, "");
    EXPECT_EQ(read.lines[1].level, LogLevel::error);
    EXPECT_EQ(read.lines[1].number, 1U);
    EXPECT_TRUE(reader.read(Unfinished::wait).lines.empty());
    EXPECT_EQ(to_string(LogLevel::warning), "warning");
}

TEST(LogRing, keeps_the_newest_lines_and_counts_the_others) {
    const auto ring = std::make_unique<LogRing>();
    LogWriter writer(ring.get(), 1);
    LogReader reader(ring.get());
    for (int n = 0; n < 1000; ++n) writer.write(LogLevel::debug, TaiTime{n}, std::to_string(n));
    auto read = reader.read(Unfinished::wait);
    EXPECT_EQ(read.lines.size(), log_records);
    EXPECT_EQ(read.lost, 1000 - log_records);
    EXPECT_EQ(read.lines.front().text, std::to_string(1000 - log_records));
    EXPECT_EQ(read.lines.back().text, "999");
    reader.seek_last(3);
    read = reader.read(Unfinished::wait);
    ASSERT_EQ(read.lines.size(), 3U);
    EXPECT_EQ(read.lost, 0U);
    EXPECT_EQ(read.lines.front().text, "997");
    reader.seek_last(100'000);
    EXPECT_EQ(reader.read(Unfinished::wait).lines.size(), log_records);
    reader.seek(998);
    EXPECT_EQ(reader.read(Unfinished::wait).lines.size(), 2U);
    reader.seek(5000);  // of another ring, perhaps
    EXPECT_EQ(reader.read(Unfinished::wait).lines.size(), 0U);
    EXPECT_EQ(reader.position(), 1000U);
}

TEST(LogRing, cuts_long_lines_between_characters_and_counts_them) {
    const auto ring = std::make_unique<LogRing>();
    LogWriter writer(ring.get(), 1);
    writer.write(LogLevel::info, {}, std::string(log_text_bytes, 'x'));
    EXPECT_EQ(ring->truncated, 0U);
    writer.write(LogLevel::info, {}, std::string(10'000, 'x'));
    writer.write(LogLevel::info, {}, std::string(log_text_bytes - 1, 'x') + "é");
    EXPECT_EQ(ring->truncated, 2U);
    const auto lines = LogReader(ring.get()).read(Unfinished::wait).lines;
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_FALSE(lines[0].truncated);
    EXPECT_EQ(lines[0].text.size(), log_text_bytes);
    EXPECT_TRUE(lines[1].truncated);
    EXPECT_EQ(lines[1].text, std::string(log_text_bytes, 'x'));
    EXPECT_TRUE(lines[2].truncated);
    EXPECT_EQ(lines[2].text, std::string(log_text_bytes - 1, 'x'));
}

TEST(LogRing, does_nothing_without_memory) {
    LogWriter().write(LogLevel::info, {}, "nowhere");
    LogReader reader;
    reader.seek_last(5);
    EXPECT_TRUE(reader.read(Unfinished::skip).lines.empty());
}

/// What a writer leaves that is killed after it claimed number 1, before or while it filled the record.
void leave_unfinished(LogRing& ring, bool filling) {
    LogWriter writer(&ring, 1);
    writer.write(LogLevel::info, {}, "before");
    ring.next.fetch_add(1);
    if (filling) {
        ring.records[1].stamp.store(2 * (1 + 1) + 1);
        ring.records[1].body[4].store(0x6161'6161);
    }
    LogWriter(&ring, 2).write(LogLevel::info, {}, "after");
}

TEST(LogRing, waits_for_a_living_writer_and_skips_a_dead_one) {
    for (const bool filling : {false, true}) {
        const auto ring = std::make_unique<LogRing>();
        leave_unfinished(*ring, filling);
        LogReader reader(ring.get());
        auto read = reader.read(Unfinished::wait);
        ASSERT_EQ(read.lines.size(), 1U);
        EXPECT_EQ(read.lines[0].text, "before");
        EXPECT_EQ(read.lost, 0U);
        EXPECT_TRUE(reader.read(Unfinished::wait).lines.empty());
        read = reader.read(Unfinished::skip);
        ASSERT_EQ(read.lines.size(), 1U);
        EXPECT_EQ(read.lines[0].text, "after");
        EXPECT_EQ(read.lines[0].incarnation, 2U);
        EXPECT_EQ(read.lost, 1U);
    }
}

TEST(LogRing, does_not_wait_for_ever_for_a_record_that_nobody_finishes) {
    const auto ring = std::make_unique<LogRing>();
    leave_unfinished(*ring, true);
    LogWriter writer(ring.get(), 2);
    for (std::size_t n = 0; n < log_records / 2; ++n) writer.write(LogLevel::info, {}, "more");
    LogReader reader(ring.get());
    const auto read = reader.read(Unfinished::wait);
    EXPECT_EQ(read.lost, 1U);
    EXPECT_EQ(read.lines.size(), log_records / 2 + 2);
}

TEST(LogRing, finds_two_writers_in_one_record_by_its_checksum) {
    const auto ring = std::make_unique<LogRing>();
    LogWriter writer(ring.get(), 1);
    writer.write(LogLevel::info, {}, "mine");
    ring->records[0].body[5].fetch_xor(1);  // a word of one who slept through a whole lap
    const auto read = LogReader(ring.get()).read(Unfinished::wait);
    EXPECT_TRUE(read.lines.empty());
    EXPECT_EQ(read.lost, 1U);
}

TEST(LogRing, reads_nothing_outside_of_it_whatever_it_holds) {
    const auto ring = std::make_unique<LogRing>();
    for (const std::uint64_t next :
         {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{300}}) {
        ring->next.store(next);
        for (auto& record : ring->records) {
            record.stamp.store(next);
            for (auto& word : record.body) word.store(~std::uint64_t{0});
        }
        LogReader reader(ring.get());
        EXPECT_LE(reader.read(Unfinished::skip).lines.size(), log_records);
        static_cast<void>(reader.read(Unfinished::wait));
    }
}

TEST(LogRing, takes_lines_of_many_threads_and_mixes_none) {
    const auto ring = std::make_unique<LogRing>();
    constexpr std::uint64_t threads = 4, lines_each = 50'000;
    std::atomic<std::uint64_t> running{threads};
    std::vector<std::thread> writers;
    for (std::uint64_t who = 0; who < threads; ++who) {
        writers.emplace_back([&, who] {
            LogWriter writer(ring.get(), who);
            for (std::uint64_t n = 0; n < lines_each; ++n)
                writer.write(LogLevel::info, {}, line_of(n, who));
            --running;
        });
    }
    LogReader reader(ring.get());
    std::uint64_t whole = 0, lost = 0;
    std::vector<std::uint64_t> next(threads, 0);
    const auto take = [&](Unfinished unfinished) {
        const auto read = reader.read(unfinished);
        lost += read.lost;
        for (const auto& line : read.lines) {
            const auto [who, number] = parse(line.text);
            EXPECT_EQ(who, line.incarnation);
            EXPECT_GE(number, next[who]) << "lines of one thread keep their order";
            next[who] = number + 1;
            ++whole;
        }
    };
    while (running != 0) take(Unfinished::wait);
    for (auto& writer : writers) writer.join();
    take(Unfinished::skip);
    EXPECT_EQ(whole + lost, threads * lines_each);
    EXPECT_GT(whole, 0U);
    EXPECT_EQ(ring->truncated, 0U);
}

TEST(LogRing, is_readable_after_its_writer_was_killed_at_any_moment) {
    auto segment = OwnedSegment::create({.purpose = "log",
                                         .payload_bytes = sizeof(LogRing),
                                         .layout_hash = hash,
                                         .kind = SegmentKind::control});
    ASSERT_TRUE(segment);
    const auto fd = segment->reopen_read_only();
    ASSERT_TRUE(fd);
    const auto mapped = MappedSegment::map(fd->get(), Access::read_only, hash);
    ASSERT_TRUE(mapped);
    const auto* ring = reinterpret_cast<const LogRing*>(mapped->payload());
    LogReader reader(ring);
    std::uint64_t accounted = 0, unfinished = 0;
    for (std::uint64_t incarnation = 1; incarnation <= 100; ++incarnation) {
        const std::uint64_t before = ring->next.load();
        const pid_t child = ::fork();
        if (child == 0) {
            LogWriter writer(reinterpret_cast<LogRing*>(segment->payload()), incarnation);
            for (std::uint64_t n = 0;; ++n)
                writer.write(LogLevel::info, {}, line_of(n, incarnation));
        }
        while (ring->next.load() < before + 100 + incarnation) ::sched_yield();
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto read = reader.read(Unfinished::skip);
        accounted += read.lines.size() + read.lost;
        ASSERT_EQ(accounted, ring->next.load());
        ASSERT_FALSE(read.lines.empty());
        for (const auto& line : read.lines) {
            EXPECT_EQ(parse(line.text).first, line.incarnation);
            EXPECT_EQ(line.incarnation, incarnation);
        }
        // At most the one record it was killed in is missing from the newest.
        EXPECT_GE(read.lines.size() + 1,
                  std::min<std::uint64_t>(log_records, ring->next.load() - before));
        if (read.lines.back().number + 1 != ring->next.load()) ++unfinished;
    }
    RecordProperty("killed_inside_of_a_record", std::to_string(unfinished));
}

}  // namespace
}  // namespace streamlib::ipc
