// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where in a file a block belongs, from its `origin`; and what a file is called. Pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "ipc/base/time.hpp"

namespace streamlib::actors {

/// Times in the file count from the first block's origin, for picture and sound alike.
class FileTimeline {
public:
    /// Time in the file of a block captured at `origin`. Origins that fall back by more than a
    /// second (a clock was stepped) go on behind what is already there; the same shift holds for
    /// everything after.
    [[nodiscard]] Nanoseconds place(TaiTime origin) noexcept {
        if (!begun_) {
            base_ = origin;
            begun_ = true;
        }
        Nanoseconds pts = origin - base_;
        if (pts < last_ - largest_step_back) {
            base_ = base_ + (pts - last_);
            pts = last_;
        }
        last_ = std::max(last_, pts);
        return pts;
    }

private:
    static constexpr Nanoseconds largest_step_back = 1'000'000'000;
    TaiTime base_{};
    Nanoseconds last_ = 0;
    bool begun_ = false;
};

/// "out.mkv", 0 -> "out.mkv"; 1 -> "out.0001.mkv"; a name without extension gets the number behind.
[[nodiscard]] std::string numbered_path(const std::string& path, unsigned number);

}  // namespace streamlib::actors
