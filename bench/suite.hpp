// SPDX-License-Identifier: Apache-2.0
/// @file
/// What every suite has in common: its switches, and the end of a run.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/figures.hpp"
#include "bench/section.hpp"
#include "bench/trial.hpp"

namespace streamlib::bench {

/// The command line of a suite, `--switch value` each.
class Switches {
public:
    /// `defaults` are the switches that there are. Throws std::invalid_argument for any other, and for one without a value.
    Switches(int argc, char** argv, std::map<std::string, std::string> defaults);
    [[nodiscard]] const std::string& text(const std::string& name) const { return all_.at(name); }
    /// A number, at least 1; throws std::invalid_argument where it is none.
    [[nodiscard]] unsigned count(const std::string& name) const;

private:
    std::map<std::string, std::string> all_;
};

/// The table, `notes` below it, then what was absent and what broke; the figures to `json` unless it is empty.
/// Returns what main() returns: 0 if all goals hold and nothing broke, else 1.
[[nodiscard]] int report(const std::vector<Comparison>& wanted, const Results& results,
                         const std::string& json, const std::function<void()>& notes = {});

/// Runs the sections that --only names (a,b; empty: all), --rounds each, and reports to --json. Throws std::invalid_argument
/// for a name that is none of them.
[[nodiscard]] int run_sections(const std::vector<NamedSection>& sections, const Switches& switches);

/// Runs `suite`; 2 and `usage` on stderr where it throws.
[[nodiscard]] int main_of(const char* name, const char* usage, const std::function<int()>& suite);

}  // namespace streamlib::bench
