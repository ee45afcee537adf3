// SPDX-License-Identifier: Apache-2.0
/// @file
/// Who is told what when an actor ends: children, monitors, links.
///
/// Model     Pure. Numbers are actors'. A relation is the watcher's: it goes with the watcher's incarnation. A link is two of
///           them, one each way, and is over at the first end of either.
/// Rules     As OTP: a linked one's failure ends who does not trap exits; a normal end does nothing. Unlike OTP an ordered stop
///           counts as normal: a person who stops one actor does not mean others; `parent` is for that.
/// Cost      An end costs its watchers; a watcher's end whom it watched.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "ipc/watch_table.hpp"

namespace streamlib::supervision {

class WatchBook {
public:
    /// `relation`: one of ipc::WatchRelation. A link is entered for both.
    void add(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relation);
    void drop(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relation);
    [[nodiscard]] std::uint8_t relations(std::uint32_t watcher, std::uint32_t subject) const;

    /// Its process is gone, so nobody is to be told there. Links to it stand until its end is told (`on_end`).
    void forget_watcher(std::uint32_t watcher);
    /// Its name is nobody's any more.
    void forget_subject(std::uint32_t subject);

    struct Told {
        std::uint32_t watcher = 0;
        std::uint8_t relations = 0;  ///< As which it is told; 0: only ended.
        bool dies = false;           ///< Linked to it, and does not trap exits.
        friend bool operator==(const Told&, const Told&) = default;
    };
    /// Its end is to be told now. In order of the watchers' numbers.
    [[nodiscard]] std::vector<Told> on_end(std::uint32_t subject, bool failed,
                                           const std::function<bool(std::uint32_t)>& traps_exits);
    /// Who has it as a child.
    [[nodiscard]] std::vector<std::uint32_t> parents_of(std::uint32_t subject) const;

private:
    void erase(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relations);
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint8_t>> watches_;  ///< By watcher.
    std::map<std::uint32_t, std::set<std::uint32_t>> watchers_;               ///< By subject.
};

}  // namespace streamlib::supervision
