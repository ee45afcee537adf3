// SPDX-License-Identifier: Apache-2.0
/// @file
/// The keys of a graph file that are not properties, and what each may hold. One table serves TOML,
/// the one-line form, `--set` and C++, so that all four mean the same.
/// Errors    A key that the table has, with a value it cannot take: `Result` fails with the fix,
///           without place and key. A key that the table has not: `false`; the caller knows what
///           else it may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib {

/// A value as somebody wrote it.
struct WrittenValue {
    enum class Kind : std::uint8_t {
        word,  ///< From a command line: any type, by its text.
        text,  ///< A string in quotes.
        integer,
        real,
        boolean,
        list,  ///< Texts and numbers; `items` holds them, `text` is them joined with ",".
    };
    Kind kind = Kind::word;
    std::string text;
    std::vector<std::string> items{};
};

/// Gives `actor` the key; remembers where in `key_places`. False: no key of an actor, so perhaps a
/// property.
[[nodiscard]] Result<bool> set_actor_key(ActorDecl& actor, std::string_view key,
                                         const WrittenValue& value, const Place& place);
/// Also "decide.REASON".
[[nodiscard]] Result<bool> set_supervisor_key(SupervisorDecl& supervisor, std::string_view key,
                                              const WrittenValue& value, const Place& place);
/// Also "domains.NAME".
[[nodiscard]] Result<bool> set_clock_key(ClockDecl& clock, std::string_view key,
                                         const WrittenValue& value);
[[nodiscard]] Result<bool> set_node_key(NodeDecl& node, std::string_view key,
                                        const WrittenValue& value);

/// "tick", "input", "cascade", "automatic".
[[nodiscard]] std::string_view to_string(Trigger trigger) noexcept;

/// The names in those tables, for suggestions.
[[nodiscard]] const std::vector<std::string>& actor_keys();
[[nodiscard]] const std::vector<std::string>& supervisor_keys();
[[nodiscard]] const std::vector<std::string>& clock_keys();
[[nodiscard]] const std::vector<std::string>& node_keys();

}  // namespace streamlib
