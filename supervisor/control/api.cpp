// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/api.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <map>
#include <set>

#include "supervisor/launcher/exit_reason.hpp"

namespace streamlib::supervision {

namespace {

constexpr std::array<std::string_view, 7> state_words{
    "NONE", "STARTING", "RUNNING", "STOPPING", "RESTARTING", "STOPPED", "FAILED"};

/// Walks the tree once; an actor that was seen is not walked again, whatever its parents say.
class TreeWalk {
public:
    explicit TreeWalk(const std::vector<ActorRow>& actors) : actors_(actors) {
        std::set<std::string_view> names;
        for (const ActorRow& actor : actors) names.insert(actor.name);
        for (std::size_t n = 0; n < actors.size(); ++n) {
            const ActorRow& actor = actors[n];
            const bool child = !actor.parent.empty() && names.contains(actor.parent);
            (child ? children_[actor.parent] : supervised_[actor.supervisor]).push_back(n);
        }
    }

    std::vector<TreeRow> rows() {
        below(supervised_[""], 0);
        for (const auto& [supervisor, members] : supervised_) {
            if (supervisor.empty()) continue;
            rows_.push_back({std::string(supervisor), 0, std::nullopt});
            below(members, 1);
        }
        for (std::size_t n = 0; n < actors_.size(); ++n)
            add(n, 0);  // A loop of parents has no top.
        return std::move(rows_);
    }

private:
    void add(std::size_t index, std::uint32_t depth) {
        if (!seen_.insert(index).second) return;
        rows_.push_back({actors_[index].name, depth, index});
        if (const auto found = children_.find(actors_[index].name); found != children_.end()) {
            below(found->second, depth + 1);
        }
    }
    void below(const std::vector<std::size_t>& members, std::uint32_t depth) {
        for (const std::size_t member : members) add(member, depth);
    }

    const std::vector<ActorRow>& actors_;
    std::map<std::string_view, std::vector<std::size_t>> children_, supervised_;
    std::set<std::size_t> seen_;
    std::vector<TreeRow> rows_;
};

}  // namespace

std::string_view state_word(ipc::ActorState state) noexcept {
    const auto index = static_cast<std::size_t>(state);
    return index < state_words.size() ? state_words[index] : "?";
}

bool is_state_word(std::string_view word) noexcept {
    return std::find(state_words.begin() + 1, state_words.end(), word) != state_words.end();
}

std::string_view tier_word(ipc::SpawnTier tier) noexcept {
    switch (tier) {
        case ipc::SpawnTier::fork: return "fork";
        case ipc::SpawnTier::exec: return "exec";
        case ipc::SpawnTier::standby: return "standby";
    }
    return "?";
}

int signal_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) {
        return number >= 1 && number <= 64 ? number : 0;
    }
    std::string word(text);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (word.starts_with("SIG")) word.erase(0, 3);
    for (number = 1; number <= 64; ++number) {
        const char* name = ::sigabbrev_np(number);
        if (name != nullptr && word == name) return number;
    }
    return 0;
}

std::optional<std::string> exit_words(ipc::ExitKind kind, std::int32_t code,
                                      std::string_view text) {
    if (kind == ipc::ExitKind::none) return std::nullopt;
    std::string words = kind == ipc::ExitKind::refused ? "refused" : exit_text({kind, code}, {});
    if (words.empty()) words = "exit 0";
    if (text.starts_with(words)) return std::string(text);
    return text.empty() ? words : words.append(": ").append(text);
}

std::vector<TreeRow> tree_rows(const std::vector<ActorRow>& actors) {
    return TreeWalk(actors).rows();
}

std::string_view version() noexcept { return STREAMLIB_VERSION; }

}  // namespace streamlib::supervision
