// SPDX-License-Identifier: Apache-2.0
/// @file
/// State that an actor hands to its next incarnation (Actor::snapshot, Actor::restore).
///
///     struct State { std::uint64_t frames; double gain; };
///     Blink() { keeps_state(1); }                              // the version of State
///     std::size_t snapshot(std::span<std::byte> room) override { return put_state(room, state_); }
///     Result<> restore(const Snapshot& kept) override {
///         if (const auto state = kept.as<State>(); state && kept.version == 1) state_ = *state;
///         return {};
///     }
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "ipc/base/time.hpp"

namespace streamlib {

/// What an earlier incarnation kept. Valid during restore().
struct Snapshot {
    std::uint32_t version = 0;  ///< Of the class that wrote it, as it said in keeps_state().
    std::span<const std::byte> bytes{};
    Nanoseconds age = 0;  ///< Since it was taken; never negative. Hours, where it came from a file.

    /// The bytes as one plain record; none if the size differs.
    template <class T>
    requires std::is_trivially_copyable_v<T>
    [[nodiscard]] std::optional<T> as() const noexcept {
        if (bytes.size() != sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof value);
        return value;
    }
};

/// Writes one plain record to the front of `room`; returns its size, 0 if there is not enough room.
template <class T>
requires std::is_trivially_copyable_v<T> std::size_t put_state(std::span<std::byte> room,
                                                               const T& value)
noexcept {
    if (room.size() < sizeof value) return 0;
    std::memcpy(room.data(), &value, sizeof value);
    return sizeof value;
}

}  // namespace streamlib
