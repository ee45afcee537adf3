// SPDX-License-Identifier: Apache-2.0
// What a sender leaves for others, and the thread that writes it anew.
#include "actors/st2110/description_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "actors/st2110/finding_thread.hpp"

namespace streamlib::actors {
namespace {

using st2110::HeldType;
using st2110::SenderType;
using testing::HasSubstr;

class DescriptionFile : public testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    st2110::Media media(std::optional<SenderType> sender) {
        address_.destination = *st2110::parse_address("239.1.2.3");
        address_.source = *st2110::parse_address("10.0.0.7");
        const VideoFormat format = *parse_video_format("1080p50 YCbCr-4:2:2 10");
        const auto made = st2110::video_media(format, address_, {.sender = sender});
        EXPECT_TRUE(made) << made.error().text;
        return *made;
    }
    /// As one incarnation of the actor has it.
    st2110::DescriptionFile begun(std::optional<SenderType> sender) {
        st2110::DescriptionFile file;
        file.place(folder_, "out");
        const auto done = file.write(media(sender), address_);
        EXPECT_TRUE(done) << done.error().text;
        return file;
    }
    [[nodiscard]] std::string text() const {
        std::ifstream file(folder_ + "/sdp/out.sdp");
        std::stringstream all;
        all << file.rdbuf();
        return all.str();
    }
    /// Word 1: the session; 2: its version.
    [[nodiscard]] static std::uint64_t word_of(const std::string& text, int which) {
        std::istringstream words(text.substr(text.find("o=")));
        std::string word;
        for (int n = 0; n <= which; ++n) words >> word;
        return std::stoull(word);
    }
    std::string folder_ = testing::TempDir() + "sdp_file_" + std::to_string(::getpid());
    st2110::StreamAddress address_{};
};

TEST_F(DescriptionFile, is_written_anew_with_a_higher_version_of_the_same_session) {
    auto file = begun(SenderType::narrow);
    const std::string before = text();
    EXPECT_THAT(before, HasSubstr("TP=2110TPN; "));
    ASSERT_TRUE(file.write_anew(media(SenderType::wide), address_));
    EXPECT_THAT(text(), HasSubstr("TP=2110TPW; "));
    EXPECT_EQ(word_of(text(), 1), word_of(before, 1));
    EXPECT_GT(word_of(text(), 2), word_of(before, 2)) << "in the same millisecond, too";
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator(folder_ + "/sdp"))
        ++files;
    EXPECT_EQ(files, 1U) << "nothing half written is left";
}

TEST_F(DescriptionFile, of_another_incarnation_is_left_as_it_is) {
    auto old = begun(SenderType::narrow);
    auto successor = begun(SenderType::wide);
    const std::string successors = text();
    ASSERT_TRUE(old.write_anew(media(SenderType::narrow_linear), address_));
    EXPECT_EQ(text(), successors);
    old.withdraw();
    EXPECT_EQ(text(), successors);
    successor.withdraw();
    EXPECT_EQ(text(), "");
    successor.withdraw();  // twice is no harm
}

TEST_F(DescriptionFile, of_a_dead_one_is_replaced_whatever_it_says) {
    std::filesystem::create_directories(folder_ + "/sdp");
    std::ofstream(folder_ + "/sdp/out.sdp") << "v=0\r\no=- 1 99999999999999 IN IP4 10.0.0.7\r\n";
    auto file = begun(SenderType::wide);
    EXPECT_EQ(word_of(text(), 2), 100'000'000'000'000U) << "versions only grow";
    std::ofstream(folder_ + "/sdp/out.sdp") << "o=nonsense";
    file = begun(SenderType::wide);
    EXPECT_THAT(text(), HasSubstr("TP=2110TPW"));
}

TEST_F(DescriptionFile, that_cannot_be_written_is_an_error_that_names_it) {
    std::ofstream(folder_ + "/sdp") << "a file where the folder should be";
    st2110::DescriptionFile file;
    file.place(folder_, "out");
    const auto done = file.write(media(SenderType::wide), address_);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().text, HasSubstr(folder_ + "/sdp/"));
    st2110::DescriptionFile nowhere;
    nowhere.place("", "out");
    EXPECT_TRUE(nowhere.write(media(SenderType::wide), address_)) << "the harness has no folder";
    nowhere.withdraw();
}

TEST_F(DescriptionFile, tells_no_type_of_an_unpaced_stream) {
    static_cast<void>(begun(std::nullopt));
    EXPECT_THAT(text(), HasSubstr("a=fmtp:96 sampling=YCbCr-4:2:2"));
    EXPECT_EQ(text().find("TP="), std::string::npos) << text();
}

TEST(FindingThread, writes_all_that_was_left_in_order_before_it_ends) {
    std::vector<std::uint32_t> order;
    FindingThread thread;
    EXPECT_EQ(thread.take_line(), nullptr);
    const auto started = thread.start([&](const HeldType::Finding& finding) {
        order.push_back(finding.missed);
        if (finding.missed == 2) throw std::runtime_error("no room");
        return std::to_string(finding.missed);
    });
    ASSERT_TRUE(started) << started.error().text;
    for (std::uint32_t n = 1; n <= HeldType::most_findings + 1; ++n) thread.leave({.missed = n});
    thread.stop();
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3)) << "and never more than there can be";
    for (const char* line : {"1", "no room", "3"}) {
        const std::string* taken = thread.take_line();
        ASSERT_NE(taken, nullptr);
        EXPECT_EQ(*taken, line);
    }
    EXPECT_EQ(thread.take_line(), nullptr) << "once each";
}

TEST(FindingThread, is_asleep_until_there_is_something) {
    std::atomic<int> written{0};
    FindingThread thread;
    ASSERT_TRUE(thread.start([&](const HeldType::Finding&) {
        ++written;
        return std::string("found");
    }));
    thread.leave({});
    const MonotonicTime end = MonotonicTime::now() + 10'000'000'000;
    const std::string* line = nullptr;
    while ((line = thread.take_line()) == nullptr && MonotonicTime::now() < end) ::usleep(1000);
    ASSERT_NE(line, nullptr) << "woken by what was left, not by stop()";
    EXPECT_EQ(written.load(), 1);
}

}  // namespace
}  // namespace streamlib::actors
