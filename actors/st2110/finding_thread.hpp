// SPDX-License-Identifier: Apache-2.0
/// @file
/// Acts on what a sender finds out about itself, away from the thread that paces.
///
/// Model     The pacing thread leaves a finding: a copy, and one word. Asleep on that word, another thread (of ordinary
///           priority, whatever the sender's) writes the description and the line for the log, which the pacing thread takes
///           whenever it has time.
/// Threads   leave(), take_line(), stop(): the pacing thread. `write` runs in the other one, one call at a time.
/// Cost      leave(): a system call, at most HeldType::most_findings times in a life. take_line(): a load. [realtime]
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "actors/st2110/pacing/held_type.hpp"
#include "ipc/base/error.hpp"

namespace streamlib::actors {

class FindingThread {
public:
    /// Returns the line for the log.
    using Write = std::function<std::string(const st2110::HeldType::Finding&)>;

    FindingThread() = default;
    ~FindingThread() { stop(); }
    FindingThread(const FindingThread&) = delete;
    FindingThread& operator=(const FindingThread&) = delete;

    /// At most once.
    [[nodiscard]] Result<> start(Write write);
    void leave(const st2110::HeldType::Finding& finding) noexcept;
    /// The next line, once each; null: there is none (yet).
    [[nodiscard]] const std::string* take_line() noexcept;
    /// Waits until all that was left is written. Nothing may be left afterwards.
    void stop() noexcept;

private:
    static constexpr std::uint32_t over = 0x8000'0000;
    static constexpr std::size_t most = st2110::HeldType::most_findings;
    void run() noexcept;

    Write write_;
    // Each written once: a finding before `left_` counts it, a line before `written_` does.
    std::array<st2110::HeldType::Finding, most> findings_{};
    std::array<std::string, most> lines_{};
    std::atomic<std::uint32_t> left_{0};     ///< How many, and `over`.
    std::atomic<std::uint32_t> written_{0};  ///< How many lines.
    std::uint32_t taken_ = 0;
    std::thread thread_;
};

}  // namespace streamlib::actors
