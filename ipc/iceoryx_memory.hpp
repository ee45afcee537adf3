// SPDX-License-Identifier: Apache-2.0
/// @file
/// iceoryx's memory without its daemon: the one adapter; no iceoryx type leaves it. For ipc/segment.cpp alone.
///
/// Model     `ChunkMemory` opens a file of /dev/shm by name with iceoryx's SharedMemoryObject and carves one chunk from it
///           with mepoo::MemoryManager. `FileMapping` maps a descriptor with iceoryx's MemoryMap.
/// Memory    iceoryx's bookkeeping of the chunk is on our heap, not in the file: no process can spoil it.
/// Threads   An object: one thread at a time.
/// Errors    Arguments are checked before, since iceoryx reports a failed system call on stderr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "ipc/base/error.hpp"

namespace streamlib::ipc {

/// Payloads above this do not fit iceoryx 2.0.3: a memory pool of 4 GiB aliases its chunks.
inline constexpr std::uint64_t max_chunk_payload_bytes =
    (std::uint64_t{4} << 30) - (std::uint64_t{1} << 20);

/// Bytes that `header_bytes` followed by a chunk with this payload take, unrounded. Payload ≤ max_chunk_payload_bytes,
/// alignment a power of two.
[[nodiscard]] std::uint64_t chunk_file_bytes(std::uint64_t header_bytes,
                                             std::uint64_t payload_bytes, std::uint64_t alignment);

class ChunkMemory {
public:
    struct Shape {
        std::uint64_t file_bytes = 0;  ///< Of the existing file, ≥ chunk_file_bytes.
        std::uint64_t header_bytes = 0;
        std::uint64_t payload_bytes = 0;
        std::uint64_t alignment = 0;
    };
    /// Opens and maps the file `name` of /dev/shm read-write; the name may go once this returns.
    [[nodiscard]] static Result<std::unique_ptr<ChunkMemory>> open(const std::string& name,
                                                                   std::uint64_t file_bytes);
    /// Takes the header, then the one chunk. Once.
    [[nodiscard]] Result<> carve(const Shape& shape);

    ChunkMemory(const ChunkMemory&) = delete;
    ChunkMemory& operator=(const ChunkMemory&) = delete;
    ~ChunkMemory();

    [[nodiscard]] std::byte* base() const noexcept;
    [[nodiscard]] std::byte* payload() const noexcept;  ///< Null before carve.
    [[nodiscard]] int fd() const noexcept;              ///< Read-write, close-on-exec.

private:
    struct State;
    explicit ChunkMemory(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

class FileMapping {
public:
    /// Maps the first `bytes` of a file, shared. The descriptor may be closed afterwards.
    [[nodiscard]] static Result<FileMapping> map(int fd, std::uint64_t bytes, bool writable);

    FileMapping(FileMapping&&) noexcept;
    FileMapping& operator=(FileMapping&&) noexcept;
    ~FileMapping();

    [[nodiscard]] std::byte* base() const noexcept { return base_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    struct State;
    FileMapping(std::unique_ptr<State> state, std::uint64_t bytes) noexcept;
    std::unique_ptr<State> state_;
    std::byte* base_ = nullptr;
    std::uint64_t bytes_ = 0;
};

}  // namespace streamlib::ipc
