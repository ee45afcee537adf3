// SPDX-License-Identifier: Apache-2.0
/// @file
/// The figures of a suite: a table for people, one JSON object a line for scripts (ARCHITECTURE section 10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/trial.hpp"

namespace streamlib::bench {

/// What a goal bounds from above, or (`ratio_at_least`) from below.
enum class Bound { none, ratio, ours, ratio_at_least };

/// What is to be reported: one number of one trial, beside one number of another.
struct Comparison {
    std::string figure;             ///< "hop polling 64 B p50"
    std::string unit;               ///< "us"
    std::string ours, ours_number;  ///< Trial and number.
    std::string beside;             ///< In words: "limit: flag, header, payload". Empty: nothing.
    std::string peer, peer_number;  ///< Trial and number.
    Bound bound = Bound::none;
    double goal = 0;
};

struct Figure {
    Comparison what;
    std::optional<double> ours, beside_value, ratio;
    bool absent = false;  ///< The peer is not installed here.
    bool holds = true;
    double least = 0, largest = 0;  ///< Of ours, over the rounds.
};

/// Judges what was measured. Comparisons whose own trial was not asked for are left out.
[[nodiscard]] std::vector<Figure> judge(const std::vector<Comparison>& wanted,
                                        const Results& results);

void print_table(const std::vector<Figure>& figures);
/// One object a line. Throws where the file cannot be written.
void write_json(const std::vector<Figure>& figures, const std::string& path);
[[nodiscard]] bool all_hold(const std::vector<Figure>& figures);

}  // namespace streamlib::bench
