// SPDX-License-Identifier: Apache-2.0
#include "ipc/iceoryx_memory.hpp"

#include <iceoryx_hoofs/internal/posix_wrapper/shared_memory_object.hpp>
#include <iceoryx_posh/internal/mepoo/memory_manager.hpp>
#include <iceoryx_posh/mepoo/mepoo_config.hpp>
#include <optional>
#include <vector>

#include "ipc/base/assert.hpp"

namespace streamlib::ipc {
namespace {

iox::mepoo::ChunkSettings chunk_settings(std::uint64_t payload_bytes, std::uint64_t alignment) {
    STREAMLIB_ASSERT(payload_bytes > 0 && payload_bytes <= max_chunk_payload_bytes,
                     "a chunk's payload is checked before it is carved");
    auto settings = iox::mepoo::ChunkSettings::create(static_cast<std::uint32_t>(payload_bytes),
                                                      static_cast<std::uint32_t>(alignment));
    STREAMLIB_ASSERT(!settings.has_error(), "a chunk's alignment is a power of two");
    return settings.value();
}

/// One pool with one chunk, as large as the settings ask for.
iox::mepoo::MePooConfig pool_of_one(const iox::mepoo::ChunkSettings& settings) {
    constexpr std::uint32_t unit = iox::mepoo::MemPool::CHUNK_MEMORY_ALIGNMENT;
    iox::mepoo::MePooConfig config;
    config.addMemPool({(settings.requiredChunkSize() + unit - 1) / unit * unit, 1});
    return config;
}

}  // namespace

std::uint64_t chunk_file_bytes(std::uint64_t header_bytes, std::uint64_t payload_bytes,
                               std::uint64_t alignment) {
    const auto config = pool_of_one(chunk_settings(payload_bytes, alignment));
    return header_bytes + iox::mepoo::MemoryManager::requiredChunkMemorySize(config);
}

// Destroyed from the bottom up: the chunk goes back to a pool that is still there.
struct ChunkMemory::State {
    explicit State(iox::posix::SharedMemoryObject&& opened) : object(std::move(opened)) {}
    iox::posix::SharedMemoryObject object;
    std::vector<std::uint64_t> bookkeeping;
    iox::mepoo::MemoryManager pool;
    iox::mepoo::SharedChunk chunk;
    std::byte* payload = nullptr;
};

ChunkMemory::ChunkMemory(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
ChunkMemory::~ChunkMemory() = default;

Result<std::unique_ptr<ChunkMemory>> ChunkMemory::open(const std::string& name,
                                                       std::uint64_t file_bytes) {
    using iox::posix::SharedMemoryObject;
    // OPEN_EXISTING: iceoryx neither writes zeros over the file nor speaks on stderr nor unlinks the name.
    auto opened = SharedMemoryObject::create(
        iox::posix::SharedMemory::Name_t(iox::cxx::TruncateToCapacity, name.c_str()), file_bytes,
        iox::posix::AccessMode::READ_WRITE, iox::posix::OpenMode::OPEN_EXISTING,
        iox::cxx::optional<const void*>(SharedMemoryObject::NO_ADDRESS_HINT));
    if (opened.has_error()) {
        return fail(Errc::io, "/dev/shm/" + name + ": iceoryx could not open or map it");
    }
    return std::unique_ptr<ChunkMemory>(
        new ChunkMemory(std::make_unique<State>(std::move(opened.value()))));
}

Result<> ChunkMemory::carve(const Shape& shape) {
    STREAMLIB_ASSERT(state_->payload == nullptr, "a segment is carved once");
    const auto settings = chunk_settings(shape.payload_bytes, shape.alignment);
    const auto config = pool_of_one(settings);
    STREAMLIB_ASSERT(
        shape.header_bytes + iox::mepoo::MemoryManager::requiredChunkMemorySize(config) <=
            shape.file_bytes,
        "the file has room for header and chunk");
    const std::uint64_t bytes = iox::mepoo::MemoryManager::requiredManagementMemorySize(config);
    state_->bookkeeping.resize(bytes / 8 + 8);
    iox::posix::Allocator bookkeeping(state_->bookkeeping.data(), state_->bookkeeping.size() * 8);
    static_cast<void>(state_->object.allocate(shape.header_bytes, 8));
    state_->pool.configureMemoryManager(config, bookkeeping, *state_->object.getAllocator());
    auto chunk = state_->pool.getChunk(settings);
    if (chunk.has_error()) return fail(Errc::no_memory, "iceoryx could not carve the chunk");
    state_->chunk = std::move(chunk.value());
    state_->payload = static_cast<std::byte*>(state_->chunk.getUserPayload());
    return {};
}

std::byte* ChunkMemory::base() const noexcept {
    return static_cast<std::byte*>(state_->object.getBaseAddress());
}
std::byte* ChunkMemory::payload() const noexcept { return state_->payload; }
int ChunkMemory::fd() const noexcept { return state_->object.getFileHandle(); }

struct FileMapping::State {
    iox::posix::MemoryMap map;
};

FileMapping::FileMapping(std::unique_ptr<State> state, std::uint64_t bytes) noexcept
    : state_(std::move(state)),
      base_(static_cast<std::byte*>(state_->map.getBaseAddress())),
      bytes_(bytes) {}
FileMapping::FileMapping(FileMapping&&) noexcept = default;
FileMapping& FileMapping::operator=(FileMapping&&) noexcept = default;
FileMapping::~FileMapping() = default;

Result<FileMapping> FileMapping::map(int fd, std::uint64_t bytes, bool writable) {
    auto mapped = iox::posix::MemoryMapBuilder()
                      .baseAddressHint(nullptr)
                      .length(bytes)
                      .fileDescriptor(fd)
                      .accessMode(writable ? iox::posix::AccessMode::READ_WRITE
                                           : iox::posix::AccessMode::READ_ONLY)
                      .flags(iox::posix::MemoryMapFlags::SHARE_CHANGES)
                      .offset(0)
                      .create();
    if (mapped.has_error()) {
        const bool full =
            mapped.get_error() == iox::posix::MemoryMapError::NOT_ENOUGH_MEMORY_AVAILABLE;
        return fail(full ? Errc::no_memory : Errc::io,
                    "mapping " + std::to_string(bytes) + " bytes of shared memory failed");
    }
    return FileMapping(std::make_unique<State>(State{std::move(mapped.value())}), bytes);
}

}  // namespace streamlib::ipc
