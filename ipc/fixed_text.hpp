// SPDX-License-Identifier: Apache-2.0
/// @file
/// Text of bounded length inside a plain record that crosses process boundaries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace streamlib::ipc {

/// Zero-terminated text of at most `capacity - 1` bytes; longer text is cut. All bytes after the text are zero,
/// so equal texts are equal bytes. A plain aggregate: zero bytes are the empty text.
template <std::size_t capacity>
struct FixedText {
    char bytes[capacity]{};

    FixedText() = default;
    FixedText(std::string_view text) noexcept { set(text); }  // NOLINT: text is text

    void set(std::string_view text) noexcept {
        const std::size_t length = std::min(text.size(), capacity - 1);
        std::memcpy(bytes, text.data(), length);
        std::memset(bytes + length, 0, capacity - length);
    }
    /// Never reads past the array, whatever another process put there.
    [[nodiscard]] std::string_view view() const noexcept {
        return {bytes, ::strnlen(bytes, capacity)};
    }
    [[nodiscard]] bool empty() const noexcept { return bytes[0] == 0; }
    friend bool operator==(const FixedText&, const FixedText&) = default;
};

}  // namespace streamlib::ipc
