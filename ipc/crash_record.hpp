// SPDX-License-Identifier: Apache-2.0
/// @file
/// The last thing a dying actor writes: of what it died, where, and what it was doing.
///
/// Model     One fixed record in the actor's page, of the last death that could be written down. SIGKILL leaves none: the
///           record is then an earlier incarnation's, which its `incarnation` tells.
/// Threads   One writer, the thread that dies (in a signal handler: atomics and memcpy only). Anybody may copy.
/// Crash     A guarded record: whole, or absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/actor_activity.hpp"
#include "ipc/fixed_text.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

enum class CrashCause : std::uint32_t {
    none = 0,
    signal = 1,  ///< SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT (a broken contract, std::terminate).
    exception = 2,  ///< It left one of the actor's functions.
    error = 3,      ///< The actor returned it from configure() or start().
};

inline constexpr std::size_t max_crash_frames = 32;
inline constexpr std::size_t max_crash_modules = 12;
inline constexpr std::uint8_t no_crash_module = 0xFF;

struct CrashModule {
    std::uint64_t base = 0;  ///< Where it was loaded: address - base is what addr2line wants.
    FixedText<56> name{};    ///< File name without its folder; long ones keep their end.
};

struct CrashRecord {
    CrashCause cause = CrashCause::none;
    std::int32_t signal = 0;
    std::int32_t code = 0;          ///< si_code; 0 or less: somebody sent the signal.
    std::uint32_t frame_count = 0;  ///< Innermost first.
    std::uint64_t address = 0;      ///< Of the fault (si_addr).
    std::uint64_t incarnation = 0;
    std::int64_t monotonic_ns = 0;
    std::uint64_t tick_index = 0, tick_seq = 0;  ///< Of the last process().
    std::uint64_t activity = 0;                  ///< actor_activity.hpp.
    std::int32_t pid = 0, thread = 0;            ///< Equal: the actor's own thread.
    FixedText<256> text{};  ///< Of the exception, the error, the broken contract.
    std::uint64_t frames[max_crash_frames]{};
    std::uint8_t module_of[max_crash_frames]{};  ///< Into `modules`, or no_crash_module.
    CrashModule modules[max_crash_modules]{};
};
static_assert(sizeof(CrashRecord) % 8 == 0 && sizeof(GuardedRecord<CrashRecord>) <= 4096);

/// The record as others want it.
struct CrashReport {
    struct Frame {
        std::uint64_t address = 0;
        std::string module;  ///< Empty: in none that is known.
        std::uint64_t offset = 0;
    };
    CrashCause cause = CrashCause::none;
    int signal = 0, code = 0;
    std::uint64_t address = 0, incarnation = 0, tick_index = 0, tick_seq = 0;
    MonotonicTime time{};
    Activity activity{};
    int pid = 0, thread = 0;
    std::string text;
    std::vector<Frame> frames;
};

/// None if nothing was ever written (or the writer was killed while it wrote). Safe with any bytes.
[[nodiscard]] std::optional<CrashReport> crash_report_of(const GuardedRecord<CrashRecord>& record);

/// "SIGSEGV at 0x10 in process(), tick 1234": one line.
[[nodiscard]] std::string headline(const CrashReport& report);
/// "  #0 streamlib+0x12a40": one line a frame.
[[nodiscard]] std::vector<std::string> backtrace_lines(const CrashReport& report);

}  // namespace streamlib::ipc
