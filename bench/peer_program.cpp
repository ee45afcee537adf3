// SPDX-License-Identifier: Apache-2.0
#include "bench/peer_program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/processes.hpp"
#include "bench/rtp_node.hpp"

namespace streamlib::bench {

PeerProgram::PeerProgram(std::vector<std::string> command, int cpu, int output) {
    pid_ = start_process(
        [&] {
            if (cpu >= 0) pin_to(cpu);
            const int nowhere = ::open("/dev/null", O_RDWR);
            ::dup2(nowhere, STDIN_FILENO);
            ::dup2(output >= 0 ? output : nowhere, STDOUT_FILENO);
            ::dup2(nowhere, STDERR_FILENO);
            std::vector<char*> parts;
            for (std::string& word : command) parts.push_back(word.data());
            parts.push_back(nullptr);
            ::execvp(parts[0], parts.data());
        },
        300);
}

PeerProgram::~PeerProgram() {
    if (alive()) kill_process(pid_);
}

bool PeerProgram::alive() {
    if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
    return pid_ != 0;
}

double PeerProgram::cpu_seconds() const { return cpu_seconds_of(pid_); }

std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> all{""};
    for (const char c : text) {
        if (c == ' ')
            all.emplace_back();
        else
            all.back() += c;
    }
    return all;
}

std::string gst_launch() {
    const std::string program = find_program("gst-launch-1.0");
    if (program.empty())
        throw Absent(
            "gst-launch-1.0 is not installed (Debian packages gstreamer1.0-tools, "
            "gstreamer1.0-plugins-good)");
    return program;
}

}  // namespace streamlib::bench
