// SPDX-License-Identifier: Apache-2.0
/// @file
/// Whether a service that says each second that it lives has fallen silent: it hangs, wherever that may be.
///
/// Model     Pure. Counts looks at which nothing had come since the one before; looks that follow each other at once, as
///           after a time in which the launcher itself did not run, are one. Whoever has not spoken yet is given longer.
#pragma once

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

class SilenceWatch {
public:
    static constexpr int looks_in_silence = 5, looks_before_the_first_word = 20;

    void heard() noexcept {
        spoke_ = true;
        looks_ = 0;
    }
    /// Each second or so. True: it is silent.
    [[nodiscard]] bool look(MonotonicTime now) noexcept {
        constexpr Nanoseconds apart = 500'000'000;
        if (now < last_ + apart) return false;
        last_ = now;
        return ++looks_ > (spoke_ ? looks_in_silence : looks_before_the_first_word);
    }

private:
    MonotonicTime last_{};
    int looks_ = 0;
    bool spoke_ = false;
};

}  // namespace streamlib::supervision
