// SPDX-License-Identifier: Apache-2.0
#include "tests/supervisor/node_run.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace streamlib::test {
namespace {

namespace fs = std::filesystem;

std::string next_name() {
    static int count = 0;
    return "n" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

bool facts_of(pid_t pid, ProcessFacts& facts) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string
        text;  // getline: a read from a process that has just gone is an error, and rdbuf() would throw it
    std::getline(file, text, '\0');
    const auto open = text.find('('), close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos) return false;
    facts.pid = pid;
    facts.comm = text.substr(open + 1, close - open - 1);
    std::istringstream(text.substr(close + 1)) >> facts.state >> facts.parent >> facts.group;
    return true;
}

bool has_argument(pid_t pid, const std::string& argument) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    for (std::string word; std::getline(file, word, '\0');) {
        if (word == argument) return true;
    }
    return false;
}

}  // namespace

void pause_ms(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

std::vector<std::string> shm_names_of(pid_t launcher) {
    std::vector<std::string> names;
    const std::string begin = "streamlib-" + std::to_string(launcher) + "-";
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
        if (entry.path().filename().string().starts_with(begin))
            names.push_back(entry.path().string());
    }
    return names;
}

NodeRun::NodeRun(std::vector<std::string> arguments) : name_(next_name()) {
    const std::string program = std::string(STREAMLIB_BINARY_DIR) + "/tests/launcher_program";
    arguments.insert(arguments.begin(), program);
    arguments.insert(arguments.end(), {"--node", name_});
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    argv.push_back(nullptr);
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::setpgid(0, 0);
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
}

NodeRun::~NodeRun() {
    kill_launcher();
    static_cast<void>(wait_for_silence());
    if (output_ >= 0) ::close(output_);
    if (const char* base = std::getenv("STREAMLIB_RUN_DIR")) {
        std::error_code ignored;
        fs::remove_all(std::string(base) + "/" + name_, ignored);
    }
}

bool NodeRun::read_more() {
    char part[4096];
    pollfd wanted{output_, POLLIN, 0};
    if (::poll(&wanted, 1, 60'000) != 1) return false;
    const ssize_t bytes = ::read(output_, part, sizeof part);
    if (bytes <= 0) return false;
    rest_.append(part, static_cast<std::size_t>(bytes));
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
        lines_.push_back(rest_.substr(0, end));
        rest_.erase(0, end + 1);
    }
    return true;
}

std::string NodeRun::wait_for(const std::string& beginning) {
    for (;;) {
        while (next_ < lines_.size()) {
            const std::string& line = lines_[next_++];
            if (line.starts_with(beginning)) return line;
        }
        if (!read_more()) return {};
    }
}

std::vector<std::string> NodeRun::lines(const std::string& beginning) const {
    std::vector<std::string> found;
    for (const std::string& line : lines_) {
        if (line.starts_with(beginning)) found.push_back(line);
    }
    return found;
}

int NodeRun::finish() {
    while (read_more()) {
    }
    int status = 0;
    if (pid_ == 0 || ::waitpid(pid_, &status, 0) != pid_) return -1000;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void NodeRun::signal(int number) const { ::kill(pid_, number); }

void NodeRun::kill_launcher() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

std::vector<ProcessFacts> NodeRun::processes() const {
    std::vector<ProcessFacts> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        ProcessFacts facts;
        if (pid <= 0 || pid == pid_ || !has_argument(pid, "--streamlib-node=" + name_)) continue;
        if (facts_of(pid, facts) && facts.state != 'Z') found.push_back(facts);
    }
    return found;
}

ProcessFacts NodeRun::process(const std::string& comm) const {
    for (const ProcessFacts& facts : processes()) {
        if (facts.comm == comm) return facts;
    }
    return {};
}

ProcessFacts NodeRun::wait_for_process(const std::string& comm, pid_t not_this) const {
    ProcessFacts found;
    static_cast<void>(eventually([&] {
        found = process(comm);
        return found.pid != 0 && found.pid != not_this;
    }));
    return found.pid == not_this ? ProcessFacts{} : found;
}

std::size_t NodeRun::count(const std::string& comm) const {
    const auto all = processes();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const ProcessFacts& facts) { return facts.comm == comm; }));
}

pid_t NodeRun::active(const std::string& actor) const {
    const std::string beginning = "actor " + actor + " running ";
    const auto said = lines(beginning);
    return said.empty() ? 0 : std::atoi(said.back().c_str() + beginning.size());
}

std::vector<ProcessFacts> NodeRun::wait_for_silence() const {
    std::vector<ProcessFacts> left;
    static_cast<void>(eventually([&] {
        left = processes();
        return left.empty();
    }));
    return left;
}

}  // namespace streamlib::test
