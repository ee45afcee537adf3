// SPDX-License-Identifier: Apache-2.0
#include "actors/test/pattern_painter.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "actors/colour.hpp"
#include "actors/test/burnt_index.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint32_t digit_count = 12;

VideoFormat bar_format(const VideoFormat& format) {
    VideoFormat bar = format;
    bar.width = std::max(column_unit, moving_bar(format.width, 0).width);
    bar.height = PictureView(format, nullptr).row_unit();
    return bar;
}

/// Left half black, right half white: seen on every pattern.
std::vector<std::byte> render_bar(const VideoFormat& format) {
    std::vector<std::byte> bytes(format.bytes());
    Picture picture(format, bytes.data());
    const std::uint32_t half = format.width / 2;
    picture.fill(0, 0, half, picture.row_unit(), codes_of(black, format));
    picture.fill(half, 0, format.width - half, picture.row_unit(), codes_of(white, format));
    return bytes;
}

}  // namespace

PatternPainter::PatternPainter(const VideoFormat& format, const PatternOptions& options)
    : format_(format),
      options_(options),
      still_(format, options.still, options.patches),
      bar_format_(bar_format(format)) {
    options_.index = options.index && carries_burnt_index(format);
    first_row_ = options_.index ? burnt_index_rows : 0;
    if (options.flash_every != 0) flash_.emplace(format, StillPattern::white, options.patches);
    options_.moving_bar = options.moving_bar && moving_bar(format.width, 0).width != 0;
    if (options_.moving_bar) bar_ = render_bar(bar_format_);
    if (options_.index) text_.emplace(format, text_scale(format.width, digit_count), "0123456789");
}

bool PatternPainter::flashes(std::uint64_t index) const noexcept {
    return options_.flash_every != 0 && index % options_.flash_every == 0;
}

void PatternPainter::paint(std::byte* frame, std::uint64_t index) const noexcept {
    Picture picture(format_, frame);
    const bool flash = flashes(index);
    lay_ground(picture, flash ? *flash_ : still_);
    if (!flash && options_.moving_bar) draw_bar(picture, index);
    if (!options_.index) return;
    draw_digits(picture, index);
    // Only the compiler could move the strip up: who is killed has done what stands before, as the program has it.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    write_burnt_index(picture, index);
}

void PatternPainter::lay_ground(Picture& picture, const StillPicture& still) const noexcept {
    const auto held = read_burnt_index(picture);
    if (!held) return still.paint(picture);
    spoil_burnt_index(picture, *held);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    // A painter with other options may have been here: its bar, if it had one, is where ours would be.
    const Columns bar = moving_bar(format_.width, *held);
    if (options_.index && still.ends_bands_of(picture, bar))
        still.paint_columns(picture, bar, first_row_);
    else
        still.paint(picture);
}

void PatternPainter::draw_bar(Picture& picture, std::uint64_t index) const noexcept {
    const Columns bar = moving_bar(format_.width, index & burnt_index_mask);
    picture.repeat_from(PictureView(bar_format_, bar_.data()), 0, 0, bar.x, first_row_, bar.width,
                        format_.height - first_row_);
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
