// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an actor is told of others: of its children, of whom it monitors, of whom it is linked to.
///
/// Model     Lifecycle is state, not messages: a place a watched subject, written by the launcher alone, so nothing can
///           overflow. What happens twice before the actor looks coalesces; counts and incarnations tell. A part of the
///           actor's page; `look` in its command word says that there is something new.
/// Orders    The launcher stores the record, then the place's `version` (release); the actor loads that (acquire), then the
///           record, which is then that old or newer, and stores what it has seen in `taken` (release): only then may the
///           place be given to another subject. So the word a subject is its version; a bitmap beside it would need a fence.
/// Crash     The actor may die at any point: the launcher clears the table before its next incarnation.
/// Cost      A look without news is one load; with news 1 KiB of versions and the records that changed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ipc/fixed_text.hpp"
#include "ipc/shared_words.hpp"

namespace streamlib::ipc {

/// Bits of WatchRecord::relations.
enum WatchRelation : std::uint8_t { watch_child = 1, watch_monitor = 2, watch_link = 4 };

struct WatchRecord {
    std::uint32_t serial = 0;  ///< Of the use of the place, from 1: another one is another subject.
    std::uint8_t relations = 0;   ///< Of the last death.
    std::uint8_t refused = 0;     ///< 1: it was never made, or not watched; `text` says why.
    std::uint8_t comes_back = 0;  ///< 1: another incarnation follows the last death.
    std::uint8_t over = 0;        ///< 1: nothing more will be told of it.
    std::uint64_t up = 0;         ///< The newest incarnation that became READY; 0: none.
    std::uint64_t deaths = 0;     ///< How many were told, with the last:
    std::uint64_t died = 0;       ///< Its incarnation; 0: there was none.
    std::uint32_t reason = 0;     ///< Of the runtime's DownReason.
    std::int32_t code = 0;        ///< Exit status, or signal.
    FixedText<64> name{};
    FixedText<168> text{};
};
static_assert(sizeof(WatchRecord) == 272);

struct alignas(4096) WatchTable {
    static constexpr std::uint32_t places = 128;
    SharedWord changes{0};  ///< Launcher: grows with every record.
    std::uint64_t reserved[7]{};
    SharedWord versions[places]{};  ///< Launcher.
    SharedWord taken[places]{};  ///< Actor (launcher where there is none): the version it has seen.
    GuardedRecord<WatchRecord> records[places]{};
};
static_assert(offsetof(WatchTable, versions) == 64 && offsetof(WatchTable, records) == 2112);
static_assert(sizeof(WatchTable) == 40960);

/// Launcher. The caller wakes the actor.
inline void tell_watch(WatchTable& table, std::uint32_t place, const WatchRecord& record) noexcept {
    table.records[place].store(record);
    const std::uint64_t version = table.versions[place].load(std::memory_order_relaxed) + 1;
    table.versions[place].store(version, std::memory_order_release);  // pairs with take_watches
    const std::uint64_t changes = table.changes.load(std::memory_order_relaxed) + 1;
    table.changes.store(changes, std::memory_order_release);  // pairs with take_watches
}

/// Launcher: the actor has seen what was told there last.
[[nodiscard]] inline bool watch_is_taken(const WatchTable& table, std::uint32_t place) noexcept {
    // acquire: pairs with take_watches
    return table.taken[place].load(std::memory_order_acquire) ==
           table.versions[place].load(std::memory_order_relaxed);
}

/// Launcher, while the actor has no process: nothing that was told stands.
inline void clear_watches(WatchTable& table) noexcept {
    if (table.changes.load(std::memory_order_relaxed) == 0) return;  // takes no memory then
    for (std::uint32_t place = 0; place < WatchTable::places; ++place)
        table.taken[place].store(table.versions[place].load(std::memory_order_relaxed),
                                 std::memory_order_relaxed);
}

/// Actor: gives `each` (place, record) what has changed. `seen` is the caller's, 0 at first. A record may be given twice.
template <class Each>
void take_watches(WatchTable& table, std::uint64_t& seen, Each&& each) {
    const std::uint64_t changes = table.changes.load(std::memory_order_acquire);
    if (changes == seen) return;
    seen = changes;
    for (std::uint32_t place = 0; place < WatchTable::places; ++place) {
        const std::uint64_t version = table.versions[place].load(std::memory_order_acquire);
        if (version == table.taken[place].load(std::memory_order_relaxed)) continue;
        const auto record = table.records[place].load();
        if (!record) {
            seen = 0;  // it is being written at this moment: look again
            continue;
        }
        table.taken[place].store(version, std::memory_order_release);  // pairs with watch_is_taken
        each(place, *record);
    }
}

}  // namespace streamlib::ipc
