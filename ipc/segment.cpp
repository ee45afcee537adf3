// SPDX-License-Identifier: Apache-2.0
#include "ipc/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cstdio>
#include <limits>
#include <new>
#include <optional>
#include <string>

#include "ipc/base/assert.hpp"
#include "ipc/iceoryx_memory.hpp"
#include "ipc/shm_files.hpp"

namespace streamlib::ipc {
namespace {

constexpr std::uint64_t page = 4096;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

SegmentId next_segment_id() {
    static std::atomic<SegmentId> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::string quoted(std::string_view purpose) { return "segment '" + std::string(purpose) + "'"; }

Result<> check(const SegmentSpec& spec) {
    if (spec.payload_bytes == 0) {
        return fail(Errc::invalid_argument, quoted(spec.purpose) + ": a payload of 0 bytes");
    }
    if (!std::has_single_bit(spec.alignment) || spec.alignment < 8 || spec.alignment > page) {
        return fail(Errc::invalid_argument, quoted(spec.purpose) + ": alignment " +
                                                std::to_string(spec.alignment) +
                                                " is not a power of two from 8 to 4096");
    }
    if (spec.payload_bytes > max_chunk_payload_bytes) {
        return fail(
            Errc::invalid_argument,
            quoted(spec.purpose) + ": " + readable_bytes(spec.payload_bytes) +
                " in one piece, the limit is 4 GiB - 1 MiB; use a smaller format, depth or hold");
    }
    return {};
}

/// The header goes in last: nobody else has the descriptor yet.
void write_header(std::byte* base, const SegmentSpec& spec, std::uint64_t payload_offset,
                  std::uint64_t total_bytes, SegmentId id) {
    auto* header = new (base) SegmentHeader;
    header->magic = segment_magic;
    header->version = segment_version;
    header->kind = spec.kind;
    header->layout_hash = spec.layout_hash;
    header->payload_offset = payload_offset;
    header->payload_bytes = spec.payload_bytes;
    header->total_bytes = total_bytes;
    header->id = id;
    header->purpose.set(spec.purpose);
}

}  // namespace

struct OwnedSegment::State {
    std::unique_ptr<ChunkMemory> chunk;  // media
    UniqueFd file;                       // control
    std::optional<FileMapping> mapping;  // control
    std::byte* payload = nullptr;
    std::uint64_t bytes = 0;
    std::uint64_t total_bytes = 0;
    SegmentId id = 0;

    [[nodiscard]] int fd() const noexcept { return chunk ? chunk->fd() : file.get(); }
    Result<> make_media(const SegmentSpec& spec);
    Result<> make_control(const SegmentSpec& spec);
};

Result<> OwnedSegment::State::make_media(const SegmentSpec& spec) {
    total_bytes = media_segment_bytes(spec.payload_bytes, spec.alignment);
    auto reserved = reserve_shm_file(total_bytes);
    if (!reserved)
        return fail(reserved.error().code, quoted(spec.purpose) + ": " + reserved.error().text);
    {
        auto name = TemporaryShmName::link(*reserved);
        if (!name) return tl::unexpected(name.error());
        auto opened = ChunkMemory::open(name->name(), total_bytes);
        if (!opened) return tl::unexpected(opened.error());
        chunk = std::move(*opened);
    }
    if (auto carved =
            chunk->carve({total_bytes, sizeof(SegmentHeader), spec.payload_bytes, spec.alignment});
        !carved) {
        return carved;
    }
    payload = chunk->payload();
    // Pictures do not belong into core dumps: a crash must not write gigabytes.
    ::madvise(chunk->base(), total_bytes, MADV_DONTDUMP);
    write_header(chunk->base(), spec, static_cast<std::uint64_t>(payload - chunk->base()),
                 total_bytes, id);
    return {};
}

Result<> OwnedSegment::State::make_control(const SegmentSpec& spec) {
    const std::uint64_t offset = round_up(sizeof(SegmentHeader), spec.alignment);
    total_bytes = round_up(offset + spec.payload_bytes, page);
    const std::string name = "streamlib " + std::string(spec.purpose.substr(0, 64));
    file.reset(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) return fail_errno(Errc::no_memory, quoted(spec.purpose) + ": memfd_create");
    if (::ftruncate(file.get(), static_cast<off_t>(total_bytes)) != 0) {
        return fail_errno(Errc::no_memory, quoted(spec.purpose) + ": ftruncate");
    }
    // The launcher reads these pages: whoever has the descriptor must not be able to cut them off under it.
    if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return fail_errno(Errc::io, quoted(spec.purpose) + ": sealing");
    }
    auto mapped = FileMapping::map(file.get(), total_bytes, true);
    if (!mapped) return tl::unexpected(mapped.error());
    mapping.emplace(std::move(*mapped));
    payload = mapping->base() + offset;
    write_header(mapping->base(), spec, offset, total_bytes, id);
    return {};
}

OwnedSegment::OwnedSegment() noexcept = default;
OwnedSegment::OwnedSegment(OwnedSegment&&) noexcept = default;
OwnedSegment& OwnedSegment::operator=(OwnedSegment&&) noexcept = default;
OwnedSegment::~OwnedSegment() = default;

Result<OwnedSegment> OwnedSegment::create(const SegmentSpec& spec) {
    if (auto valid = check(spec); !valid) return tl::unexpected(valid.error());
    OwnedSegment segment;
    segment.state_ = std::make_unique<State>();
    segment.state_->id = next_segment_id();
    segment.state_->bytes = spec.payload_bytes;
    auto made = spec.kind == SegmentKind::media ? segment.state_->make_media(spec)
                                                : segment.state_->make_control(spec);
    if (!made) return tl::unexpected(made.error());
    return segment;
}

std::byte* OwnedSegment::payload() const noexcept { return state_->payload; }
std::uint64_t OwnedSegment::bytes() const noexcept { return state_->bytes; }
std::uint64_t OwnedSegment::total_bytes() const noexcept { return state_->total_bytes; }
SegmentId OwnedSegment::id() const noexcept { return state_->id; }
int OwnedSegment::fd() const noexcept { return state_->fd(); }

Result<UniqueFd> OwnedSegment::duplicate_writable() const {
    UniqueFd copy(::fcntl(state_->fd(), F_DUPFD_CLOEXEC, 3));
    if (!copy) return fail_errno(Errc::io, "duplicating the descriptor of a segment");
    return copy;
}

Result<UniqueFd> OwnedSegment::reopen_read_only() const {
    // A new open file description: unlike a duplicate it has its own access mode.
    const std::string path = "/proc/self/fd/" + std::to_string(state_->fd());
    UniqueFd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!reader) return fail_errno(Errc::io, "re-opening a segment read-only (" + path + ")");
    return reader;
}

