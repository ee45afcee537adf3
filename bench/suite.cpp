// SPDX-License-Identifier: Apache-2.0
#include "bench/suite.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace streamlib::bench {

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

int main_of(const char* name, const char* usage, const std::function<int()>& suite) {
    try {
        return suite();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\nusage: %s %s\n", name, error.what(), name, usage);
        return 2;
    }
}

}  // namespace streamlib::bench
