// SPDX-License-Identifier: Apache-2.0
#include "bench/trial.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace streamlib::bench {
namespace {

/// Takes each run as it ends; the table is printed once all figures are known.
class Collecting final : public benchmark::BenchmarkReporter {
public:
    Collecting(Results& results, std::size_t count) : results_(results), count_(count) {}
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            ++done_;
            const std::string name = run.run_name.function_name;
            std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", done_, count_, name.c_str());
            if (run.error_occurred) continue;  // noted by the trial itself
            Numbers numbers;
            for (const auto& [key, counter] : run.counters) numbers[key] = counter.value;
            results_.add(name, numbers);
        }
        if (done_ == count_) std::fprintf(stderr, "\r\033[K");
        std::fflush(stderr);
    }

private:
    Results& results_;
    std::size_t count_, done_ = 0;
};

void measure_once(const Trial& trial, Results& results, benchmark::State& state) {
    for (auto _ : state) {
        try {
            for (const auto& [key, value] : trial.measure()) state.counters[key] = value;
            state.SetIterationTime(1e-9);  // what counts stands in the counters
        } catch (const Absent& absent) {
            results.add_absent(trial.name, absent.what());
            state.SkipWithError(absent.what());
            break;
        } catch (const std::exception& error) {
            results.add_broken(trial.name, error.what());
            state.SkipWithError(error.what());
            break;
        }
    }
}

}  // namespace

void Results::add(const std::string& trial, const Numbers& numbers) {
    for (const auto& [key, value] : numbers) values_[trial][key].push_back(value);
}

bool Results::has(const std::string& trial) const {
    return values_.contains(trial) || absent_.contains(trial) || broken_.contains(trial);
}

std::optional<double> Results::median(const std::string& trial, const std::string& number) const {
    const auto found = values_.find(trial);
    if (found == values_.end()) return {};
    const auto values = found->second.find(number);
    if (values == found->second.end()) return {};
    std::vector<double> sorted = values->second;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::pair<double, double> Results::range(const std::string& trial,
                                         const std::string& number) const {
    const auto& values = values_.at(trial).at(number);
    const auto [least, largest] = std::minmax_element(values.begin(), values.end());
    return {*least, *largest};
}

void run_interleaved(const std::vector<Trial>& trials, int rounds, Results& results) {
    benchmark::ClearRegisteredBenchmarks();
    for (int round = 0; round < rounds; ++round) {
        for (const Trial& trial : trials) {
            benchmark::RegisterBenchmark(trial.name.c_str(),
                                         [&trial, &results](benchmark::State& state) {
                                             if (results.is_absent(trial.name))
                                                 return state.SkipWithError("absent");
                                             measure_once(trial, results, state);
                                         })
                ->Iterations(1)
                ->UseManualTime();
        }
    }
    Collecting reporter(results, trials.size() * static_cast<std::size_t>(rounds));
    benchmark::RunSpecifiedBenchmarks(&reporter);
}

Numbers summary_of(std::vector<double>& samples) {
    if (samples.empty()) throw std::runtime_error("nothing was measured");
    std::sort(samples.begin(), samples.end());
    const auto at = [&](std::size_t per_mille) {
        return samples[std::min(samples.size() - 1, samples.size() * per_mille / 1000)];
    };
    const double sum = std::accumulate(samples.begin(), samples.end(), 0.0);
    return {{"p50", at(500)},
            {"p99", at(990)},
            {"p99.9", at(999)},
            {"max", samples.back()},
            {"mean", sum / static_cast<double>(samples.size())}};
}

}  // namespace streamlib::bench
