// SPDX-License-Identifier: Apache-2.0
// Processes that die on purpose, and what they leave behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <thread>

#include "ipc/base/assert.hpp"
#include "runtime/process/crash_handler.hpp"

namespace streamlib {
namespace {

using ipc::CrashCause;
using ipc::CrashReport;
using testing::HasSubstr;
using testing::StartsWith;

class Crash : public testing::Test {
protected:
    Crash()
        : page(new (mmap(nullptr, sizeof(ipc::ActorPage), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) ipc::ActorPage) {}
    ~Crash() override { munmap(static_cast<void*>(page), sizeof(ipc::ActorPage)); }

    /// Runs `what` in a child as an actor runs process(); returns its wait status.
    int child(const std::function<void()>& what) {
        const pid_t pid = fork();
        if (pid == 0) {
            const rlimit none{0, 0};
            setrlimit(RLIMIT_CORE, &none);
            std::freopen("/dev/null", "w", stderr);
            page->incarnation = 7;
            page->last_tick_index = 1234;
            page->last_tick_seq = 34;
            install_crash_handler(*page);
            const ipc::ActivityScope busy(&page->activity, ipc::ActorPhase::processing);
            what();
            _exit(0);
        }
        last_child = pid;
        int status = 0;
        EXPECT_EQ(waitpid(pid, &status, 0), pid);
        return status;
    }
    /// The report of a child that died of `signal`.
    CrashReport report_of(int signal, const std::function<void()>& what) {
        const int status = child(what);
        EXPECT_TRUE(WIFSIGNALED(status)) << status;
        EXPECT_EQ(WTERMSIG(status), signal) << "it dies of what it died of";
        const auto report = ipc::crash_report_of(page->crash);
        EXPECT_TRUE(report);
        if (!report) return {};
        EXPECT_EQ(report->cause, CrashCause::signal);
        EXPECT_EQ(report->signal, signal);
        EXPECT_EQ(report->incarnation, 7u);
        EXPECT_EQ(report->tick_index, 1234u);
        EXPECT_EQ(report->activity.phase, ipc::ActorPhase::processing);
        EXPECT_EQ(report->pid, last_child);
        return *report;
    }
    ipc::ActorPage* page;
    pid_t last_child = 0;
};

/// Not inlined: it has to be found in the backtrace.
[[gnu::noinline]] void write_to(volatile int* where) { *where = 1; }
volatile std::uintptr_t bad_address = 0x10;
volatile int zero = 0;
volatile int sink = 0;

[[gnu::noinline]] int overflow(int depth) {
    if (depth < zero) return 0;  // never
    volatile char room[4096];
    room[0] = static_cast<char>(depth);
    return overflow(depth + 1) + room[0];
}

TEST_F(Crash, tells_signal_address_and_where) {
    const auto report =
        report_of(SIGSEGV, [] { write_to(reinterpret_cast<volatile int*>(bad_address)); });
    EXPECT_EQ(report.address, 0x10u);
    EXPECT_GT(report.code, 0);
    EXPECT_EQ(report.thread, report.pid);
    ASSERT_GE(report.frames.size(), 3u);
    EXPECT_EQ(ipc::headline(report), "SIGSEGV at 0x10 in process(), tick 1234");
    // The innermost frame is the function that wrote, and its offset is what addr2line wants.
    EXPECT_EQ(report.frames[0].module, "crash_test");
    const auto here = reinterpret_cast<std::uint64_t>(&write_to);
    EXPECT_GE(report.frames[0].address, here);
    EXPECT_LT(report.frames[0].address, here + 256);  // a sanitizer makes it long
    EXPECT_LT(report.frames[0].offset, report.frames[0].address);
    EXPECT_THAT(ipc::backtrace_lines(report)[0], StartsWith("  #0 crash_test+0x"));
    EXPECT_THAT(report.frames.back().module, testing::Not(testing::IsEmpty()));
}

TEST_F(Crash, tells_an_abort_with_the_contract_that_was_broken) {
    const auto report = report_of(SIGABRT, [] { STREAMLIB_ASSERT(zero == 1, "zero is one here"); });
    EXPECT_THAT(report.text, HasSubstr("contract broken: zero is one here (zero == 1)"));
    EXPECT_GE(report.frames.size(), 3u);
    EXPECT_THAT(ipc::headline(report), StartsWith("SIGABRT in process(), tick 1234: "));
}

TEST_F(Crash, tells_what_escaped_where_nobody_catches) {
    const auto report = report_of(
        SIGABRT, [] { std::thread([] { throw std::runtime_error("no more film"); }).join(); });
    EXPECT_EQ(report.text, "uncaught exception: no more film");
    EXPECT_NE(report.thread, report.pid);
    EXPECT_THAT(ipc::headline(report), HasSubstr(", thread "));
}

#if defined(__x86_64__)
TEST_F(Crash, tells_a_division_by_zero) {
    const auto report = report_of(SIGFPE, [] {
        // Not in C++: a sanitizer would see it first.
        int quotient = 1000, rest = 0;
        asm volatile("idivl %2" : "+a"(quotient), "+d"(rest) : "r"(int{zero}));
    });
    EXPECT_NE(report.address, 0u);
}

TEST_F(Crash, stands_a_stack_that_cannot_be_unwound) {
    const auto report = report_of(SIGSEGV, [] {
        asm volatile("mov $0x5a5a5a5a5a5a5a5a, %%rbp\n\tmov $0x18, %%rsp\n\tpush %%rax\n\t" ::
                         : "memory");
    });
    EXPECT_EQ(report.signal, SIGSEGV);
}
#endif

TEST_F(Crash, tells_an_illegal_instruction_and_a_bus_error) {
    (void)report_of(SIGILL, [] { raise(SIGILL); });
    (void)report_of(SIGBUS, [] {
        // A file that was cut under its mapping.
        const int file = memfd_create("cut", 0);
        void* at = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        write_to(static_cast<volatile int*>(at));
    });
}

TEST_F(Crash, tells_an_overflow_of_the_stack) {
    const auto report = report_of(SIGSEGV, [] { sink = overflow(0); });
    EXPECT_EQ(report.frames.size(), ipc::max_crash_frames);
}

TEST_F(Crash, dies_of_a_signal_from_outside_and_says_so) {
    const auto report = report_of(SIGSEGV, [] {
        kill(getpid(), SIGSEGV);
        for (;;) pause();
    });
    EXPECT_LE(report.code, 0);
    EXPECT_THAT(ipc::headline(report), StartsWith("SIGSEGV sent from outside"));
}

TEST_F(Crash, writes_one_record_when_threads_crash_together) {
    for (int i = 0; i < 20; ++i) {
        const auto report = report_of(SIGSEGV, [] {
            const auto crash = [] { write_to(reinterpret_cast<volatile int*>(bad_address)); };
            std::thread one(crash), two(crash), three(crash);
            crash();
            one.join();
            two.join();
            three.join();
        });
        EXPECT_EQ(report.address, 0x10u);
    }
}

TEST_F(Crash, leaves_no_record_where_nothing_crashed_nor_after_sigkill) {
    EXPECT_EQ(child([] {}), 0);
    EXPECT_EQ(WTERMSIG(child([] { raise(SIGKILL); })), SIGKILL);
    EXPECT_FALSE(ipc::crash_report_of(page->crash));
}

TEST_F(Crash, tells_failures_that_are_no_signal_in_the_same_record) {
    EXPECT_EQ(child([this] {
                  record_failure(*page, CrashCause::exception, "exception in process(): thirteen");
              }),
              0);
    const auto report = ipc::crash_report_of(page->crash);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->cause, CrashCause::exception);
    EXPECT_EQ(ipc::headline(*report),
              "exception in process(), tick 1234: exception in process(): thirteen");
    EXPECT_TRUE(report->frames.empty());
}

TEST(CrashRecord, with_any_bytes_is_read_safely) {
    ipc::GuardedRecord<ipc::CrashRecord> record;
    ipc::CrashRecord wild;
    std::memset(static_cast<void*>(&wild), 0xEE, sizeof wild);
    record.store(wild);
    const auto report = ipc::crash_report_of(record);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->frames.size(), ipc::max_crash_frames);
    EXPECT_FALSE(ipc::headline(*report).empty());
    EXPECT_EQ(ipc::backtrace_lines(*report).size(), ipc::max_crash_frames);
}

}  // namespace
}  // namespace streamlib
