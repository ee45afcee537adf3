// SPDX-License-Identifier: Apache-2.0
/// @file
/// What launcher and zygote say to each other: plain records, one batch a message.
///
///     launcher                    zygote
///     SpawnRequest × n      ->           with 2·n descriptors: channel end, actor page, channel end, …
///                           <-  SpawnReport × n   one a request; written by the process that forked
///
/// Crash     A zygote that dies drops what it had not forked: the launcher's end of those channels then is `gone` before
///           any pid was reported, and it asks again. A report of an order that is not its child's newest is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace streamlib::supervision::zygote_link {

/// Two descriptors each: below Channel::max_fds.
inline constexpr std::size_t max_batch = 64;

/// In place of a child's id: make a process that waits on its channel for the SpawnRequest of the actor it is to become. Its
/// second descriptor means nothing.
inline constexpr std::uint32_t spare_child = 0xFFFF'FFFF;

/// Child and order are the launcher's and come back. Of a child's orders only the newest counts: one a process that is to be.
struct SpawnRequest {
    std::uint64_t order = 0;
    std::uint32_t child = 0;
    char comm[16]{};  ///< Zero-terminated.
    std::uint32_t reserved = 0;
};
struct SpawnReport {
    std::uint64_t order = 0;
    std::uint32_t child = 0;
    std::int32_t pid = 0;  ///< 0: fork failed with `error`.
    std::int32_t error = 0;
    std::uint32_t reserved = 0;
};
static_assert(sizeof(SpawnRequest) == 32 && sizeof(SpawnReport) == 24);

template <class Record>
[[nodiscard]] std::vector<Record> records_in(std::span<const std::byte> bytes) {
    static_assert(std::is_trivially_copyable_v<Record>);
    if (bytes.size() % sizeof(Record) != 0) return {};
    std::vector<Record> records(bytes.size() / sizeof(Record));
    if (!records.empty())
        std::memcpy(static_cast<void*>(records.data()), bytes.data(), bytes.size());
    return records;
}

}  // namespace streamlib::supervision::zygote_link
