// SPDX-License-Identifier: Apache-2.0
#include "actors/test/pattern_painter.hpp"

#include <algorithm>
#include <cstring>

#include "actors/colour.hpp"
#include "actors/test/burnt_index.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint32_t digit_count = 12;

std::vector<std::byte> render_still(const VideoFormat& format, StillPattern still,
                                    Patches patches) {
    std::vector<std::byte> bytes(format.bytes());
    const Picture picture(format, bytes.data());
    switch (still) {
        case StillPattern::bars: render_bars(picture, patches); break;
        case StillPattern::ramp: render_ramp(picture); break;
        case StillPattern::black: render_flat(picture, 0); break;
        case StillPattern::grey: render_flat(picture, 0.5); break;
        case StillPattern::white: render_flat(picture, 1); break;
    }
    return bytes;
}

VideoFormat bar_format(const VideoFormat& format) {
    VideoFormat bar = format;
    bar.width = std::max(column_unit, moving_bar(format.width, 0).width);
    return bar;
}

/// Left half black, right half white: seen on every pattern.
std::vector<std::byte> render_bar(const VideoFormat& format) {
    std::vector<std::byte> bytes(format.bytes());
    Picture picture(format, bytes.data());
    const std::uint32_t half = format.width / 2;
    picture.fill(0, 0, half, picture.row_unit(), codes_of(black, format));
    picture.fill(half, 0, format.width - half, picture.row_unit(), codes_of(white, format));
    picture.repeat_rows(0, format.height);
    return bytes;
}

}  // namespace

PatternPainter::PatternPainter(const VideoFormat& format, const PatternOptions& options)
    : format_(format),
      options_(options),
      still_(render_still(format, options.still, options.patches)),
      bar_format_(bar_format(format)) {
    options_.index = options.index && carries_burnt_index(format);
    first_row_ = options_.index ? burnt_index_rows : 0;
    if (options.flash_every != 0)
        flash_ = render_still(format, StillPattern::white, options.patches);
    options_.moving_bar = options.moving_bar && moving_bar(format.width, 0).width != 0;
    if (options_.moving_bar) bar_ = render_bar(bar_format_);
    if (options_.index) text_.emplace(format, text_scale(format.width, digit_count));
}

bool PatternPainter::flashes(std::uint64_t index) const noexcept {
    return options_.flash_every != 0 && index % options_.flash_every == 0;
}

void PatternPainter::paint(std::byte* frame, std::uint64_t index) noexcept {
    Picture picture(format_, frame);
    Known* known = find(frame);
    if (still_holds(*known, picture) && !flashes(index)) {
        const Columns old = moving_bar(format_.width, known->index);
        if (options_.moving_bar)
            picture.copy_from(PictureView(format_, still_.data()), old.x, first_row_, old.x,
                              first_row_, old.width, format_.height - first_row_);
    } else {
        const std::vector<std::byte>& all = flashes(index) ? flash_ : still_;
        std::memcpy(frame, all.data(), all.size());
    }
    if (!flashes(index) && options_.moving_bar) draw_bar(picture, index);
    if (options_.index) {
        draw_digits(picture, index);
        write_burnt_index(picture, index);
    }
    *known = {frame, index};
}

PatternPainter::Known* PatternPainter::find(const std::byte* frame) noexcept {
    const auto found = std::ranges::find(known_, frame, &Known::frame);
    if (found != known_.end()) return &*found;
    Known& next = known_[next_known_];
    next_known_ = (next_known_ + 1) % known_.size();
    next = {};
    return &next;
}

// Without a strip nothing proves what the memory holds.
bool PatternPainter::still_holds(const Known& known, const PictureView& picture) const noexcept {
    return known.frame != nullptr && options_.index && !flashes(known.index) &&
           read_burnt_index(picture) == (known.index & burnt_index_mask);
}

void PatternPainter::draw_bar(Picture& picture, std::uint64_t index) noexcept {
    const Columns bar = moving_bar(format_.width, index);
    picture.copy_from(PictureView(bar_format_, bar_.data()), 0, first_row_, bar.x, first_row_,
                      bar.width, format_.height - first_row_);
}

void PatternPainter::draw_digits(Picture& picture, std::uint64_t index) const noexcept {
    std::array<char, digit_count> digits{};
    for (std::size_t i = digit_count; i-- > 0; index /= 10)
        digits[i] = static_cast<char>('0' + index % 10);
    // A picture too narrow for all shows the last ones: those that change.
    const std::uint32_t shown = std::min(digit_count, format_.width / text_->cell_width());
    const std::uint32_t x = (format_.width - shown * text_->cell_width()) / 2;
    const std::uint32_t y = std::max(burnt_index_rows, format_.height / 4);
    text_->draw(picture, x, y, {digits.data() + digit_count - shown, shown});
}

}  // namespace streamlib::actors
