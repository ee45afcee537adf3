// SPDX-License-Identifier: Apache-2.0
/// @file
/// What happened to the node's children, kept where control and a later look can read it: `streamlib events`.
///
/// Model     A log ring of the launcher's own, one line an event: "KIND SUBJECT: TEXT". The oldest lines are overwritten.
/// Threads   Written by the launcher's one thread, read by anybody.
/// Cost      A line is about 100 ns; nothing waits for a reader.
#pragma once

#include <string>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/log_ring.hpp"
#include "ipc/segment.hpp"

namespace streamlib::supervision {

inline constexpr std::uint64_t event_book_layout_hash = 0x2026'11'22'0000'3001;

class EventBook {
public:
    EventBook() = default;
    [[nodiscard]] static Result<EventBook> create();

    /// Without a book: does nothing.
    void write(ipc::LogLevel level, const std::string& kind, const std::string& subject,
               const std::string& text) noexcept;
    [[nodiscard]] Result<UniqueFd> reopen_read_only() const { return segment_.reopen_read_only(); }

private:
    ipc::OwnedSegment segment_{};
    ipc::LogWriter writer_{};
};

}  // namespace streamlib::supervision
