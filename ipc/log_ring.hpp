// SPDX-License-Identifier: Apache-2.0
/// @file
/// The last lines an actor logged, readable after it was killed.
///
/// Model     255 records of 256 bytes, overwritten in a circle. A writer claims a number with one fetch_add and fills the
///           record of that number; a reader copies records out and drops those that are torn or overwritten, counting them.
/// Threads   LogWriter: any number of threads of the actor. LogReader: one thread an object, any process, read-only memory.
/// Crash     A record whose writer was killed in the middle is recognised (odd stamp, or checksum) and skipped; the next
///           incarnation goes on with the next number.
/// Cost      write: ≈ 100 ns, no lock, no system call, no allocation; never blocks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/time.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;  ///< "debug", "info", …

inline constexpr std::size_t log_records = 255;
inline constexpr std::size_t log_text_bytes = 216;  ///< Longer lines are cut there.

/// A record: `stamp`, then these words.
struct LogRecordBody {
    std::uint64_t checksum = 0;  ///< Over number and all below: finds two writers in one record.
    std::int64_t time_ns = 0;    ///< TAI.
    std::uint64_t incarnation = 0;
    std::uint16_t text_bytes = 0;
    LogLevel level{};
    std::uint8_t truncated = 0;
    std::uint32_t reserved = 0;
    char text[log_text_bytes]{};
};
static_assert(sizeof(LogRecordBody) == 248);

struct alignas(64) LogRecord {
    /// 2·(number + 1), plus 1 while it is being written; 0: never written. Writers store, readers load.
    SharedWord stamp{0};
    SharedWord body[sizeof(LogRecordBody) / 8]{};
};
static_assert(sizeof(LogRecord) == 256);

struct alignas(64) LogRing {
    SharedWord next{0};       ///< Number of the next record: lines ever claimed. Writers fetch_add.
    SharedWord truncated{0};  ///< Lines that were cut. Writers fetch_add.
    std::uint64_t reserved[30]{};
    LogRecord records[log_records];
};
static_assert(sizeof(LogRing) == 65536);

/// The actor's end.
class LogWriter {
public:
    LogWriter() = default;
    LogWriter(LogRing* ring, std::uint64_t incarnation) noexcept
        : ring_(ring), incarnation_(incarnation) {}
    /// Without a ring: does nothing. A text is one line; line breaks are kept, readers print them escaped.
    void write(LogLevel level, TaiTime time, std::string_view text) noexcept;

private:
    LogRing* ring_ = nullptr;
    std::uint64_t incarnation_ = 0;
};

struct LogLine {
    std::uint64_t number = 0;  ///< From 0, over all incarnations.
    TaiTime time{};
    LogLevel level{};
    bool truncated = false;
    std::uint64_t incarnation = 0;
    std::string text;
};

/// What to do at a record that is claimed but not finished.
enum class Unfinished : std::uint8_t {
    wait,  ///< Stop before it: its writer lives and is about to finish it.
    skip,  ///< Its writer is dead (or stuck): leave it out and count it.
};

class LogReader {
public:
    LogReader() = default;
    /// Starts with the oldest line that is left.
    explicit LogReader(const LogRing* ring) noexcept : ring_(ring) {}

    struct Lines {
        std::vector<LogLine> lines;
        std::uint64_t lost = 0;  ///< Overwritten unread, or torn, since the last call.
    };
    /// All lines since the last call, at most log_records.
    [[nodiscard]] Lines read(Unfinished unfinished);

    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    void seek(std::uint64_t number) noexcept { position_ = number; }
    /// Skips all but the newest `lines` lines.
    void seek_last(std::uint64_t lines) noexcept;

private:
    const LogRing* ring_ = nullptr;
    std::uint64_t position_ = 0;
};

}  // namespace streamlib::ipc
