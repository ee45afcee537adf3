// SPDX-License-Identifier: Apache-2.0
#include "bench/suite.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>

namespace streamlib::bench {
namespace {

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> names;
    std::istringstream text(list);
    for (std::string name; std::getline(text, name, ',');) names.push_back(name);
    return names;
}

std::vector<NamedSection> chosen(const std::vector<NamedSection>& sections,
                                 const std::vector<std::string>& names) {
    if (names.empty()) return sections;
    std::vector<NamedSection> some;
    for (const std::string& name : names) {
        const auto found = std::find_if(sections.begin(), sections.end(),
                                        [&](const auto& one) { return one.name == name; });
        if (found == sections.end())
            throw std::invalid_argument("--only: there is no section '" + name + "'");
        some.push_back(*found);
    }
    return some;
}

}  // namespace

Switches::Switches(int argc, char** argv, std::map<std::string, std::string> defaults)
    : all_(std::move(defaults)) {
    all_.try_emplace("--json", "");
    for (int n = 1; n < argc; n += 2) {
        const auto found = all_.find(argv[n]);
        if (found == all_.end())
            throw std::invalid_argument("unknown argument " + std::string(argv[n]));
        if (n + 1 == argc) throw std::invalid_argument(found->first + " needs a value");
        found->second = argv[n + 1];
    }
}

unsigned Switches::count(const std::string& name) const {
    const std::string& digits = text(name);
    unsigned value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || rest != end || value == 0)
        throw std::invalid_argument(name + " needs a number from 1 on, not '" + digits + "'");
    return value;
}

int report(const std::vector<Comparison>& wanted, const Results& results, const std::string& json,
           const std::function<void()>& notes) {
    const auto figures = judge(wanted, results);
    print_table(figures);
    if (notes) notes();
    for (const auto& [trial, why] : results.absent())
        std::printf("absent: %s: %s\n", trial.c_str(), why.c_str());
    for (const auto& [trial, why] : results.broken())
        std::printf("BROKEN: %s: %s\n", trial.c_str(), why.c_str());
    if (!json.empty()) write_json(figures, json);
    return all_hold(figures) && results.broken().empty() ? 0 : 1;
}

int run_sections(const std::vector<NamedSection>& sections, const Switches& switches) {
    Results results;
    std::vector<Comparison> wanted;
    for (const NamedSection& one : chosen(sections, split(switches.text("--only")))) {
        const Section section = one.make();
        const auto around = section.around();
        run_interleaved(section.trials, static_cast<int>(switches.count("--rounds")), results);
        wanted.insert(wanted.end(), section.comparisons.begin(), section.comparisons.end());
    }
    return report(wanted, results, switches.text("--json"));
}

int main_of(const char* name, const char* usage, const std::function<int()>& suite) {
    try {
        return suite();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\nusage: %s %s\n", name, error.what(), name, usage);
        return 2;
    }
}

}  // namespace streamlib::bench
