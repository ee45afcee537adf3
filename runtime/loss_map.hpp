// SPDX-License-Identifier: Apache-2.0
/// @file
/// Which rows of a received picture are not what was sent: the loss map of a block that is incomplete.
///
///     const LossMap loss(video.header(), video.format());
///     if (loss.any()) loss.for_each_rows([&](RowRange rows) { conceal(rows.first, rows.count); });
///
/// Model     VideoRtpReceive publishes a picture of which packets were lost with the flag `block_incomplete`, what is missing
///           mended by its policy (rows of the picture before, or black), and in the header's `user` one bit for each 32nd of
///           the picture in which something is missing; bit 0 is the top. So a row is either whole for certain, or it may miss
///           something: a 32nd is 34 rows of 1080. Rows are the frame's also where it is interlaced. It holds in every layout.
///           (Of an incomplete block of sound, `user` is the number of sample frames that are silence.)
/// Range     Blocks that are not incomplete, and formats of height 0, have an empty map, whatever `user` says.
/// Threads   A value. Cost: a few instructions a question. [realtime]
#pragma once

#include <algorithm>
#include <cstdint>

#include "ipc/ring_layout.hpp"
#include "runtime/format.hpp"

namespace streamlib {

/// Rows of a picture from the top, 0 the first.
struct RowRange {
    std::uint32_t first = 0, count = 0;
    friend bool operator==(const RowRange&, const RowRange&) = default;
};

class LossMap {
public:
    static constexpr std::uint32_t bands = 32;

    LossMap(const ipc::BlockHeader& header, const VideoFormat& format) noexcept
        : height_(format.height), unit_(format.sampling == Sampling::ycbcr_420 ? 2 : 1) {
        if ((header.flags & ipc::block_incomplete) != 0 && height_ != 0) missing_ = header.user;
    }

    [[nodiscard]] bool any() const noexcept { return missing_ != 0; }
    /// A bit a 32nd.
    [[nodiscard]] std::uint32_t bits() const noexcept { return missing_; }
    /// The rows that a band has a part of. Where 32 does not divide the height, neighbours share one.
    [[nodiscard]] RowRange rows_of(std::uint32_t band) const noexcept {
        const std::uint32_t units = height_ / unit_;  // 4:2:0 travels by two rows
        const std::uint32_t first = band * units / bands;
        const std::uint32_t end = ((band + 1) * units + bands - 1) / bands;
        return {first * unit_, (end - first) * unit_};
    }
    /// False: for certain as it was sent.
    [[nodiscard]] bool may_miss(std::uint32_t row) const noexcept {
        for (std::uint32_t band = 0; band < bands; ++band) {
            const RowRange rows = rows_of(band);
            if ((missing_ >> band & 1U) != 0 && row - rows.first < rows.count) return true;
        }
        return false;
    }
    /// Calls `take(RowRange)` for each run of rows that may miss something, from the top, as long as can be.
    template <class Take>
    void for_each_rows(Take&& take) const {
        RowRange run;
        for (std::uint32_t band = 0; band < bands; ++band) {
            if ((missing_ >> band & 1U) == 0) continue;
            const RowRange rows = rows_of(band);
            if (run.count != 0 && rows.first <= run.first + run.count) {
                run.count = std::max(run.count, rows.first + rows.count - run.first);
                continue;
            }
            if (run.count != 0) take(run);
            run = rows;
        }
        if (run.count != 0) take(run);
    }

private:
    std::uint32_t missing_ = 0, height_ = 0, unit_ = 1;
};

}  // namespace streamlib
