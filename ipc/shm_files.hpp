// SPDX-License-Identifier: Apache-2.0
/// @file
/// Files of /dev/shm that are born without a name. For ipc/segment.cpp alone.
///
/// Crash     A TemporaryShmName that a SIGKILL leaves is a file whose flock nobody holds: `sweep_leftovers` removes it.
#pragma once

#include <cstdint>
#include <string>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::ipc {

/// "1.5 MiB", for messages.
[[nodiscard]] std::string readable_bytes(std::uint64_t bytes);

/// A zeroed, unnamed file of exactly `bytes` bytes, all of them reserved. Errors: no_memory (needed, free, hint), io.
[[nodiscard]] Result<UniqueFd> reserve_shm_file(std::uint64_t bytes);

/// Gives an unnamed file a name for as long as this object lives: the microseconds in which iceoryx opens it.
class TemporaryShmName {
public:
    /// `file` must stay open while the name exists: its flock says that somebody is at work here.
    [[nodiscard]] static Result<TemporaryShmName> link(const UniqueFd& file);
    TemporaryShmName(TemporaryShmName&& other) noexcept : name_(std::move(other.name_)) {
        other.name_.clear();
    }
    TemporaryShmName& operator=(TemporaryShmName&&) = delete;
    ~TemporaryShmName();
    /// Without /dev/shm/.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    explicit TemporaryShmName(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

}  // namespace streamlib::ipc
