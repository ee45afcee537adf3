// SPDX-License-Identifier: Apache-2.0
// Both ends of asking a plugin for its classes: the launcher's, which waits for a child, and the child's.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "runtime/registry.hpp"
#include "supervisor/launcher/class_catalog.hpp"
#include "supervisor/launcher/class_spec_wire.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/exit_reason.hpp"

namespace streamlib::supervision {
namespace {

constexpr Nanoseconds patience_ns =
    20'000'000'000;  ///< A plugin that links CUDA loads for seconds.

/// First byte of what comes through the pipe: what follows.
constexpr std::byte is_specs{1}, is_error{2};

/// Everything up to the end of the pipe. Errors: timeout, io.
Result<std::vector<std::byte>> read_all(int fd, MonotonicTime deadline) {
    std::vector<std::byte> all;
    std::array<std::byte, 65536> part;
    for (;;) {
        const Nanoseconds left = deadline - MonotonicTime::now();
        if (left <= 0) return fail(Errc::timeout, "does not finish loading; its constructors hang");
        pollfd wanted{fd, POLLIN, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(left / 1'000'000) + 1);
        if (ready < 0 && errno != EINTR) return fail_errno(Errc::io, "poll");
        if (ready <= 0) continue;
        const ssize_t bytes = ::read(fd, part.data(), part.size());
        if (bytes < 0 && errno != EINTR && errno != EAGAIN) return fail_errno(Errc::io, "read");
        if (bytes == 0) return all;
        if (bytes > 0) all.insert(all.end(), part.begin(), part.begin() + bytes);
        if (all.size() > max_class_spec_bytes + 1)
            return fail(Errc::parse, "says too much about its classes");
    }
}

/// The child may have closed the pipe and still hang in a destructor: it has nothing more to say.
ExitReason reap(const ChildProcess& child, bool kill) {
    if (kill) ::syscall(SYS_pidfd_send_signal, child.pidfd.get(), SIGKILL, nullptr, 0);
    siginfo_t how{};
    while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(child.pidfd.get()), &how,
                    WEXITED) != 0) {
        if (errno != EINTR) return {};
    }
    return exit_reason(how.si_code, how.si_status);
}

void write_all(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) return;
        if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

}  // namespace

Result<std::vector<ClassSpec>> describe_plugin(const std::string& path, int lifeline) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(Errc::io, "pipe2");
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const RoleArguments role{
        .role = Role::describe, .launcher_pid = ::getpid(), .node = "-", .plugins = {path}};
    const auto child = exec_role(role, {.channel = writing.get(), .lifeline = lifeline});
    if (!child) return tl::unexpected(child.error());
    writing.reset();
    const auto said = read_all(reading.get(), MonotonicTime::now() + patience_ns);
    const bool whole = said && !said->empty();
    const ExitReason reason = reap(*child, whole || !said);
    if (!said) return tl::unexpected(said.error());
    if (said->empty()) {
        const std::string how = exit_text(reason, "");
        return fail(Errc::gone, "loading it ends the process: " + (how.empty() ? "exit 0" : how));
    }
    const auto rest = std::span(*said).subspan(1);
    if (said->front() == is_error) {
        return fail(Errc::invalid_argument,
                    std::string(reinterpret_cast<const char*>(rest.data()), rest.size()));
    }
    return decode_specs(rest);
}

int describe_main(int output, const std::string& path) {
    const auto loaded = load_plugin(path);
    std::vector<std::byte> bytes{loaded ? is_specs : is_error};
    if (!loaded) {
        const auto* raw = reinterpret_cast<const std::byte*>(loaded.error().text.data());
        bytes.insert(bytes.end(), raw, raw + loaded.error().text.size());
        write_all(output, bytes);
        return 1;
    }
    std::vector<ClassSpec> specs;
    for (const std::string& name : class_names()) {
        const ClassEntry* entry = find_class(name);
        if (entry->plugin == path) specs.push_back(describe_class(*entry));
    }
    const auto encoded = encode_specs(specs);
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    write_all(output, bytes);
    return 0;
}

}  // namespace streamlib::supervision
