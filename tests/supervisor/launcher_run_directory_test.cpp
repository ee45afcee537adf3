// SPDX-License-Identifier: Apache-2.0
#include "supervisor/node/run_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace streamlib::supervision {
namespace {

TEST(RunDirectory, is_the_first_of_three_places) {
    EXPECT_EQ(run_directory_path({"/r", "/x", 7}, "local").value(), "/r/local");
    EXPECT_EQ(run_directory_path({"", "/x", 7}, "local").value(), "/x/streamlib/local");
    EXPECT_EQ(run_directory_path({"", "", 7}, "local").value(), "/tmp/streamlib-7/local");
}

TEST(RunDirectory, refuses_names_that_are_paths_and_paths_that_no_socket_can_have) {
    for (const char* name : {"", "..", "a/b", "a b", "ä"})
        EXPECT_FALSE(run_directory_path({"/r", "", 0}, name)) << name;
    EXPECT_FALSE(run_directory_path({"/r", "", 0}, std::string(64, 'a')));
    EXPECT_FALSE(run_directory_path({"/" + std::string(100, 'r'), "", 0}, "local"));
}

TEST(NodeLock, makes_a_private_directory_and_takes_it_away_again) {
    std::string directory;
    {
        const auto lock = NodeLock::acquire("made");
        ASSERT_TRUE(lock) << lock.error().text;
        directory = lock->directory();
        struct stat status {};
        ASSERT_EQ(::stat(directory.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0700U);
        EXPECT_TRUE(node_is_alive(directory));
    }
    EXPECT_FALSE(node_is_alive(directory));
    EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(NodeLock, is_held_by_one_at_a_time) {
    auto first = NodeLock::acquire("one");
    ASSERT_TRUE(first);
    const auto second = NodeLock::acquire("one");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::already_exists);
    EXPECT_NE(second.error().text.find("--node"), std::string::npos);
    *first = NodeLock{};
    EXPECT_TRUE(NodeLock::acquire("one"));
}

TEST(NodeLock, goes_with_its_holder_and_not_with_a_pid) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto lock = NodeLock::acquire("killed");
        const char done = lock ? '1' : '0';
        static_cast<void>(!::write(ends[1], &done, 1));
        for (;;) ::pause();
    }
    char done = 0;
    ASSERT_EQ(::read(ends[0], &done, 1), 1);
    EXPECT_EQ(done, '1');
    EXPECT_FALSE(NodeLock::acquire("killed"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(NodeLock::acquire("killed"));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(NodeLock, leaves_a_file_of_somebody_else_where_it_is) {
    std::string directory;
    {
        const auto lock = NodeLock::acquire("kept");
        ASSERT_TRUE(lock);
        directory = lock->directory();
        std::ofstream(directory + "/notes") << "mine";
    }
    EXPECT_TRUE(std::filesystem::exists(directory + "/notes"));
    EXPECT_FALSE(node_is_alive(directory));
    std::filesystem::remove_all(directory);
}

TEST(NodeLock, refuses_a_link_that_somebody_put_there) {
    const char* base = std::getenv("STREAMLIB_RUN_DIR");
    ASSERT_NE(base, nullptr);
    const std::string link = std::string(base) + "/link";
    std::filesystem::remove(link);
    std::filesystem::create_directory_symlink("/tmp", link);
    const auto lock = NodeLock::acquire("link");
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, Errc::no_permission);
    std::filesystem::remove(link);
}

}  // namespace
}  // namespace streamlib::supervision
