// SPDX-License-Identifier: Apache-2.0
/// @file
/// Shared memory without a name: made by the launcher, handed over as a descriptor.
///
/// Model     A segment is a SegmentHeader followed by one payload. `OwnedSegment` is the launcher's end, `MappedSegment`
///           that of every other process. Kinds: `media` is a file of /dev/shm, reserved in full (a full /dev/shm is an
///           error here, never a SIGBUS later), its chunk carved by iceoryx; `control` is a sealed memfd of a few pages
///           that takes memory only as it is touched (docs/adr/0001-memory-of-small-segments.md).
/// Memory    Zeroed at creation. Freed by the kernel when the last process that maps it or holds a descriptor ends.
/// Threads   Objects: one thread at a time. Processes: the payload's own protocol says who writes what.
/// Crash     Nothing of a segment stays behind: a media segment has a name for some microseconds while it is made
///           (iceoryx opens by name); `sweep_leftovers` removes what a SIGKILL inside of those left.
/// Cost      Set-up only: control ≈ 20 µs, media ≈ 60 µs plus the reservation of its pages; map ≈ 10 µs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"
#include "ipc/fixed_text.hpp"

namespace streamlib::ipc {

/// Of one launcher, from 1, never used twice. 0: none.
using SegmentId = std::uint64_t;

enum class SegmentKind : std::uint32_t {
    media = 1,    ///< Rings: reserved in /dev/shm, iceoryx memory; payload below 4 GiB - 1 MiB.
    control = 2,  ///< Pages, cells, tables: a memfd that nobody who has it can truncate.
};

enum class Access : std::uint8_t { read_only, read_write };

inline constexpr std::uint64_t segment_magic = 0x53'4C'53'45'47'4D'30'31;  // "SLSEGM01"
inline constexpr std::uint32_t segment_version = 1;

/// First bytes of every segment. Written once by the launcher before anybody else has the descriptor.
struct SegmentHeader {
    std::uint64_t magic = 0;
    std::uint32_t version = 0;
    SegmentKind kind{};
    std::uint64_t layout_hash = 0;  ///< Of what the payload holds; both ends must be built alike.
    std::uint64_t payload_offset = 0;  ///< From the start of the segment.
    std::uint64_t payload_bytes = 0;
    std::uint64_t total_bytes = 0;  ///< Of the file.
    SegmentId id = 0;
    std::uint64_t reserved = 0;
    FixedText<64> purpose{};  ///< For people: "ring clip.video".
};
static_assert(sizeof(SegmentHeader) == 128);

struct SegmentSpec {
    std::string_view purpose;         ///< Named in errors, e.g. "ring clip.video".
    std::uint64_t payload_bytes = 0;  ///< 1 …
    std::uint64_t layout_hash = 0;
    SegmentKind kind = SegmentKind::media;
    std::uint64_t alignment = 4096;  ///< Of the payload: a power of two, 8 … 4096.
};

/// The launcher's end of a segment, mapped read-write. Move-only; the payload's address survives moves.
class OwnedSegment {
public:
    OwnedSegment() noexcept;
    OwnedSegment(OwnedSegment&&) noexcept;
    OwnedSegment& operator=(OwnedSegment&&) noexcept;
    ~OwnedSegment();

    /// Errors: no_memory (names purpose, needed and free bytes and how to get more), invalid_argument, io.
    [[nodiscard]] static Result<OwnedSegment> create(const SegmentSpec& spec);

    [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }
    [[nodiscard]] std::byte* payload() const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept;        ///< Of the payload.
    [[nodiscard]] std::uint64_t total_bytes() const noexcept;  ///< Of the file.
    [[nodiscard]] SegmentId id() const noexcept;
    /// Read-write, close-on-exec; stays ours. Sending it to a process makes that process a writer.
    [[nodiscard]] int fd() const noexcept;
    [[nodiscard]] Result<UniqueFd> duplicate_writable() const;
    /// A descriptor of its own that cannot be mapped writable: for every process that only reads.
    [[nodiscard]] Result<UniqueFd> reopen_read_only() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A segment in any process that got a descriptor. Unmaps when destroyed. Move-only; the address survives moves.
class MappedSegment {
public:
    MappedSegment() noexcept;
    MappedSegment(MappedSegment&&) noexcept;
    MappedSegment& operator=(MappedSegment&&) noexcept;
    ~MappedSegment();

    /// Checks magic, version, sizes against the file, and the layout hash. The descriptor may be closed afterwards.
    /// Errors: mismatch (not a segment, another build, cut short), no_permission (read_write of a read-only descriptor).
    [[nodiscard]] static Result<MappedSegment> map(int fd, Access access,
                                                   std::uint64_t expected_layout_hash);
    [[nodiscard]] static Result<MappedSegment> map(UniqueFd fd, Access access,
                                                   std::uint64_t expected_layout_hash) {
        return map(fd.get(), access, expected_layout_hash);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }
    /// Writing to it faults (SIGSEGV) where it was mapped read-only.
    [[nodiscard]] std::byte* payload() const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept;
    [[nodiscard]] SegmentId id() const noexcept;
    /// Faults every page in now, so that the first frames do not; as cheap as touching them. Failure is harmless.
    void prefault() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Room in /dev/shm, which is what media segments are made of.
struct ShmSpace {
    std::uint64_t total = 0;
    std::uint64_t free = 0;
};
[[nodiscard]] Result<ShmSpace> shared_memory_space();

/// Fails with no_memory if `needed` bytes are not free: "shared memory: 5.2 GB needed, 62 MB free of 64 MB in /dev/shm; …".
[[nodiscard]] Result<> require_space(std::uint64_t needed);

/// Bytes of /dev/shm that a media segment with this payload takes.
[[nodiscard]] std::uint64_t media_segment_bytes(std::uint64_t payload_bytes,
                                                std::uint64_t alignment = 4096);

/// Removes names in /dev/shm that a launcher which no longer lives left (killed inside of `create`). Returns how many.
std::size_t sweep_leftovers();

}  // namespace streamlib::ipc