struct MappedSegment::State {
    FileMapping mapping;
    std::byte* payload = nullptr;
    std::uint64_t bytes = 0;
    SegmentId id = 0;
    bool writable = false;
};

MappedSegment::MappedSegment() noexcept = default;
MappedSegment::MappedSegment(MappedSegment&&) noexcept = default;
MappedSegment& MappedSegment::operator=(MappedSegment&&) noexcept = default;
MappedSegment::~MappedSegment() = default;

namespace {

std::string hex(std::uint64_t value) {
    char text[24];
    static_cast<void>(
        std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(value)));
    return text;
}

/// Why this header cannot be trusted with a file of that size, or ok.
Result<> check(const SegmentHeader& header, std::uint64_t file_bytes, std::uint64_t layout_hash) {
    const std::string who = quoted(header.purpose.view());
    if (header.magic != segment_magic)
        return fail(Errc::mismatch, "descriptor: not a streamlib segment");
    if (header.version != segment_version || header.layout_hash != layout_hash) {
        return fail(Errc::mismatch, who + ": layout " + hex(header.layout_hash) + " version " +
                                        std::to_string(header.version) + ", this program has " +
                                        hex(layout_hash) + " version " +
                                        std::to_string(segment_version) +
                                        "; run the same build of streamlib on both sides");
    }
    const bool fits = header.total_bytes <= file_bytes &&
                      header.payload_offset >= sizeof(SegmentHeader) &&
                      header.payload_offset <= header.total_bytes && header.payload_bytes > 0 &&
                      header.payload_bytes <= header.total_bytes - header.payload_offset;
    if (!fits)
        return fail(Errc::mismatch, who + ": its header and its size of " +
                                        std::to_string(file_bytes) + " bytes disagree");
    return {};
}

}  // namespace

Result<MappedSegment> MappedSegment::map(int fd, Access access,
                                         std::uint64_t expected_layout_hash) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return fail_errno(Errc::invalid_argument, "segment: fstat");
    SegmentHeader header;
    if (::pread(fd, static_cast<void*>(&header), sizeof header, 0) != sizeof header) {
        return fail(Errc::mismatch, "descriptor: not a streamlib segment");
    }
    if (auto valid =
            check(header, static_cast<std::uint64_t>(status.st_size), expected_layout_hash);
        !valid) {
        return tl::unexpected(valid.error());
    }
    const bool writable = access == Access::read_write;
    if (writable && (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR) {
        return fail(Errc::no_permission,
                    quoted(header.purpose.view()) + ": its descriptor is read-only");
    }
    auto mapped = FileMapping::map(fd, header.total_bytes, writable);
    if (!mapped)
        return fail(mapped.error().code,
                    quoted(header.purpose.view()) + ": " + mapped.error().text);
    if (header.kind == SegmentKind::media)
        ::madvise(mapped->base(), header.total_bytes, MADV_DONTDUMP);
    std::byte* const payload = mapped->base() + header.payload_offset;
    MappedSegment segment;
    segment.state_ = std::make_unique<State>(
        State{std::move(*mapped), payload, header.payload_bytes, header.id, writable});
    return segment;
}

std::byte* MappedSegment::payload() const noexcept { return state_->payload; }
std::uint64_t MappedSegment::bytes() const noexcept { return state_->bytes; }
SegmentId MappedSegment::id() const noexcept { return state_->id; }

void MappedSegment::prefault() const noexcept {
    // Linux 5.14; an older kernel says EINVAL and faults later, as it always did.
    constexpr int populate_read = 22, populate_write = 23;
#if defined(__x86_64__)
    // Every page was reserved when the segment was made. A read maps it writable as well, since nobody keeps count of what is
    // dirty in shared memory, and takes 16 pages a fault where a write takes one: 36 MB in 2 ms for 13.
    constexpr bool read_is_enough = true;
#else
    // A processor that does not note the first write itself faults in that write, were the page only read before.
    constexpr bool read_is_enough = false;
#endif
    ::madvise(state_->mapping.base(), state_->mapping.bytes(),
              state_->writable && !read_is_enough ? populate_write : populate_read);
}

std::uint64_t media_segment_bytes(std::uint64_t payload_bytes, std::uint64_t alignment) {
    // Above the limit `create` refuses; the sum is still right enough for "needed".
    if (payload_bytes > max_chunk_payload_bytes) return round_up(payload_bytes, page) + 2 * page;
    return round_up(chunk_file_bytes(sizeof(SegmentHeader), payload_bytes, alignment), page);
}

}  // namespace streamlib::ipc
