// SPDX-License-Identifier: Apache-2.0
/// @file
/// One-way hops, each measured once by a call: ours, the limits, the peers. All return microseconds: p50, p99, p99.9,
/// max, mean. Peers throw Absent where they are not installed.
#pragma once

#include "bench/trial.hpp"

namespace streamlib::bench {

/// Payloads, bytes: a few words; 1080p 4:2:2 10 bit; 2160p.
inline constexpr std::size_t small_bytes = 64, hd_bytes = 5'184'000, uhd_bytes = 20'736'000;

enum class Reader { polling, asleep };

/// Claim, header, first and last 8 bytes, publish; the reader looks at the same.
[[nodiscard]] Numbers hop_of_ring(std::size_t bytes, Reader reader);

/// Flag, header, first and last 8 bytes over three slots, as ../shared/limits/hop_limit.cpp has it.
[[nodiscard]] Numbers hop_of_bare_atomics(std::size_t bytes);
/// A shared futex and nothing else, both asleep; the same file.
[[nodiscard]] Numbers hop_of_bare_futex();

/// Publish and take, payload loaned and not touched. Needs a Roudi.
[[nodiscard]] Numbers hop_of_iceoryx(std::size_t bytes, Reader reader);
/// message_queue, 64 B.
[[nodiscard]] Numbers hop_of_message_queue();
/// PAIR over ipc://, the bytes copied into a message.
[[nodiscard]] Numbers hop_of_zeromq(std::size_t bytes);
/// SOCK_STREAM, the bytes written and read.
[[nodiscard]] Numbers hop_of_unix_socket(std::size_t bytes);

/// iceoryx's daemon for as long as this lives: Debian's iox-roudi, two processes' worth of memory.
class Roudi {
public:
    Roudi() = default;
    Roudi(const Roudi&) = delete;
    Roudi& operator=(const Roudi&) = delete;
    ~Roudi();
    /// Starts it; returns once it serves. Why it cannot is what the iceoryx trials then say.
    void start();

private:
    int pid_ = 0;
};

}  // namespace streamlib::bench
