// SPDX-License-Identifier: Apache-2.0
/// @file
/// What `streamlib run` says, as text. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ipc/base/time.hpp"
#include "supervisor/launcher/run_observer.hpp"

namespace streamlib::supervision {

/// "node studio: 4 actors in /tmp/streamlib-1000/studio"
[[nodiscard]] std::string planned_words(std::string_view node, std::string_view directory,
                                        std::size_t actors);
/// "  RUNNING  clip  MediaFile  pid 4711", two blanks deeper for each level of the tree.
[[nodiscard]] std::string actor_words(const ShownChild& child, const ActorEvent& event,
                                      bool colours);
/// "4 running  720 ticks  0 dropped  0 restarts"; what has stopped, failed or was missed is named, too.
[[nodiscard]] std::string status_words(const RunTotals& totals, bool colours);
/// The line of a terminal that is rewritten: how far it is (a bar where `run_for` says how long), then the status.
[[nodiscard]] std::string status_line(const RunTotals& totals, std::optional<Nanoseconds> run_for,
                                      std::size_t width, bool colours);
/// "[======>             ] 12.0s of 30.0s", `width` columns wide at most; too narrow: without the bar.
[[nodiscard]] std::string progress_words(Nanoseconds elapsed, Nanoseconds whole, std::size_t width);
/// "ended after 12.0s: 720 ticks, 0 dropped, …"
[[nodiscard]] std::string summary_words(const RunSummary& summary);
/// What of the totals is worth a line where lines stay: all that should not move.
[[nodiscard]] bool worth_a_line(const RunTotals& before, const RunTotals& now) noexcept;
/// A table: output, format, slots, readers, bytes; and the sum.
[[nodiscard]] std::string rings_words(std::span<const RingCost> rings, std::uint64_t total_bytes,
                                      bool colours);

}  // namespace streamlib::supervision
