// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/event_book.hpp"

#include <new>

#include "runtime/clock/software_clock.hpp"

namespace streamlib::supervision {

Result<EventBook> EventBook::create() {
    EventBook book;
    auto segment = ipc::OwnedSegment::create({.purpose = "events",
                                              .payload_bytes = sizeof(ipc::LogRing),
                                              .layout_hash = event_book_layout_hash,
                                              .kind = ipc::SegmentKind::control});
    if (!segment) return tl::unexpected(segment.error());
    book.segment_ = std::move(*segment);
    book.writer_ = ipc::LogWriter(new (book.segment_.payload()) ipc::LogRing, 1);
    return book;
}

void EventBook::write(ipc::LogLevel level, const std::string& kind, const std::string& subject,
                      const std::string& text) noexcept {
    const TaiTime now = system_tai().line.tai_at(MonotonicTime::now());
    writer_.write(level, now, kind + " " + subject + ": " + text);
}

}  // namespace streamlib::supervision
