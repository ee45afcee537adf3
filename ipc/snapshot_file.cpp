// SPDX-License-Identifier: Apache-2.0
#include "ipc/snapshot_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ipc/base/fd.hpp"
#include "ipc/crc32c.hpp"

namespace streamlib::ipc {
namespace {

constexpr std::size_t header_bytes = sizeof(SnapshotFileHeader);

std::uint32_t checksum_of(SnapshotFileHeader header, std::span<const std::byte> bytes) noexcept {
    header.checksum = 0;
    return crc32c(bytes, crc32c(std::as_bytes(std::span(&header, 1))));
}

Unexpected broken(const std::string& what) { return fail(Errc::parse, "snapshot file: " + what); }

Result<> write_all(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno(Errc::io, "write");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

/// The file beside, locked as long as it is open: two who save to one place do not write into each other's.
Result<UniqueFd> open_beside(const std::string& path) {
    // The one before may have renamed it between our two calls: then it is not the file at `path` any more.
    for (int attempt = 0; attempt < 10; ++attempt) {
        UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file) return fail_errno(Errc::io, "open " + path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return fail_errno(Errc::io, "flock " + path);
            break;
        }
        struct stat opened {
        }, there{};
        if (::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &there) == 0 &&
            opened.st_ino == there.st_ino && opened.st_dev == there.st_dev)
            return file;
    }
    return fail(Errc::already_exists, path + ": somebody else is saving to it now; try again");
}

Result<> write_durably(const UniqueFd& file, const std::string& path,
                       std::span<const std::byte> bytes) {
    if (::ftruncate(file.get(), 0) != 0) return fail_errno(Errc::io, "truncate " + path);
    if (auto done = write_all(file.get(), bytes); !done)
        return fail(done.error().code, path + ": " + done.error().text);
    if (::fsync(file.get()) != 0) return fail_errno(Errc::io, "fsync " + path);
    return {};
}

/// The rename itself must survive a power cut, too.
Result<> sync_folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "."
                               : slash == 0               ? "/"
                                                          : path.substr(0, slash);
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return fail_errno(Errc::io, "fsync " + folder);
    return {};
}

Result<std::vector<std::byte>> read_file(const std::string& path) {
    // Without O_NONBLOCK a pipe that nobody writes to would keep us here for ever.
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) return fail_errno(errno == ENOENT ? Errc::not_found : Errc::io, "open " + path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail_errno(Errc::io, "stat " + path);
    if (!S_ISREG(status.st_mode)) return fail(Errc::io, path + " is not a plain file");
    // One byte more than fits tells a file that is too long without reading all of it.
    std::vector<std::byte> bytes(header_bytes + max_snapshot_bytes + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno(Errc::io, "read " + path);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace

std::vector<std::byte> encode_snapshot_file(const SnapshotFile& file) {
    SnapshotFileHeader header;
    header.version = file.version;
    header.bytes = file.bytes.size();
    header.time_ns = file.time.ns;
    header.class_name.set(file.class_name);
    header.checksum = checksum_of(header, file.bytes);
    std::vector<std::byte> bytes(header_bytes + file.bytes.size());
    std::memcpy(bytes.data(), static_cast<const void*>(&header), header_bytes);
    if (!file.bytes.empty())
        std::memcpy(bytes.data() + header_bytes, file.bytes.data(), file.bytes.size());
    return bytes;
}

Result<SnapshotFile> parse_snapshot_file(std::span<const std::byte> file) {
    if (file.size() < header_bytes)
        return broken("cut short, " + std::to_string(file.size()) + " bytes");
    SnapshotFileHeader header;
    std::memcpy(static_cast<void*>(&header), file.data(), header_bytes);
    if (header.magic != snapshot_file_magic) return broken("it is none");
    const auto bytes = file.subspan(header_bytes);
    if (header.bytes > max_snapshot_bytes || header.bytes != bytes.size())
        return broken("it says " + std::to_string(header.bytes) + " bytes and has " +
                      std::to_string(bytes.size()));
    if (header.checksum != checksum_of(header, bytes))
        return broken("its checksum does not fit: it was damaged");
    const std::string_view name = header.class_name.view();
    if (name.size() == sizeof header.class_name.bytes || FixedText<64>(name) != header.class_name)
        return broken("its class name is not one");
    return SnapshotFile{std::string(name), header.version, TaiTime{header.time_ns}, bytes};
}

Result<> write_snapshot_file(std::span<const std::byte> encoded, const std::string& path) {
    const std::string beside = path + ".new";
    const auto file = open_beside(beside);
    if (!file) return tl::unexpected(file.error());
    if (auto done = write_durably(*file, beside, encoded); !done) {
        ::unlink(beside.c_str());
        return done;
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        auto failed = fail_errno(Errc::io, "rename " + beside + " to " + path);
        ::unlink(beside.c_str());
        return failed;
    }
    return sync_folder_of(path);
}

Result<SnapshotFileCopy> read_snapshot_file(const std::string& path) {
    const auto bytes = read_file(path);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto file = parse_snapshot_file(*bytes);
    if (!file) return fail(file.error().code, path + ": " + file.error().text);
    return SnapshotFileCopy{
        file->class_name,
        {{.version = file->version, .time = file->time}, {file->bytes.begin(), file->bytes.end()}}};
}

void put_snapshot(SnapshotBox& box, const SnapshotCopy& snapshot) noexcept {
    SnapshotWriter writer(box);
    const auto room = writer.begin();
    const std::size_t size = std::min(snapshot.bytes.size(), room.size());
    if (size != 0) std::memcpy(room.data(), snapshot.bytes.data(), size);
    writer.commit(size, {.version = snapshot.label.version, .time = snapshot.label.time});
}

Result<> save_snapshot(const SnapshotBox& box, std::string_view class_name,
                       const std::string& path) {
    const auto copy = copy_snapshot(box);
    if (!copy) return fail(Errc::not_found, path + ": there is no snapshot to save");
    return write_snapshot_file(encode_snapshot_file({std::string(class_name), copy->label.version,
                                                     copy->label.time, copy->bytes}),
                               path);
}

Result<> load_snapshot(SnapshotBox& box, std::string_view class_name, const std::string& path) {
    const auto file = read_snapshot_file(path);
    if (!file) return tl::unexpected(file.error());
    if (FixedText<64>(class_name) != FixedText<64>(file->class_name))
        return fail(Errc::mismatch, path + ": it is of class '" + file->class_name + "', not '" +
                                        std::string(class_name) + "'");
    put_snapshot(box, file->snapshot);
    return {};
}

}  // namespace streamlib::ipc
