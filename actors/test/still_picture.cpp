// SPDX-License-Identifier: Apache-2.0
#include "actors/test/still_picture.hpp"

#include <cstring>

namespace streamlib::actors {
namespace {

VideoFormat rows_format(VideoFormat format) {
    format.height =
        static_cast<std::uint32_t>(bar_patterns) * PictureView(format, nullptr).row_unit();
    return format;
}

bool is_padded(const VideoFormat& format) {
    std::uint64_t samples = 0;
    for (std::size_t p = 0; p < format.plane_count(); ++p)
        samples += std::uint64_t{format.plane(p).row_bytes} * format.plane(p).rows;
    return samples != format.bytes();
}

double level_of(StillPattern still) {
    if (still == StillPattern::white) return 1;
    return still == StillPattern::grey ? 0.5 : 0;
}

}  // namespace

StillPicture::StillPicture(const VideoFormat& format, StillPattern still, Patches patches)
    : rows_format_(rows_format(format)), rows_(rows_format_.bytes()), padded_(is_padded(format)) {
    const Picture rows(rows_format_, rows_.data());
    if (still == StillPattern::bars) {
        edges_ = bar_edges(format.height);
        for (std::uint32_t band = 0; band < bar_patterns; ++band)
            draw_bar_row(rows, band, band * rows.row_unit(), patches);
        return;
    }
    edges_.fill(format.height);  // one band, and three of no rows
    edges_[0] = 0;
    if (still == StillPattern::ramp)
        draw_ramp_row(rows, 0);
    else
        draw_flat_row(rows, 0, level_of(still));
}

void StillPicture::paint(Picture& picture) const noexcept {
    if (padded_) std::memset(picture.target(), 0, picture.format().bytes());
    paint_columns(picture, {0, picture.width()}, 0);
}

void StillPicture::paint_columns(Picture& picture, const Columns& columns,
                                 std::uint32_t first_row) const noexcept {
    for (std::uint32_t band = 0; band < bar_patterns; ++band) {
        const std::uint32_t first = std::max(first_row, edges_[band]);
        if (first >= edges_[band + 1]) continue;
        picture.repeat_from(rows(), columns.x, band * picture.row_unit(), columns.x, first,
                            columns.width, edges_[band + 1] - first);
    }
}

bool StillPicture::ends_bands_of(const PictureView& picture,
                                 const Columns& but_for) const noexcept {
    const std::uint32_t unit = picture.row_unit(), right = but_for.x + but_for.width;
    for (std::uint32_t band = 0; band < bar_patterns; ++band) {
        if (edges_[band] >= edges_[band + 1]) continue;
        const std::uint32_t last = edges_[band + 1] - unit;
        if (!picture.same_row(last, rows(), band * unit, 0, but_for.x) ||
            !picture.same_row(last, rows(), band * unit, right, picture.width() - right))
            return false;
    }
    return true;
}

}  // namespace streamlib::actors
