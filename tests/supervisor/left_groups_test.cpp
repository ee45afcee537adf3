// SPDX-License-Identifier: Apache-2.0
// What a killed launcher leaves of cgroups is found and removed, and nothing else is; in a folder, and in a real one.
#include "supervisor/node/left_groups.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

using namespace streamlib::supervision;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

namespace fs = std::filesystem;

TEST(LeftGroups, are_of_every_node_that_their_name_may_mean) {
    EXPECT_THAT(nodes_of_group("streamlib-local-clip"), ElementsAre("local"));
    EXPECT_THAT(nodes_of_group("streamlib-a-b-c"), ElementsAre("a", "a-b"));
    EXPECT_THAT(nodes_of_group("streamlib-local"), IsEmpty());
    EXPECT_THAT(nodes_of_group("streamlib-local-"), IsEmpty());
    EXPECT_THAT(nodes_of_group("streamlib.service"), IsEmpty());
    EXPECT_THAT(nodes_of_group(""), IsEmpty());
}

TEST(LeftGroups, are_looked_for_where_cgroup2_is_mounted) {
    EXPECT_THAT(group_mounts("30 23 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                             "31 23 0:27 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 c rw\n"
                             "spoilt - cgroup2 \n"),
                ElementsAre("/sys/fs/cgroup/unified"));
    EXPECT_THAT(group_mounts(""), IsEmpty());
}

class LeftGroupsIn : public testing::Test {
protected:
    void SetUp() override {
        root_ = fs::temp_directory_path() / ("sl-left-groups-" + std::to_string(::getpid()));
        fs::create_directories(root_);
    }
    void TearDown() override { fs::remove_all(root_); }
    /// A group that is there for an hour.
    fs::path group(const std::string& name) {
        const fs::path path = root_ / name;
        fs::create_directories(path);
        const timespec then[2]{{::time(nullptr) - 3600, 0}, {::time(nullptr) - 3600, 0}};
        EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), then, 0), 0);
        return path;
    }
    std::vector<std::string> sweep() {
        std::vector<std::string> removed;
        remove_left_groups(
            root_, [](const std::string& node) { return node == "alive" || node == "a-b"; },
            [&](const std::string& path) { removed.push_back(path); });
        return removed;
    }
    fs::path root_;
};

TEST_F(LeftGroupsIn, a_tree_the_empty_ones_of_dead_nodes_go_and_all_others_stay) {
    const auto dead = group("streamlib-dead-clip"), deep = group("x.slice/y/streamlib-dead-out");
    group("streamlib-alive-clip");
    group("streamlib-a-b-c");  // of a, which is dead, or of a-b, which is not
    group("streamlib-dead");
    group("other-dead-clip");
    const auto used = group("streamlib-dead-used");
    std::ofstream(used / "something") << "as good as a process";
    fs::create_directory(root_ / "streamlib-dead-young");  // made just now
    fs::create_directory_symlink(dead, root_ / "streamlib-dead-link");
    std::ofstream(root_ / "streamlib-dead-file") << "no group";
    EXPECT_THAT(sweep(), UnorderedElementsAre(dead.string(), deep.string()));
    EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 9);
    EXPECT_THAT(sweep(), IsEmpty());
    remove_left_groups(
        root_ / "none", [](const std::string&) { return false; },
        [](const std::string& path) { ADD_FAILURE() << path; });
}

TEST(LeftGroupsOfTheKernel, that_have_nobody_in_them_can_be_removed) {
    std::ifstream file("/proc/self/mountinfo");
    const std::string mounts((std::istreambuf_iterator<char>(file)), {});
    const auto points = group_mounts(mounts);
    const std::string name = "sl-test-" + std::to_string(::getpid());
    const fs::path root = points.empty() ? fs::path() : fs::path(points.front()) / name;
    if (points.empty() || ::mkdir(root.c_str(), 0755) != 0)
        GTEST_SKIP() << "no cgroup v2 in which this user may make groups";
    const fs::path left = root / "streamlib-dead-clip";
    ASSERT_EQ(::mkdir(left.c_str(), 0755), 0);
    std::vector<std::string> removed;
    const auto sweep = [&] {
        remove_left_groups(
            root, [](const std::string&) { return false; },
            [&](const std::string& path) { removed.push_back(path); });
        return !removed.empty();
    };
    EXPECT_FALSE(sweep()) << "it is too young";
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!sweep() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_THAT(removed, ElementsAre(left.string()));
    ::rmdir(left.c_str());
    EXPECT_EQ(::rmdir(root.c_str()), 0);
}

}  // namespace
