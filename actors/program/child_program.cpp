// SPDX-License-Identifier: Apache-2.0
#include "actors/program/child_program.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

namespace streamlib::actors {
namespace {

struct Pipe {
    UniqueFd read, write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(Errc::io, "pipe2 for a program");
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// What stands ready before the fork: between fork and exec nothing is allocated.
struct Image {
    explicit Image(const ProgramCall& call) : words(call.words), directory(call.directory) {
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        for (char** held = environ; held != nullptr && *held != nullptr; ++held) {
            const std::string_view entry(*held);
            const auto name = entry.substr(0, entry.find('=') + 1);
            const bool replaced =
                std::any_of(call.additions.begin(), call.additions.end(),
                            [name](const std::string& added) { return added.starts_with(name); });
            if (!replaced) environment.emplace_back(entry);
        }
        environment.insert(environment.end(), call.additions.begin(), call.additions.end());
        for (std::string& entry : environment) envp.push_back(entry.data());
        envp.push_back(nullptr);
    }
    std::vector<std::string> words, environment;
    std::string directory;
    std::vector<char*> argv, envp;
};

/// Where it failed, for the parent.
struct Refusal {
    enum class Step : int { descriptors, directory, execute } step = Step::descriptors;
    int error = 0;
};

void default_signals() noexcept {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) ::sigaction(signal, &plain, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const Image& image, int out, int error, int refusals, pid_t parent,
                         bool own_group) noexcept {
    const auto refuse = [refusals](Refusal::Step step) {
        const Refusal refusal{step, errno};
        static_cast<void>(::write(refusals, &refusal, sizeof refusal));
        ::_exit(127);
    };
    if (own_group) ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || ::dup2(null, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 ||
        ::dup2(error, STDERR_FILENO) < 0 ||
        ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        refuse(Refusal::Step::descriptors);
    if (!image.directory.empty() && ::chdir(image.directory.c_str()) != 0)
        refuse(Refusal::Step::directory);
    default_signals();
    ::execvpe(image.argv[0], image.argv.data(), image.envp.data());
    refuse(Refusal::Step::execute);
    ::_exit(127);
}

Unexpected refused(const Refusal& refusal, const ProgramCall& call) {
    errno = refusal.error;
    const Errc code = refusal.error == ENOENT                             ? Errc::not_found
                      : refusal.error == EACCES || refusal.error == EPERM ? Errc::no_permission
                                                                          : Errc::io;
    switch (refusal.step) {
        case Refusal::Step::directory:
            return fail_errno(code, "directory \"" + call.directory + "\"");
        case Refusal::Step::execute:
            return fail_errno(code, "cannot run \"" + call.words[0] + "\"");
        case Refusal::Step::descriptors: break;
    }
    return fail_errno(code, "descriptors for \"" + call.words[0] + "\"");
}

}  // namespace

std::string to_string(const ProgramEnd& end) {
    if (!end.by_signal) return "exit status " + std::to_string(end.number);
    std::string text = "signal " + std::to_string(end.number);
    if (const char* name = ::sigabbrev_np(end.number)) text += std::string(" (SIG") + name + ")";
    return text;
}

Result<ChildProgram> ChildProgram::start(const ProgramCall& call) {
    auto out = make_pipe(), error = make_pipe(), refusals = make_pipe();
    for (const auto* made : {&out, &error, &refusals})
        if (!*made) return tl::unexpected(made->error());
    const Image image(call);
    ChildProgram child;
    child.own_group_ = ::getpgrp() != ::getpid();
    const pid_t self = ::getpid();
    child.pid_ = ::fork();
    if (child.pid_ == 0)
        become(image, out->write.get(), error->write.get(), refusals->write.get(), self,
               child.own_group_);
    if (child.pid_ < 0) {
        child.pid_ = 0;
        return fail_errno(Errc::io, "fork for \"" + call.words[0] + "\"");
    }
    refusals->write.reset();
    Refusal refusal;
    ssize_t told = 0;
    do {
        told = ::read(refusals->read.get(), &refusal, sizeof refusal);
    } while (told < 0 && errno == EINTR);
    if (told == static_cast<ssize_t>(sizeof refusal)) return refused(refusal, call);
    child.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
    if (!child.pidfd_) return fail_errno(Errc::io, "pidfd_open of a program");
    child.out_ = std::move(out->read);
    child.error_ = std::move(error->read);
    for (const int fd : {child.out_.get(), child.error_.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return child;
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      own_group_(other.own_group_),
      pidfd_(std::move(other.pidfd_)),
      out_(std::move(other.out_)),
      error_(std::move(other.error_)),
      end_(other.end_) {}

ChildProgram& ChildProgram::operator=(ChildProgram&& other) noexcept {
    if (this == &other) return *this;
    end_now();
    pid_ = std::exchange(other.pid_, 0);
    own_group_ = other.own_group_;
    pidfd_ = std::move(other.pidfd_);
    out_ = std::move(other.out_);
    error_ = std::move(other.error_);
    end_ = other.end_;
    return *this;
}

ChildProgram::~ChildProgram() { end_now(); }

void ChildProgram::end_now() noexcept {
    if (pid_ == 0) return;
    signal_group(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
}

std::string_view ChildProgram::read(Stream stream, std::span<char> room) noexcept {
    UniqueFd& from = stream == Stream::out ? out_ : error_;
    if (!from) return {};
    const ssize_t bytes = ::read(from.get(), room.data(), room.size());
    if (bytes > 0) return {room.data(), static_cast<std::size_t>(bytes)};
    if (bytes == 0) from.reset();
    return {};
}

std::optional<ProgramEnd> ChildProgram::ended() noexcept {
    if (pid_ == 0) return end_;
    siginfo_t how{};
    const auto id = static_cast<id_t>(pid_);
    if (::waitid(P_PID, id, &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid == 0)
        return std::nullopt;
    // As long as it is not reaped, its number is nobody else's.
    if (own_group_) ::kill(-pid_, SIGKILL);
    ::waitid(P_PID, id, &how, WEXITED | WNOHANG);
    pid_ = 0;
    end_ = ProgramEnd{how.si_code != CLD_EXITED, how.si_status};
    return end_;
}

void ChildProgram::signal_group(int signal) noexcept {
    if (pid_ == 0) return;
    if (own_group_) {
        ::kill(-pid_, signal);
    } else if (signal == SIGKILL) {
        ::kill(pid_, signal);  // the group has this process in it: the launcher kills the rest
    } else {
        struct sigaction ignore {
        }, before{};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(signal, &ignore, &before);
        ::kill(0, signal);
        ::sigaction(signal, &before, nullptr);
    }
}

void ChildProgram::wait(Nanoseconds longest) noexcept {
    std::array<pollfd, 3> fds{pollfd{pidfd_.get(), POLLIN, 0}, pollfd{out_.get(), POLLIN, 0},
                              pollfd{error_.get(), POLLIN, 0}};
    const Nanoseconds most = std::numeric_limits<int>::max();
    const auto milliseconds = std::clamp<Nanoseconds>((longest + 999'999) / 1'000'000, 0, most);
    static_cast<void>(::poll(fds.data(), fds.size(), static_cast<int>(milliseconds)));
}

}  // namespace streamlib::actors
