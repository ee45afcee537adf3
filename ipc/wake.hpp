// SPDX-License-Identifier: Apache-2.0
/// @file
/// Sleeping until a shared word changes, and waking who sleeps: thin over the kernel's shared futexes.
///
/// Model     A word in shared memory changes and its writer wakes. `std::atomic::wait` is never used: libstdc++ waits on
///           process-private futexes, which another process cannot wake.
/// Threads   Any. Nothing is owned: a killed sleeper leaves nothing behind.
/// Cost      A wait is one system call, and none when a word already differs. FUTEX_WAIT works on read-only mappings.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "ipc/base/time.hpp"

namespace streamlib::ipc {

/// "Sleep while this word holds `expected`."
struct WaitWord {
    const std::uint32_t* word = nullptr;
    std::uint32_t expected = 0;
};

enum class WaitStatus : std::uint8_t {
    changed,    ///< A word differs, a wake-up came, or a signal: look again.
    timed_out,  ///< The deadline passed.
};

/// Most words one call may wait for (the kernel's FUTEX_WAITV_MAX).
inline constexpr std::size_t max_wait_words = 128;
/// A deadline that never comes.
inline constexpr MonotonicTime never{INT64_MAX};

/// Sleeps until one of `words` (1 … 128) no longer holds its expected value, somebody wakes it, or `deadline`.
/// May return `changed` early; callers loop. No allocation.
[[nodiscard]] WaitStatus wait_any(std::span<const WaitWord> words, MonotonicTime deadline) noexcept;

/// Wakes everybody who sleeps on the word, in all processes. Returns how many slept. One system call.
int futex_wake_all(const std::uint32_t* word) noexcept;

/// Tells the processor that this is a spin loop.
inline void spin_pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace streamlib::ipc
