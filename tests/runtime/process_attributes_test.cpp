// SPDX-License-Identifier: Apache-2.0
// CPUs, realtime, nice and limits of a graph: their words, their findings, and where a limited process is put.
#include "runtime/process/process_attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/runtime/graph_fixtures.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CpuList, takes_numbers_and_ranges) {
    struct Row {
        const char* text;
        std::vector<std::uint32_t> cpus;
    };
    for (const Row& row : {Row{"0", {0}}, Row{"0-1,3", {0, 1, 3}}, Row{" 3 , 1-2 ", {1, 2, 3}},
                           Row{"2,2,1-3", {1, 2, 3}}, Row{"7-7", {7}}, Row{"1023", {1023}}}) {
        const auto cpus = parse_cpu_list(row.text);
        ASSERT_TRUE(cpus) << row.text << ": " << cpus.error().text;
        EXPECT_EQ(*cpus, row.cpus) << row.text;
    }
    for (const char* text : {"", " ", ",", "1,", ",1", "a", "1-", "-1", "3-1", "1024", "0-1024",
                             "99999999999999999999", "1 2", "0x1", "1-2-3", "1.5"})
        EXPECT_FALSE(parse_cpu_list(text)) << text;
}

TEST(Limits, takes_memory_and_cpu_each_once) {
    struct Row {
        const char* text;
        std::uint64_t memory;
        std::uint32_t cpu;
    };
    for (const Row& row :
         {Row{"memory=512M cpu=50%", 512ULL << 20, 50}, Row{"cpu=150%,memory=1G", 1ULL << 30, 150},
          Row{"memory=2048K", 2 << 20, 0}, Row{"memory=1048576", 1 << 20, 0},
          Row{" cpu=1% ", 0, 1}}) {
        ProcessWishes wishes;
        const auto set = parse_limits(row.text, wishes);
        ASSERT_TRUE(set) << row.text << ": " << set.error().text;
        EXPECT_EQ(wishes.memory_bytes, row.memory) << row.text;
        EXPECT_EQ(wishes.cpu_percent, row.cpu) << row.text;
    }
    for (const char* text :
         {"", " ", "memory", "memory=", "memory=512", "memory=1T", "memory=1MB", "memory=-1M",
          "memory=18014398509481985K", "memory=99999999999999999999", "cpu=50", "cpu=0%",
          "cpu=100001%", "cpu=1.5%", "cpu=5% cpu=5%", "memory=1M memory=1M", "io=5", "50%"}) {
        ProcessWishes wishes;
        EXPECT_FALSE(parse_limits(text, wishes)) << text;
    }
}

std::vector<std::string> findings_of(const std::string& keys, ProcessWishes* wishes = nullptr) {
    const auto read = read_graph_text("[actors.a]\nclass = \"TestPattern\"\n" + keys, "g.toml");
    std::vector<std::string> texts;
    for (const Finding& finding : read.findings) texts.push_back(to_string(finding));
    auto classes = known();
    classes.cpus = 4;
    const auto checked = check_graph(read.graph, classes);
    for (const Finding& finding : checked.findings) texts.push_back(to_string(finding));
    EXPECT_THAT(checked.notes, IsEmpty());
    if (wishes != nullptr) *wishes = checked.plan.actors.at(0).wishes;
    return texts;
}

TEST(ProcessKeys, reach_the_plan) {
    ProcessWishes wishes;
    EXPECT_THAT(findings_of("cpus = [3, \"0-1\"]\nrealtime = 50\nnice = -5\n"
                            "limits = [\"memory=512M\", \"cpu=50%\"]\n",
                            &wishes),
                IsEmpty());
    EXPECT_EQ(wishes, (ProcessWishes{{0, 1, 3}, 50, -5, 512ULL << 20, 50}));
    EXPECT_THAT(findings_of("", &wishes), IsEmpty());
    EXPECT_EQ(wishes, ProcessWishes{});
}

