// SPDX-License-Identifier: Apache-2.0
/// @file
/// What lies below the marks of a test source: a picture of at most four bands, each of which is one row again and again.
///
/// Model     Holds one row (two for 4:2:0) a band and writes pictures from those: they stay in the processor's cache, take no
///           picture's worth of memory that a restarted source would have to fill, and that the kernel would have to take
///           back from a dead one.
/// Cost      Made in 0.1 ms (a ramp in 0.3) for 1920 columns. paint(): what memory gives, 0.7 ms for 8 MB. [realtime]
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "actors/test/bars.hpp"

namespace streamlib::actors {

enum class StillPattern : std::uint8_t { bars, ramp, black, grey, white };

class StillPicture {
public:
    /// `format` is valid. [setup]
    StillPicture(const VideoFormat& format, StillPattern still, Patches patches);

    /// Makes all of `picture`, of the format it was made for, this one; what pads its rows becomes 0.
    void paint(Picture& picture) const noexcept;
    /// Those columns only, from row `first_row` (a multiple of row_unit()) down.
    void paint_columns(Picture& picture, const Columns& columns,
                       std::uint32_t first_row) const noexcept;
    /// Whether the last row of each band is this one's, but for those columns.
    [[nodiscard]] bool ends_bands_of(const PictureView& picture,
                                     const Columns& but_for) const noexcept;

private:
    [[nodiscard]] PictureView rows() const noexcept { return {rows_format_, rows_.data()}; }
    VideoFormat rows_format_;  ///< The picture's, as high as its bands have rows of their own.
    std::vector<std::byte> rows_;
    std::array<std::uint32_t, bar_patterns + 1>
        edges_{};  ///< First rows of the bands, and the end.
    bool padded_;  ///< Not all bytes of such a picture are samples.
};

}  // namespace streamlib::actors
