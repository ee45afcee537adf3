// SPDX-License-Identifier: Apache-2.0
/// @file
/// A node under test: launcher_program with a graph, what it says line by line, and the processes it has.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace streamlib::test {

struct ProcessFacts {
    pid_t pid = 0, parent = 0, group = 0;
    char state = '?';  ///< As in /proc/PID/stat; 'Z' are not listed.
    std::string comm;
};

class NodeRun {
public:
    /// Starts it; a node name of its own is added.
    explicit NodeRun(std::vector<std::string> arguments);
    /// Kills what is left and removes the run directory.
    ~NodeRun();
    NodeRun(const NodeRun&) = delete;
    NodeRun& operator=(const NodeRun&) = delete;

    /// The first line from now on that begins so; empty when the output ends or it takes longer than a minute.
    std::string wait_for(const std::string& beginning);
    /// All lines so far that begin so.
    [[nodiscard]] std::vector<std::string> lines(const std::string& beginning) const;
    /// Reads to the end and returns the exit code; -signal where one ended it.
    int finish();
    void signal(int number) const;
    void kill_launcher();

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// The node's processes beside the launcher.
    [[nodiscard]] std::vector<ProcessFacts> processes() const;
    /// The one with that comm; pid 0: none.
    [[nodiscard]] ProcessFacts process(const std::string& comm) const;
    /// Waits until a process of that comm with another pid than `not_this` is there.
    [[nodiscard]] ProcessFacts wait_for_process(const std::string& comm, pid_t not_this = 0) const;
    /// Processes of that comm: an actor, and its standbys.
    [[nodiscard]] std::size_t count(const std::string& comm) const;
    /// The process of the actor that runs, by the last line that said so; 0: none did.
    [[nodiscard]] pid_t active(const std::string& actor) const;
    /// Waits until none is left; what is left after half a minute.
    [[nodiscard]] std::vector<ProcessFacts> wait_for_silence() const;

private:
    bool read_more();
    pid_t pid_ = 0;
    int output_ = -1;
    std::string name_, rest_;
    std::vector<std::string> lines_;
    std::size_t next_ = 0;
};

/// Looks every millisecond until it holds; false after half a minute.
template <class Condition>
bool eventually(const Condition& holds);

/// Names in /dev/shm that a launcher with that pid made.
[[nodiscard]] std::vector<std::string> shm_names_of(pid_t launcher);

void pause_ms(int milliseconds);

template <class Condition>
bool eventually(const Condition& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        pause_ms(1);
    }
    return true;
}

}  // namespace streamlib::test