TEST(ProcessKeys, that_cannot_be_are_findings_with_their_place) {
    EXPECT_THAT(findings_of("cpus = \"2-4\"\n"),
                ElementsAre("g.toml:3: actors.a.cpus: there is no CPU 4; this machine has 0-3"));
    EXPECT_THAT(findings_of("\ncpus = \"two\"\n"),
                ElementsAre(HasSubstr("g.toml:4: actors.a.cpus: \"two\" is no list of CPUs")));
    EXPECT_THAT(findings_of("limits = \"memory=5\"\n"),
                ElementsAre(HasSubstr("g.toml:3: actors.a.limits: memory=\"5\" is not allowed")));
    EXPECT_THAT(findings_of("realtime = 100\n"), ElementsAre(HasSubstr("from 1 to 99")));
    EXPECT_THAT(findings_of("realtime = 0\n"), ElementsAre(HasSubstr("from 1 to 99")));
    EXPECT_THAT(findings_of("nice = 20\n"), ElementsAre(HasSubstr("from -20 to 19")));
}

TEST(GroupAbove, is_the_parent_of_the_own_group_where_cgroup2_is_mounted) {
    const std::string mounts =
        "22 28 0:20 / /proc rw,nosuid - proc proc rw\n"
        "31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const std::string hybrid =
        "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    EXPECT_EQ(group_above(mounts, "0::/studio.service/node\n"), "/sys/fs/cgroup/studio.service");
    EXPECT_EQ(group_above(mounts, "0::/studio.service\n"), "/sys/fs/cgroup");
    EXPECT_EQ(group_above(hybrid, "4:memory:/x/y\n0::/a/b/c\n"), "/sys/fs/cgroup/unified/a/b");
    EXPECT_EQ(group_above(mounts, "0::/\n"), "");
    EXPECT_EQ(group_above(mounts, "4:memory:/x\n"), "");
    EXPECT_EQ(group_above("", "0::/a/b\n"), "");
    const std::string container = "31 23 0:27 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    EXPECT_EQ(group_above(container, "0::/box/node\n"), "/sys/fs/cgroup");
    EXPECT_EQ(group_above(container, "0::/box\n"), "");
    EXPECT_EQ(group_above("x - cgroup2 \n31\n\n", "0::/a/b"), "");  // spoilt, and no harm done
}

/// A folder that stands in for a cgroup; files of the kernel's are made beforehand.
class FakeGroup : public testing::Test {
protected:
    FakeGroup()
        : above_(std::filesystem::temp_directory_path() /
                 ("sl-group-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(above_ / "a");
        for (const char* name : {"memory.max", "cpu.max", "cgroup.procs"})
            std::ofstream(above_ / "a" / name) << "";
    }
    ~FakeGroup() override { std::filesystem::remove_all(above_); }
    void controllers(const std::string& words) const {
        std::ofstream(above_ / "cgroup.subtree_control") << words << "\n";
    }
    [[nodiscard]] std::string content(const char* name) const {
        std::ifstream file(above_ / "a" / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::filesystem::path above_;
};

TEST_F(FakeGroup, gets_the_limits_and_the_process) {
    controllers("cpuset cpu memory pids");
    ASSERT_TRUE(limit_process(above_, "a", 4711, {.memory_bytes = 1 << 20, .cpu_percent = 150}));
    EXPECT_EQ(content("memory.max"), "1048576");
    EXPECT_EQ(content("cpu.max"), "150000 100000");
    EXPECT_EQ(content("cgroup.procs"), "4711");
}

TEST_F(FakeGroup, is_refused_where_a_controller_is_not_handed_down) {
    controllers("cpuset pids");
    const auto cpu = limit_process(above_, "a", 4711, {.cpu_percent = 50});
    ASSERT_FALSE(cpu);
    EXPECT_THAT(cpu.error().text, HasSubstr("no cpu in " + above_.string()));
    EXPECT_EQ(content("cgroup.procs"), "");
    EXPECT_FALSE(limit_process("", "a", 4711, {.cpu_percent = 50}));
    controllers("cpu");
    EXPECT_FALSE(limit_process(above_, "b/c", 4711, {.cpu_percent = 50}));
}

}  // namespace
}  // namespace streamlib::test
