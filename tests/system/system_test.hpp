// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the system tests share: the built program `streamlib` in a folder of its own, its nodes as a script sees
/// them, and `ffmpeg` and `ffprobe` as the peer.
///
/// Folder    Laid out like a checkout (`examples/`, `build/release/`), so that the commands in the examples' comments
///           work there word for word. Its `run/` is STREAMLIB_RUN_DIR. Gone with the test.
/// Leftovers Each node that a test started must be without a process and without a name in /dev/shm at the end; else
///           the test fails.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "supervisor/control/api.hpp"

namespace streamlib::test {

inline constexpr Nanoseconds second = 1'000'000'000;

struct Answer {
    int status = -1;  ///< Exit status; -signal where one ended it; -1000: it did not end in time.
    std::string out, error;
};

/// A program with its output in two files; killed with the object, and with the test.
class Program {
public:
    Program(const std::filesystem::path& folder, std::vector<std::string> words);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Waits for its end; on a timeout it is killed and the status is -1000.
    Answer wait(Nanoseconds timeout = 60 * second);
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] Answer so_far() const;

private:
    std::filesystem::path out_, error_;
    pid_t pid_ = 0, first_pid_ = 0;
};

class SystemTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    /// `streamlib WORDS`, to its end.
    Answer streamlib(std::vector<std::string> words, Nanoseconds timeout = 60 * second);
    /// `streamlib run WORDS --node NAME`, to its end.
    Answer run(std::vector<std::string> words, Nanoseconds timeout = 120 * second);
    /// The same, going on: `node_` is its name.
    std::unique_ptr<Program> start(std::vector<std::string> words);
    /// Any program in the folder; words[0] is its path.
    Answer call(std::vector<std::string> words, Nanoseconds timeout = 60 * second);

    // Of the node `node_`.
    std::vector<supervision::ActorRow> ps();
    supervision::ActorRow ps(const std::string& actor);
    void wait_for(const std::string& actor, const std::string& state);
    /// Until the actor has worked that many ticks; false after half a minute.
    bool wait_for_ticks(const std::string& actor, std::uint64_t ticks);

    /// One of the actor's counters; -1, and a failed test, where it counts no such thing.
    double counter(const std::string& actor, const std::string& name);

    std::string write(const std::string& name, const std::string& text);  ///< Its path.
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }

    std::filesystem::path folder_;
    std::string node_;

private:
    std::vector<pid_t> launchers_;
    std::vector<std::string> nodes_;
};

[[nodiscard]] std::string content(const std::filesystem::path& file);
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
[[nodiscard]] std::size_t count_of(const std::string& text, const std::string& part);
/// Pids with that node's name in their command line.
[[nodiscard]] std::vector<pid_t> processes_of(const std::string& node);
/// The number behind `"key":`, from the place of `"object":` on where one is named; -1: there is none.
[[nodiscard]] double json_number(const std::string& json, const std::string& key,
                                 const std::string& object = "");

/// The figures of the line that ends a run.
struct Totals {
    bool found = false;
    std::uint64_t ticks = 0, dropped = 0, published = 0, missed = 0, restarts = 0;
    std::uint64_t skipped = 0;  ///< Ticks that the clock did not make.
    /// Whatever made a frame late or kept it from coming.
    [[nodiscard]] std::uint64_t losses() const { return dropped + missed + skipped; }
};
[[nodiscard]] Totals totals_of(const std::string& out);

/// `ffmpeg ARGUMENTS` / `ffprobe ARGUMENTS`, quiet: its stdout. A failure is a failed test.
[[nodiscard]] std::string ffmpeg(const std::string& arguments);
[[nodiscard]] std::string ffprobe(const std::string& arguments);
/// Hashes of the pictures, decoded and through `filter` ("" none).
[[nodiscard]] std::vector<std::string> picture_hashes(const std::string& file,
                                                      const std::string& filter = "");
/// Times of the pictures in seconds, from the first one's.
[[nodiscard]] std::vector<double> picture_times(const std::string& file);

}  // namespace streamlib::test
