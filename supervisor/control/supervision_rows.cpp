// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/supervision_rows.hpp"

#include <map>
#include <set>

namespace streamlib::supervision {

namespace {

/// Walks the tree once; who was seen is not walked again, whatever parents say.
class TreeWalk {
public:
    TreeWalk(const std::vector<ActorRow>& actors, const std::vector<SupervisorRow>& supervisors)
        : actors_(actors), supervisors_(supervisors) {
        for (std::size_t n = 0; n < actors.size(); ++n) index_.emplace(actors[n].name, n);
        for (std::size_t n = 0; n < supervisors.size(); ++n) branches_[supervisors[n].name].row = n;
        for (std::size_t n = 0; n < actors.size(); ++n) place(n);
        for (const SupervisorRow& row : supervisors) {
            if (!row.parent.empty() && branches_.contains(row.parent))
                branches_[row.parent].below.push_back(row.name);
        }
    }

    std::vector<TreeRow> rows() {
        for (const std::size_t actor : top_) add(actor, 0);
        for (const auto& [name, branch] : branches_) {
            const bool top = !branch.row || supervisors_[*branch.row].parent.empty();
            if (top) add(name, 0);
        }
        for (const auto& [name, branch] : branches_) add(name, 0);  // A loop of parents has no top.
        for (std::size_t n = 0; n < actors_.size(); ++n) add(n, 0);
        return std::move(rows_);
    }

private:
    struct Branch {
        std::optional<std::size_t> row{};
        std::vector<std::size_t> actors{};
        std::vector<std::string_view> below{};
        bool seen = false;
    };

    void place(std::size_t n) {
        const ActorRow& actor = actors_[n];
        const auto parent = index_.find(actor.parent);
        const bool child =
            parent != index_.end() &&
            (actor.supervisor.empty() || actor.supervisor == actors_[parent->second].supervisor);
        if (child)
            children_[actor.parent].push_back(n);
        else if (!actor.supervisor.empty())
            branches_[actor.supervisor].actors.push_back(n);
        else
            top_.push_back(n);
    }

    void add(std::size_t actor, std::uint32_t depth) {
        if (!seen_.insert(actor).second) return;
        rows_.push_back({actors_[actor].name, depth, actor, std::nullopt});
        const auto found = children_.find(actors_[actor].name);
        if (found == children_.end()) return;
        for (const std::size_t child : found->second) add(child, depth + 1);
    }

    /// One that nobody hangs from, however deep, is not shown.
    [[nodiscard]] bool has_actors(const Branch& branch, std::size_t depth) const {
        if (!branch.actors.empty()) return true;
        if (depth > branches_.size()) return false;
        for (const std::string_view below : branch.below)
            if (has_actors(branches_.at(below), depth + 1)) return true;
        return false;
    }

    void add(std::string_view name, std::uint32_t depth) {
        Branch& branch = branches_.at(name);
        if (branch.seen || !has_actors(branch, 0)) return;
        branch.seen = true;
        rows_.push_back({std::string(name), depth, std::nullopt, branch.row});
        for (const std::size_t actor : branch.actors) add(actor, depth + 1);
        for (const std::string_view below : branch.below) add(below, depth + 1);
    }

    const std::vector<ActorRow>& actors_;
    const std::vector<SupervisorRow>& supervisors_;
    std::map<std::string_view, std::size_t> index_;
    std::map<std::string_view, std::vector<std::size_t>> children_;
    std::map<std::string_view, Branch> branches_;
    std::vector<std::size_t> top_;
    std::set<std::size_t> seen_;
    std::vector<TreeRow> rows_;
};

}  // namespace

std::vector<TreeRow> tree_rows(const std::vector<ActorRow>& actors,
                               const std::vector<SupervisorRow>& supervisors) {
    return TreeWalk(actors, supervisors).rows();
}

EventRow event_of(const LogRow& line) {
    EventRow event{line.number, line.time_ns, line.level, {}, {}, line.text};
    const std::size_t blank = line.text.find(' ');
    const std::size_t colon = line.text.find(": ", blank == std::string::npos ? 0 : blank);
    if (blank == std::string::npos || colon == std::string::npos) return event;
    event.kind = line.text.substr(0, blank);
    event.subject = line.text.substr(blank + 1, colon - blank - 1);
    event.text = line.text.substr(colon + 2);
    return event;
}

}  // namespace streamlib::supervision
