// SPDX-License-Identifier: Apache-2.0
// What a graph asks of the kernel for an actor's process is there in /proc, or a warning says what it needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string status_of(pid_t pid, const std::string& field) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(field + ":"))
            return line.substr(line.find_first_not_of("\t ", field.size() + 1));
    return {};
}

/// Fields of /proc/PID/stat are counted from 1 as in proc(5).
long stat_of(pid_t pid, int field) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::istringstream rest(text.substr(text.rfind(')') + 2));
    std::string word;
    for (int n = 3; n <= field; ++n) rest >> word;
    return std::atol(word.c_str());
}

/// Whether a process of this user may do that; tried in a child, so that the test stays as it is.
template <class Attempt>
bool permitted(const Attempt& attempt) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(attempt() ? 0 : 1);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status == 0;
}

bool may_be_realtime(int priority) {
    return permitted([priority] {
        sched_param wanted{};
        wanted.sched_priority = priority;
        return ::sched_setscheduler(0, SCHED_FIFO, &wanted) == 0;
    });
}

std::string first_allowed_cpu() {
    cpu_set_t set;
    ::sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) return std::to_string(cpu);
    return "0";
}

TEST(ProcessAttributes, cpus_and_nice_are_in_proc_and_come_back_with_the_actor) {
    const std::string cpu = first_allowed_cpu();
    NodeRun run({"rate=100 Ticker cpus=" + cpu + " nice=7 restart=permanent >> Sink"});
    ASSERT_NE(run.wait_for("running"), "") << testing::PrintToString(run.lines(""));
    const pid_t ticker = run.process("ticker").pid, sink = run.process("sink").pid;
    EXPECT_EQ(status_of(ticker, "Cpus_allowed_list"), cpu);
    EXPECT_EQ(stat_of(ticker, 19), 7);
    EXPECT_EQ(stat_of(sink, 19), stat_of(run.pid(), 19));
    EXPECT_EQ(status_of(sink, "Cpus_allowed_list"), status_of(run.pid(), "Cpus_allowed_list"));
    ASSERT_EQ(::kill(ticker, SIGKILL), 0);
    ASSERT_NE(run.wait_for("event restarted ticker"), "");
    const pid_t again = run.wait_for_process("ticker", ticker).pid;
    EXPECT_EQ(status_of(again, "Cpus_allowed_list"), cpu);
    EXPECT_EQ(stat_of(again, 19), 7);
    EXPECT_THAT(run.lines("event warning"), IsEmpty());
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST(ProcessAttributes, realtime_is_granted_or_one_warning_says_what_it_needs) {
    NodeRun run({"rate=100 Ticker realtime=20 start=exec >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    const pid_t ticker = run.process("ticker").pid;
    if (may_be_realtime(20)) {
        EXPECT_EQ(stat_of(ticker, 41), SCHED_FIFO);
        EXPECT_EQ(stat_of(ticker, 40), 20);
        EXPECT_THAT(run.lines("event warning ticker realtime"), IsEmpty());
    } else {
        EXPECT_EQ(stat_of(ticker, 41), SCHED_OTHER);
        EXPECT_THAT(
            run.lines("event warning ticker realtime"),
            ElementsAre(AllOf(HasSubstr("realtime = 20 needs CAP_SYS_NICE or RLIMIT_RTPRIO of 20"),
                              HasSubstr("it runs without"))));
    }
    if (permitted([] { return ::mlockall(MCL_CURRENT | MCL_ONFAULT) == 0; })) {
        EXPECT_NE(status_of(ticker, "VmLck"), "0 kB");
    } else {
        EXPECT_THAT(run.lines("event warning ticker locking memory"), testing::SizeIs(1));
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

TEST(ProcessAttributes, a_nice_that_is_not_permitted_is_a_warning) {
    const bool may = permitted([] { return ::setpriority(PRIO_PROCESS, 0, -3) == 0; });
    NodeRun run({"rate=100 Ticker nice=-3 >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    if (may) {
        EXPECT_EQ(stat_of(run.process("ticker").pid, 19), -3);
    } else {
        EXPECT_THAT(run.lines("event warning"),
                    ElementsAre(HasSubstr("nice = -3 needs CAP_SYS_NICE or RLIMIT_NICE of 23")));
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

/// The path below the mount of a cgroup v2, as "0::PATH" has it.
std::string group_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::")) return line.substr(3);
    return {};
}

TEST(ProcessAttributes, limits_are_a_group_of_its_own_or_a_warning) {
    NodeRun run({"rate=100 Ticker limits=\"memory=256M cpu=90%\" >> Sink"});
    ASSERT_NE(run.wait_for("running"), "");
    const auto warnings = run.lines("event warning ticker limits");
    const std::string own = group_of(run.pid()), ticker = group_of(run.process("ticker").pid);
    if (ticker != own) {
        EXPECT_THAT(warnings, IsEmpty());
        EXPECT_TRUE(ticker.ends_with("/streamlib-" + run.name() + "-ticker")) << ticker;
    } else {
        EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("limits need a delegated cgroup v2"),
                                                HasSubstr("it runs without"))));
    }
    run.signal(SIGTERM);
    EXPECT_EQ(run.finish(), 0);
}

/// A subtree of a cgroup v2 as a service manager would delegate it, with this process in it.
class DelegatedGroup : public testing::Test {
protected:
    void SetUp() override {
        before_ = mount_of_groups() + group_of(::getpid());
        above_ = mount_of_groups() + "/sl-limits-" + std::to_string(::getpid());
        const bool made = !mount_of_groups().empty() && ::mkdir(above_.c_str(), 0755) == 0 &&
                          ::mkdir((above_ + "/node").c_str(), 0755) == 0;
        const std::string controllers = made ? content(above_ + "/cgroup.controllers") : "";
        if (controllers.find("memory") == std::string::npos ||
            controllers.find("cpu") == std::string::npos ||
            !write(above_ + "/node/cgroup.procs", std::to_string(::getpid())))
            GTEST_SKIP() << "no cgroup v2 here whose memory and cpu this user may hand out";
    }
    void TearDown() override {
        static_cast<void>(write(before_ + "/cgroup.procs", std::to_string(::getpid())));
        ::rmdir((above_ + "/node").c_str());
        ::rmdir(above_.c_str());
    }
    static std::string content(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static bool write(const std::string& path, const std::string& text) {
        return static_cast<bool>(std::ofstream(path) << text << std::flush);
    }
    /// The first, without the / at its end.
    static std::string mount_of_groups() {
        std::istringstream mounts(content("/proc/self/mounts"));
        for (std::string line; std::getline(mounts, line);) {
            std::istringstream words(line);
            std::string source, point, type;
            words >> source >> point >> type;
            if (type == "cgroup2") return point;
        }
        return {};
    }
    /// Of a file with lines "NAME NUMBER".
    static long number_in(const std::string& path, const std::string& name) {
        std::istringstream words(content(path));
        std::string word;
        for (long number = 0; words >> word >> number;)
            if (word == name) return number;
        return 0;
    }
    std::string before_, above_;
};

TEST_F(DelegatedGroup, holds_an_actor_to_its_cpu_and_memory_and_goes_with_it) {
    NodeRun run(
        {"Program name=spins command=\"sh -c 'while :; do :; done'\" limits=\"cpu=20%\"; "
         "Program name=eats command=\"sh -c 'tail /dev/zero; sleep 1000'\" "
         "limits=\"memory=64M\""});
    ASSERT_NE(run.wait_for("running"), "") << testing::PrintToString(run.lines(""));
    const std::string group = above_ + "/streamlib-" + run.name() + "-";
    EXPECT_EQ(content(group + "spins/cpu.max"), "20000 100000\n");
    EXPECT_EQ(content(group + "eats/memory.max"), "67108864\n");
    EXPECT_THAT(run.lines("event warning"), IsEmpty());
    EXPECT_TRUE(
        eventually([&] { return number_in(group + "spins/cpu.stat", "nr_throttled") > 2; }));
    // Who eats without end is killed; the actor beside it is not.
    EXPECT_TRUE(
        eventually([&] { return number_in(group + "eats/memory.events", "oom_kill") > 0; }));
    EXPECT_NE(run.process("spins").pid, 0);
    run.signal(SIGTERM);
    run.finish();
    EXPECT_NE(::access((group + "spins").c_str(), F_OK), 0);
    EXPECT_NE(::access((group + "eats").c_str(), F_OK), 0);
}

TEST(ProcessAttributes, that_cannot_be_are_findings) {
    NodeRun run({"Ticker cpus=1000 >> Sink limits=much"});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"),
                testing::UnorderedElementsAre(HasSubstr("no CPU 1000"), HasSubstr("much")));
}

}  // namespace
}  // namespace streamlib::test
