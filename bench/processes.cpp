// SPDX-License-Identifier: Apache-2.0
#include "bench/processes.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace streamlib::bench {
namespace {

constexpr std::size_t most_numbers = 16;

/// What a measuring process leaves behind.
struct Found {
    std::uint32_t count;
    std::uint32_t absent;
    char text[256];
    struct {
        char name[24];
        double value;
    } numbers[most_numbers];
};

void put(Found& found, const Numbers& numbers) {
    for (const auto& [name, value] : numbers) {
        if (found.count == most_numbers) break;
        auto& place = found.numbers[found.count++];
        std::snprintf(place.name, sizeof place.name, "%s", name.c_str());
        place.value = value;
    }
}

bool ended_well(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

std::string reason_of(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        return signal == SIGALRM ? "took too long" : std::string("died of ") + ::strsignal(signal);
    }
    return "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

void pin_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof set, &set) != 0) {
        throw std::runtime_error("cannot pin to CPU " + std::to_string(cpu) +
                                 ": two CPUs are needed");
    }
}

SharedBytes::SharedBytes(std::size_t bytes)
    : data_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)),
      bytes_(bytes) {
    if (data_ == MAP_FAILED) throw std::runtime_error("no memory");
}

SharedBytes::~SharedBytes() { ::munmap(data_, bytes_); }

pid_t start_process(const std::function<void()>& body, unsigned seconds) {
    std::fflush(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid > 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::alarm(seconds);
    int status = 0;
    try {
        body();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "\nbench: %s\n", error.what());
        status = 1;
    }
    std::exit(
        status);  // not _exit: a peer's library takes leave of its daemon when static objects go
}

void finish_process(pid_t pid, const std::string& name) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended_well(status)) throw std::runtime_error(name + ": " + reason_of(status));
}

void kill_process(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

void finish_all(const std::vector<pid_t>& pids, const std::string& name) {
    std::vector<pid_t> alive = pids;
    std::string failed;
    while (!alive.empty()) {
        int status = 0;
        const pid_t gone = ::waitpid(-1, &status, 0);
        if (gone < 0 && errno == EINTR) continue;
        if (std::erase(alive, gone) == 0 || ended_well(status)) continue;
        if (failed.empty()) failed = reason_of(status);
        for (const pid_t pid : alive) ::kill(pid, SIGKILL);
    }
    if (!failed.empty()) throw std::runtime_error(name + ": " + failed);
}

Numbers measure_in_process(const std::function<Numbers()>& measure, int cpu, unsigned seconds) {
    const SharedBytes shared(sizeof(Found));
    Found& found = *shared.as<Found>();
    const pid_t pid = start_process(
        [&] {
            if (cpu >= 0) pin_to(cpu);
            try {
                put(found, measure());
            } catch (const Absent& absent) {
                found.absent = 1;
                std::snprintf(found.text, sizeof found.text, "%s", absent.what());
            } catch (const std::exception& error) {
                std::snprintf(found.text, sizeof found.text, "%s", error.what());
            }
        },
        seconds);
    finish_process(pid, "measuring process");
    if (found.absent != 0) throw Absent(found.text);
    if (found.text[0] != 0) throw std::runtime_error(found.text);
    Numbers numbers;
    for (std::uint32_t n = 0; n < found.count; ++n)
        numbers[found.numbers[n].name] = found.numbers[n].value;
    return numbers;
}

void StartLine::arrive_and_wait(std::uint32_t parties) noexcept {
    arrived_.fetch_add(1, std::memory_order_acq_rel);
    while (arrived_.load(std::memory_order_acquire) < parties) ::sched_yield();
}

std::string find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string file = folder + "/" + name;
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

std::string output_of(const std::vector<std::string>& command) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
    const pid_t pid = start_process([&] {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
        ::close(ends[0]);
        std::vector<char*> arguments;
        for (const std::string& word : command)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    });
    ::close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    finish_process(pid, command.front());
    return text;
}

}  // namespace streamlib::bench
