// SPDX-License-Identifier: Apache-2.0
/// @file
/// Measurements that run interleaved, with Google Benchmark underneath.
///
/// Model     A trial measures one thing once and returns named numbers. A section runs all its trials one after the
///           other, and that `rounds` times over: what is compared was measured within the same second or two.
/// Errors    A trial throws Absent where a peer is not installed; any other exception is a broken measurement.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace streamlib::bench {

/// What a trial found, by name: {"p50", 0.12}. The unit is the trial's own business.
using Numbers = std::map<std::string, double>;

/// The peer is not installed, or cannot run here; the text says which.
class Absent : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Trial {
    std::string name;
    std::function<Numbers()> measure;
};

/// Everything that was measured, by trial.
class Results {
public:
    void add(const std::string& trial, const Numbers& numbers);
    void add_absent(const std::string& trial, const std::string& why) { absent_[trial] = why; }
    void add_broken(const std::string& trial, const std::string& why) { broken_[trial] = why; }

    /// Median over the rounds of one number of a trial; nothing where it was not measured.
    [[nodiscard]] std::optional<double> median(const std::string& trial,
                                               const std::string& number) const;
    /// Least and largest of the rounds' values.
    [[nodiscard]] std::pair<double, double> range(const std::string& trial,
                                                  const std::string& number) const;
    /// Whether the trial was asked for at all.
    [[nodiscard]] bool has(const std::string& trial) const;
    [[nodiscard]] bool is_absent(const std::string& trial) const { return absent_.contains(trial); }
    [[nodiscard]] const std::map<std::string, std::string>& absent() const { return absent_; }
    [[nodiscard]] const std::map<std::string, std::string>& broken() const { return broken_; }

private:
    std::map<std::string, std::map<std::string, std::vector<double>>> values_;
    std::map<std::string, std::string> absent_, broken_;
};

/// Runs the trials interleaved, `rounds` times. Progress goes to stderr.
void run_interleaved(const std::vector<Trial>& trials, int rounds, Results& results);

/// Percentiles and mean of samples (sorted in place): p50, p99, p99.9, max, mean.
[[nodiscard]] Numbers summary_of(std::vector<double>& samples);

}  // namespace streamlib::bench
