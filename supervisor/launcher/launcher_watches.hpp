// SPDX-License-Identifier: Apache-2.0
/// @file
/// The launcher's telling of ends: into the tables of those who are to know (ipc/watch_table.hpp).
///
/// Model     A part of the launcher. What has happened is noted at once and told between two rounds of its loop, when
///           what the dead had is free again. Who is told is decided in WatchBook.
/// Memory    A place of a table a watched subject, once there is something to tell; news that find none free wait.
/// Threads   The launcher's one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/watch_table.hpp"
#include "runtime/children.hpp"
#include "runtime/graph/exit_rules.hpp"
#include "supervisor/launcher/watch_book.hpp"

namespace streamlib::supervision {

class Launcher;
struct Child;

/// How an incarnation ended, in the words of those who are told.
[[nodiscard]] DownReason down_reason(const ExitReport& report, bool linked) noexcept;

class Watches {
public:
    explicit Watches(Launcher& node) : node_(node) {}

    /// The next incarnation is about to be made: nothing that the one before was told, or wanted, stands.
    void on_spawn(Child& child);
    void on_ready(std::uint32_t actor);
    /// Its process is gone: what it watched is nobody's.
    void on_gone(std::uint32_t actor) { book_.forget_watcher(actor); }
    /// Of the incarnation that has just ended, before the tree decides: then it may be another already.
    struct End {
        std::uint32_t actor = 0;
        std::uint64_t incarnation = 0;
        DownReason reason{};
        std::int32_t code = 0;
        bool failed = false, comes_back = false;
        std::string text;
    };
    [[nodiscard]] End end_of(std::uint32_t actor, const ExitReport& report) const;
    /// To be told once what it had is free; after the tree has decided.
    void on_end(End end);
    /// It stays down although it was to come back: said if it was told otherwise.
    void on_given_up(std::uint32_t actor);

    void add_child(std::uint32_t parent, std::uint32_t child) {
        book_.add(parent, child, ipc::watch_child);
    }
    /// `subject`: of that name; empty: there is none. `relation`: monitor or link.
    void watch(std::uint32_t watcher, std::optional<std::uint32_t> subject, const std::string& name,
               std::uint8_t relation);
    void unwatch(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relation) {
        book_.drop(watcher, subject, relation);
    }
    /// What it asked about that name is not done.
    void refuse(std::uint32_t watcher, const std::string& name, std::uint8_t relation,
                std::string_view why);

    /// Tells what can be told.
    void attend();

private:
    struct News {
        std::uint32_t watcher = 0;
        std::uint64_t incarnation = 0;  ///< Of the watcher.
        std::optional<std::uint32_t> subject{};
        ipc::WatchRecord said{};  ///< `up`, or a death.
    };
    struct Place {
        std::optional<std::uint32_t> subject{};
        ipc::WatchRecord record{};
    };
    void tell(const End& end);
    void tell_noproc(std::uint32_t watcher, std::optional<std::uint32_t> subject,
                     const std::string& name, std::uint8_t relation);
    void end_linked(std::uint32_t watcher, const std::string& name, const std::string& how);
    void send(const News& news);
    [[nodiscard]] bool write(const News& news);
    [[nodiscard]] Place* place_for(const News& news, ipc::WatchTable& table);

    Launcher& node_;
    WatchBook book_;
    std::deque<End> ends_;
    std::deque<News> waiting_;                            ///< For a free place.
    std::map<std::uint32_t, std::vector<Place>> places_;  ///< By watcher.
};

}  // namespace streamlib::supervision
