// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bench/node.hpp"
#include "bench/processes.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t first_ticks = 10;  // not counted: pages are faulted in

/// Values as int64 nanoseconds, each file one actor's.
Numbers summary_of_files(const fs::path& folder, std::uint32_t files) {
    std::vector<double> late_us;
    std::uint32_t seen = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::int64_t ns = 0;
        ++seen;
        for (std::size_t n = 0; file.read(reinterpret_cast<char*>(&ns), sizeof ns); ++n) {
            if (n >= first_ticks) late_us.push_back(static_cast<double>(ns) / 1000);
        }
    }
    if (seen != files) throw std::runtime_error("not every actor wrote what it saw");
    return summary_of(late_us);
}

/// The node in a process of its own; it writes into `folder`.
void run_node(std::uint32_t actors, unsigned seconds, const fs::path& folder) {
    GraphSpec graph;
    for (std::uint32_t n = 0; n < actors; ++n) {
        ActorDecl declared;
        declared.name = "a" + std::to_string(n);
        declared.class_name = "BenchLateness";
        declared.properties["path"] = {(folder / declared.name).string(), {}};
        graph.actors.push_back(std::move(declared));
    }
    RunOptions options;
    options.node = "bench-" + std::to_string(::getpid());
    options.run_for = std::int64_t{seconds} * 1'000'000'000;
    if (streamlib::run(graph, options) != 0) throw std::runtime_error("the node failed");
}

/// cyclictest's histogram: "000012 000003\t000001 …", microseconds and a count a thread.
Numbers summary_of_histogram(const std::string& text) {
    std::vector<double> late_us;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() < '0' || line.front() > '9') continue;
        std::istringstream words(line);
        long us = 0, count = 0, all = 0;
        words >> us;
        while (words >> count) all += count;
        late_us.insert(late_us.end(), static_cast<std::size_t>(all), static_cast<double>(us));
    }
    return summary_of(late_us);
}

}  // namespace

Numbers lateness_of_ticks(std::uint32_t actors, unsigned seconds) {
    std::string name = (fs::temp_directory_path() / "streamlib-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    const fs::path folder = name;
    Numbers numbers;
    std::exception_ptr failed;
    try {
        finish_process(start_process([&] { run_node(actors, seconds, folder); }), "node");
        numbers = summary_of_files(folder, actors);
    } catch (...) {
        failed = std::current_exception();
    }
    fs::remove_all(folder);
    if (failed) std::rethrow_exception(failed);
    return numbers;
}

Numbers lateness_of_cyclictest(std::uint32_t threads, unsigned seconds) {
    const std::string program = find_program("cyclictest");
    if (program.empty()) throw Absent("cyclictest is not installed (Debian package rt-tests)");
    return summary_of_histogram(
        output_of({program, "--default-system", "--quiet", "--histogram=100000", "--interval=16667",
                   "--distance=0", "--aligned=0", "--loops=" + std::to_string(seconds * 60),
                   "--threads=" + std::to_string(threads)}));
}

}  // namespace streamlib::bench
