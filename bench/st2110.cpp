// SPDX-License-Identifier: Apache-2.0
// The suite `st2110`: ./dev bench st2110. What it measures and how to read it: bench/README.md.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/section.hpp"

namespace streamlib::bench {
namespace {

struct Named {
    const char* name;
    Section (*make)();
};
constexpr Named sections[] = {{"pgroup", pgroup_kernels}, {"udp", udp_rate}};

struct Arguments {
    std::string json, only;
    int rounds = 5;
};

Arguments read(int argc, char** argv) {
    Arguments arguments;
    if (argc % 2 == 0) throw std::invalid_argument("every argument has a value");
    for (int n = 1; n + 1 < argc; n += 2) {
        const std::string key = argv[n], value = argv[n + 1];
        if (key == "--json")
            arguments.json = value;
        else if (key == "--only")
            arguments.only = "," + value + ",";
        else if (key == "--rounds")
            arguments.rounds = std::max(1, std::atoi(value.c_str()));
        else
            throw std::invalid_argument("unknown argument " + key);
    }
    return arguments;
}

int run(const Arguments& arguments) {
    Results results;
    std::vector<Comparison> wanted;
    for (const Named& one : sections) {
        if (!arguments.only.empty() &&
            arguments.only.find("," + std::string(one.name) + ",") == std::string::npos)
            continue;
        const Section section = one.make();
        run_interleaved(section.trials, arguments.rounds, results);
        wanted.insert(wanted.end(), section.comparisons.begin(), section.comparisons.end());
    }
    const auto figures = judge(wanted, results);
    print_table(figures);
    for (const auto& [trial, why] : results.absent())
        std::printf("absent: %s: %s\n", trial.c_str(), why.c_str());
    for (const auto& [trial, why] : results.broken())
        std::printf("BROKEN: %s: %s\n", trial.c_str(), why.c_str());
    if (!arguments.json.empty()) write_json(figures, arguments.json);
    return all_hold(figures) && results.broken().empty() ? 0 : 1;
}

}  // namespace
}  // namespace streamlib::bench

int main(int argc, char** argv) {
    try {
        return streamlib::bench::run(streamlib::bench::read(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr,
                     "bench_st2110: %s\nusage: bench_st2110 [--json FILE] [--only pgroup,udp] "
                     "[--rounds 5]\n",
                     error.what());
        return 2;
    }
}
