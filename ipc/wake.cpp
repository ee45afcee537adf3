// SPDX-License-Identifier: Apache-2.0
#include "ipc/wake.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <ctime>

#include "ipc/base/assert.hpp"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

namespace streamlib::ipc {
namespace {

timespec to_timespec(MonotonicTime t) noexcept {
    return {static_cast<time_t>(t.ns / 1'000'000'000), static_cast<long>(t.ns % 1'000'000'000)};
}

std::uint32_t load(const std::uint32_t* word) noexcept {
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

WaitStatus status_of(long result) noexcept {
    return result < 0 && errno == ETIMEDOUT ? WaitStatus::timed_out : WaitStatus::changed;
}

WaitStatus wait_one(const WaitWord& w, MonotonicTime deadline) noexcept {
    const timespec at = to_timespec(deadline);
    // BITSET and not WAIT: its timeout is absolute, so a late start of the call cannot stretch the sleep.
    return status_of(syscall(SYS_futex, w.word, FUTEX_WAIT_BITSET, w.expected,
                             deadline == never ? nullptr : &at, nullptr, FUTEX_BITSET_MATCH_ANY));
}

// The kernel's record, spelled here because Debian 12's headers know it but older cross headers may not.
struct KernelWaitWord {
    std::uint64_t value;
    std::uint64_t address;
    std::uint32_t flags;
    std::uint32_t reserved;
};
constexpr std::uint32_t futex_32_shared = 2;  // FUTEX_32 without FUTEX_PRIVATE_FLAG

/// Where futex_waitv is missing (emulators): sleep on the first word in slices short against any frame.
WaitStatus wait_in_slices(std::span<const WaitWord> words, MonotonicTime deadline) noexcept {
    for (const WaitWord& w : words)
        if (load(w.word) != w.expected) return WaitStatus::changed;
    const MonotonicTime slice = MonotonicTime::now() + 1'000'000;
    if (slice >= deadline) return wait_one(words.front(), deadline);
    (void)wait_one(words.front(), slice);
    return WaitStatus::changed;
}

}  // namespace

WaitStatus wait_any(std::span<const WaitWord> words, MonotonicTime deadline) noexcept {
    STREAMLIB_ASSERT(!words.empty() && words.size() <= max_wait_words,
                     "1 to 128 words to wait for");
    if (words.size() == 1) return wait_one(words.front(), deadline);
    std::array<KernelWaitWord, max_wait_words> list;  // NOLINT: filled below up to words.size()
    for (std::size_t i = 0; i < words.size(); ++i)
        list[i] = {words[i].expected, reinterpret_cast<std::uintptr_t>(words[i].word),
                   futex_32_shared, 0};
    const timespec at = to_timespec(deadline);
    const long result = syscall(SYS_futex_waitv, list.data(), words.size(), 0,
                                deadline == never ? nullptr : &at, CLOCK_MONOTONIC);
    if (result < 0 && errno == ENOSYS) return wait_in_slices(words, deadline);
    return status_of(result);
}

int futex_wake_all(const std::uint32_t* word) noexcept {
    const long woken = syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    return woken < 0 ? 0 : static_cast<int>(woken);
}

}  // namespace streamlib::ipc
