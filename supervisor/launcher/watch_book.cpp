// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/watch_book.hpp"

namespace streamlib::supervision {

void WatchBook::add(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relation) {
    watches_[watcher][subject] |= relation;
    watchers_[subject].insert(watcher);
    if (relation != ipc::watch_link) return;
    watches_[subject][watcher] |= relation;
    watchers_[watcher].insert(subject);
}

void WatchBook::erase(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relations) {
    const auto all = watches_.find(watcher);
    if (all == watches_.end()) return;
    const auto one = all->second.find(subject);
    if (one == all->second.end()) return;
    one->second = static_cast<std::uint8_t>(one->second & ~relations);
    if (one->second != 0) return;
    all->second.erase(one);
    if (all->second.empty()) watches_.erase(all);
    const auto those = watchers_.find(subject);
    those->second.erase(watcher);
    if (those->second.empty()) watchers_.erase(those);
}

void WatchBook::drop(std::uint32_t watcher, std::uint32_t subject, std::uint8_t relation) {
    erase(watcher, subject, relation);
    if (relation == ipc::watch_link) erase(subject, watcher, relation);
}

std::uint8_t WatchBook::relations(std::uint32_t watcher, std::uint32_t subject) const {
    const auto all = watches_.find(watcher);
    if (all == watches_.end()) return 0;
    const auto one = all->second.find(subject);
    return one == all->second.end() ? std::uint8_t{0} : one->second;
}

void WatchBook::forget_watcher(std::uint32_t watcher) {
    const auto all = watches_.find(watcher);
    if (all == watches_.end()) return;
    const auto before = all->second;
    for (const auto& [subject, relations] : before) erase(watcher, subject, 0xFF);
}

void WatchBook::forget_subject(std::uint32_t subject) {
    const auto those = watchers_.find(subject);
    if (those == watchers_.end()) return;
    const auto before = those->second;
    for (const std::uint32_t watcher : before) erase(watcher, subject, 0xFF);
}

std::vector<WatchBook::Told> WatchBook::on_end(
    std::uint32_t subject, bool failed, const std::function<bool(std::uint32_t)>& traps_exits) {
    std::vector<Told> told;
    const auto those = watchers_.find(subject);
    if (those == watchers_.end()) return told;
    const auto before = those->second;
    for (const std::uint32_t watcher : before) {
        Told one{watcher, relations(watcher, subject), false};
        const bool linked = (one.relations & ipc::watch_link) != 0;
        if (linked && !traps_exits(watcher)) {
            one.dies = failed;
            one.relations = static_cast<std::uint8_t>(one.relations & ~ipc::watch_link);
        }
        if (linked) erase(watcher, subject, ipc::watch_link);
        if (one.dies || one.relations != 0) told.push_back(one);
    }
    return told;
}

std::vector<std::uint32_t> WatchBook::parents_of(std::uint32_t subject) const {
    std::vector<std::uint32_t> parents;
    const auto those = watchers_.find(subject);
    if (those == watchers_.end()) return parents;
    for (const std::uint32_t watcher : those->second)
        if ((relations(watcher, subject) & ipc::watch_child) != 0) parents.push_back(watcher);
    return parents;
}

}  // namespace streamlib::supervision
