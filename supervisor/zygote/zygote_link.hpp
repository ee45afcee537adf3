// SPDX-License-Identifier: Apache-2.0
/// @file
/// What launcher and zygote say to each other: plain records, one batch a message.
///
///     launcher                    zygote
///     SpawnRequest × n      ->           with 2·n descriptors: channel end, actor page, channel end, …
///                           <-  SpawnReport × n   one a request; written by the process that forked
///
/// Crash     A zygote that dies drops what it had not forked: the launcher's end of those channels then is `gone` before
///           any pid was reported, and it asks again.
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

struct SpawnRequest {
    std::uint64_t child = 0;  ///< The launcher's id; comes back.
    char comm[16]{};          ///< Zero-terminated.
};
struct SpawnReport {
    std::uint64_t child = 0;
    std::int32_t pid = 0;  ///< 0: fork failed with `error`.
    std::int32_t error = 0;
};
static_assert(sizeof(SpawnRequest) == 24 && sizeof(SpawnReport) == 16);

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
