// SPDX-License-Identifier: Apache-2.0
#include "supervisor/node/run_directory.hpp"

#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace streamlib::supervision {
namespace {

constexpr std::size_t longest_socket_path = 107;
constexpr std::string_view socket_name = "/control.sock";

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

bool is_node_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), fits);
}

Result<> make_directories(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
            return fail_errno(Errc::io, "making the run directory " + part);
        }
        if (end == std::string::npos) return {};
    }
}

/// In /tmp somebody else may have been there first.
Result<> must_be_ours(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return fail_errno(Errc::io, path);
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
        return fail(
            Errc::no_permission,
            path + " is not a directory of this user; set STREAMLIB_RUN_DIR to one that is");
    }
    if ((status.st_mode & 077) != 0 && ::chmod(path.c_str(), 0700) != 0)
        return fail_errno(Errc::io, path);
    return {};
}

std::string absolute(const std::string& path) {
    if (path.starts_with('/')) return path;
    char* here = ::get_current_dir_name();
    if (here == nullptr) return path;
    std::string joined = std::string(here) + "/" + path;
    std::free(here);
    return joined;
}

/// -1 where nobody has ever locked it.
UniqueFd open_lock(const std::string& directory, int flags) {
    return UniqueFd(
        ::open((directory + "/lock").c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
}

bool is_still_at(const UniqueFd& file, const std::string& path) {
    struct stat open_one {
    }, there{};
    return ::fstat(file.get(), &open_one) == 0 && ::lstat(path.c_str(), &there) == 0 &&
           open_one.st_ino == there.st_ino && open_one.st_dev == there.st_dev;
}

}  // namespace

RunEnvironment run_environment() {
    return {variable("STREAMLIB_RUN_DIR"), variable("XDG_RUNTIME_DIR"), ::geteuid()};
}

Result<std::string> run_directory_path(const RunEnvironment& environment, std::string_view node) {
    if (!is_node_name(node)) {
        return fail(Errc::invalid_argument, "node name '" + std::string(node.substr(0, 80)) +
                                                "': write 1 to 63 of A-Z a-z 0-9 _ -");
    }
    std::string base = environment.streamlib_run_dir;
    if (base.empty() && !environment.xdg_runtime_dir.empty())
        base = environment.xdg_runtime_dir + "/streamlib";
    if (base.empty()) base = "/tmp/streamlib-" + std::to_string(environment.uid);
    std::string path = base + "/" + std::string(node);
    if (path.size() + socket_name.size() > longest_socket_path) {
        return fail(Errc::invalid_argument,
                    "run directory " + path +
                        " is too long for a Unix socket; set STREAMLIB_RUN_DIR to a shorter one");
    }
    return path;
}

Result<NodeLock> NodeLock::acquire(std::string_view node) {
    const auto path = run_directory_path(run_environment(), node);
    if (!path) return tl::unexpected(path.error());
    NodeLock lock;
    lock.directory_ = absolute(*path);
    if (auto made = make_directories(lock.directory_); !made) return tl::unexpected(made.error());
    if (auto ours = must_be_ours(lock.directory_); !ours) return tl::unexpected(ours.error());
    // Again when a launcher that ended took the file away under us, or somebody asked whether the node is alive.
    for (int attempt = 0; attempt < 25; ++attempt) {
        UniqueFd file = open_lock(lock.directory_, O_CREAT);
        if (!file && errno == ENOENT)
            ::mkdir(lock.directory_.c_str(), 0700);
        else if (!file)
            return fail_errno(Errc::io, lock.directory_ + "/lock");
        if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 &&
            is_still_at(file, lock.directory_ + "/lock")) {
            lock.lock_ = std::move(file);
            return lock;
        }
        file.reset();
        const timespec pause{0, 2'000'000};
        ::nanosleep(&pause, nullptr);
    }
    return fail(Errc::already_exists, "node '" + std::string(node) + "' is running already (" +
                                          lock.directory_ +
                                          "); stop it, or choose another with --node NAME");
}

NodeLock::~NodeLock() {
    if (!lock_) return;
    // What senders say of themselves.
    std::error_code ignored;
    std::filesystem::remove_all(directory_ + "/sdp", ignored);
    // The lock file last, and while it is locked: whoever opens it from now on makes a new one.
    ::unlink((directory_ + std::string(socket_name)).c_str());
    ::unlink((directory_ + "/lock").c_str());
    ::rmdir(
        directory_.c_str());  // fails where others have left something of theirs, which is right
}

bool node_is_alive(const std::string& directory) {
    const UniqueFd lock = open_lock(directory, 0);
    if (!lock) return false;
    if (::flock(lock.get(), LOCK_SH | LOCK_NB) == 0) return false;
    return errno == EWOULDBLOCK;
}

}  // namespace streamlib::supervision
