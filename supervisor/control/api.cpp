// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/api.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>

#include "supervisor/launcher/exit_reason.hpp"

namespace streamlib::supervision {

namespace {

constexpr std::array<std::string_view, 7> state_words{
    "NONE", "STARTING", "RUNNING", "STOPPING", "RESTARTING", "STOPPED", "FAILED"};

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

std::string_view version() noexcept { return STREAMLIB_VERSION; }

}  // namespace streamlib::supervision
