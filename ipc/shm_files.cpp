// SPDX-License-Identifier: Apache-2.0
#include "ipc/shm_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "ipc/segment.hpp"

namespace streamlib::ipc {
namespace {

constexpr const char* shm_folder = "/dev/shm";
constexpr std::string_view name_prefix = "streamlib-";

Unexpected no_room(std::uint64_t needed, const ShmSpace& space) {
    const std::uint64_t used = space.total - space.free;
    const std::uint64_t gib = ((used + needed) >> 30) + 1;
    return fail(Errc::no_memory,
                "shared memory: " + readable_bytes(needed) + " needed, " +
                    readable_bytes(space.free) + " free of " + readable_bytes(space.total) +
                    " in /dev/shm; make it larger: mount -o remount,size=" + std::to_string(gib) +
                    "G /dev/shm, in a container: docker run --shm-size=" + std::to_string(gib) +
                    "g");
}

std::string shm_path(std::string_view name) {
    return std::string(shm_folder) + "/" + std::string(name);
}

}  // namespace

std::string readable_bytes(std::uint64_t bytes) {
    constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < std::size(units); ++unit) value /= 1024;
    char text[32];
    static_cast<void>(std::snprintf(text, sizeof text, "%.1f %s", value, units[unit]));
    return text;
}

Result<ShmSpace> shared_memory_space() {
    struct statvfs status {};
    if (::statvfs(shm_folder, &status) != 0) return fail_errno(Errc::io, "statvfs(/dev/shm)");
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    if (status.f_blocks == 0) return ShmSpace{unlimited, unlimited};  // mounted with size=0
    return ShmSpace{status.f_frsize * status.f_blocks, status.f_frsize * status.f_bavail};
}

Result<> require_space(std::uint64_t needed) {
    auto space = shared_memory_space();
    if (!space) return tl::unexpected(space.error());
    if (needed > space->free) return no_room(needed, *space);
    return {};
}

Result<UniqueFd> reserve_shm_file(std::uint64_t bytes) {
    if (auto room = require_space(bytes); !room) return tl::unexpected(room.error());
    UniqueFd file(::open(shm_folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) return fail_errno(Errc::io, "creating a file in /dev/shm");
    int error = 0;
    do {
        error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    } while (error == EINTR);
    if (error == ENOSPC || error == ENOMEM) {
        const auto space = shared_memory_space();
        return no_room(bytes, space ? *space : ShmSpace{});
    }
    if (error != 0) {
        return fail(Errc::io,
                    "reserving " + readable_bytes(bytes) + " in /dev/shm: " + std::strerror(error));
    }
    return file;
}

Result<TemporaryShmName> TemporaryShmName::link(const UniqueFd& file) {
    static std::atomic<std::uint64_t> counter{0};
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return fail_errno(Errc::io, "flock of a new segment");
    const std::string source = "/proc/self/fd/" + std::to_string(file.get());
    // Another launcher with our pid, in another pid namespace, may share /dev/shm: then the next number.
    for (int attempt = 0; attempt < 100; ++attempt) {
        TemporaryShmName name(std::string(name_prefix) + std::to_string(::getpid()) + "-" +
                              std::to_string(counter.fetch_add(1, std::memory_order_relaxed)));
        if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, shm_path(name.name_).c_str(),
                     AT_SYMLINK_FOLLOW) == 0) {
            return name;
        }
        name.name_.clear();  // not ours
        if (errno != EEXIST) break;
    }
    return fail_errno(Errc::io, "naming a segment in /dev/shm (is /proc mounted?)");
}

TemporaryShmName::~TemporaryShmName() {
    if (!name_.empty()) ::unlink(shm_path(name_).c_str());
}

std::size_t sweep_leftovers() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(shm_folder), ::closedir);
    if (!folder) return 0;
    std::size_t removed = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string_view name = entry->d_name;
        if (!name.starts_with(name_prefix)) continue;
        const UniqueFd file(
            ::openat(::dirfd(folder.get()), entry->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;  // somebody is at work
        if (::unlinkat(::dirfd(folder.get()), entry->d_name, 0) == 0) ++removed;
    }
    return removed;
}

}  // namespace streamlib::ipc
