// SPDX-License-Identifier: Apache-2.0
/// @file
/// A program of somebody else's that is measured beside ours.
///
/// Threads   The bench's one thread. The program ends with the object.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace streamlib::bench {

class PeerProgram {
public:
    /// On one CPU, or wherever the kernel likes (-1). Its stdout goes to `output`, or nowhere.
    PeerProgram(std::vector<std::string> command, int cpu, int output = -1);
    PeerProgram(const PeerProgram&) = delete;
    PeerProgram& operator=(const PeerProgram&) = delete;
    ~PeerProgram();
    /// False once it has ended.
    [[nodiscard]] bool alive();
    /// User and system, of all its threads.
    [[nodiscard]] double cpu_seconds() const;

private:
    pid_t pid_ = 0;
};

/// At each space.
[[nodiscard]] std::vector<std::string> words(const std::string& text);
/// Its path. Throws Absent, with the packages that have it.
[[nodiscard]] std::string gst_launch();

}  // namespace streamlib::bench
