// SPDX-License-Identifier: Apache-2.0
/// @file
/// The steps of `check_graph`, in the order they run; private to it. Each reads the graph and fills
/// plan and findings.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/graph/check_graph.hpp"

namespace streamlib::checks {

struct Check {
    const GraphSpec& graph;
    const KnownClasses& classes;
    CheckedGraph& result;
    /// By name; the first of equals.
    std::unordered_map<std::string_view, std::uint32_t> actor_index{};
    std::vector<std::string> actor_names{};
    std::size_t long_suggestions = 0;
    /// By actor: a link at it failed, so missing links are no news.
    std::vector<bool> linked_wrongly{};

    /// Adds a finding; past 200 only that there are more.
    void found(const Place& place, std::string key, std::string text) const;
    /// `wording::suggestion`, but only so often: a hostile graph declares thousands of names and
    /// misspells each.
    [[nodiscard]] std::string suggestion(std::string_view word,
                                         const std::vector<std::string>& candidates);
    /// The place of a key of an actor, or of the actor where the key was not written.
    [[nodiscard]] static const Place& place_of(const ActorDecl& actor, std::string_view key);
    /// "actors.clip.path"; names that are none come quoted.
    [[nodiscard]] static std::string key_of(const ActorDecl& actor, std::string_view key = {});
};

/// Names, classes, properties, words of keys, tick domains, limits of the node.
void check_actors(Check& check);
/// Ports, kinds, two into one, required inputs; fills links and neighbours.
void check_links(Check& check);
/// Settles `automatic`; loops; order and sources.
void check_triggers(Check& check);
/// Parents.
void check_families(Check& check);
/// Supervisors, their words, who is below whom.
void check_supervision(Check& check);
/// What has no effect yet.
void note_carried(Check& check);

}  // namespace streamlib::checks
