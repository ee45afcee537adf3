// SPDX-License-Identifier: Apache-2.0
/// @file
/// A frame's bytes as samples: reads and writes one sample of any layout, and moves rows and columns as bytes.
///
/// Model     Components are numbered Y, Cb, Cr (KEY: Y alone) or R, G, B, A, whatever the layout's own order. Each
///           has its own grid: chroma of 4:2:2 is half as wide, of 4:2:0 also half as high, co-sited with the left
///           (upper) sample.
/// Lifetime  Borrows the bytes, which must hold `format.bytes()`.
/// Errors    Coordinates outside the grid are a broken contract of the caller and are not checked.
/// Cost      No allocation. A sample takes a few nanoseconds: fine for set-up and single rows; for pictures use
///           the row and column copies, which are memcpy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/format.hpp"

namespace streamlib::actors {

/// Every layout begins and ends on a byte, and on a whole chroma sample, at multiples of this many pixels
/// (v210 groups are 6 wide, 10-bit pgroups 2 or 4).
inline constexpr std::uint32_t column_unit = 12;

/// Code values of one pixel, in component order.
using Codes = std::array<std::uint16_t, 4>;

/// Where the samples of one component lie in each row of its plane.
struct SampleMap {
    enum class Kind : std::uint8_t { byte, word_le, word_be, bits, v210 };
    Kind kind = Kind::byte;
    bool pairs_of_rows = false;  ///< Luma of 4:2:0 pgroups: two rows of the picture lie in one.
    std::uint8_t depth = 8;
    std::uint8_t plane = 0;
    std::uint32_t first = 0;  ///< Samples before the first of this component.
    std::uint32_t step = 1;   ///< From one to the next.
};

/// A frame that is only looked at.
class PictureView {
public:
    PictureView(const VideoFormat& format, const std::byte* bytes) noexcept;

    [[nodiscard]] const VideoFormat& format() const noexcept { return format_; }
    [[nodiscard]] std::uint32_t width() const noexcept { return format_.width; }
    [[nodiscard]] std::uint32_t height() const noexcept { return format_.height; }
    /// 1 (KEY), 3 or 4.
    [[nodiscard]] std::size_t components() const noexcept { return components_; }
    /// Samples a row and rows of a component's grid.
    [[nodiscard]] std::uint32_t width(std::size_t component) const noexcept;
    [[nodiscard]] std::uint32_t height(std::size_t component) const noexcept;
    /// The largest code value, 255 to 65535.
    [[nodiscard]] std::uint32_t max_code() const noexcept { return (1U << format_.depth) - 1; }
    /// Rows that can be copied apart: 2 for 4:2:0, else 1.
    [[nodiscard]] std::uint32_t row_unit() const noexcept;
    /// The component that shows brightness: Y, or G of RGB.
    [[nodiscard]] std::size_t luma() const noexcept { return rgb_ ? 1 : 0; }
    [[nodiscard]] bool is_rgb() const noexcept { return rgb_; }

    [[nodiscard]] std::uint32_t get(std::size_t component, std::uint32_t x,
                                    std::uint32_t y) const noexcept;
    /// One row of a component, `width(component)` samples.
    void read_row(std::size_t component, std::uint32_t y, std::uint16_t* out) const noexcept;
    /// Whether columns [x, x + columns) of one row_unit() at `y` hold the bytes of those of `other` at `other_y`. The
    /// frames are of one format and width; x and columns as in Picture::copy_from(). [realtime]
    [[nodiscard]] bool same_row(std::uint32_t y, const PictureView& other, std::uint32_t other_y,
                                std::uint32_t x, std::uint32_t columns) const noexcept;
    [[nodiscard]] const std::byte* bytes() const noexcept { return bytes_; }
    [[nodiscard]] const Plane& plane(std::size_t index) const noexcept { return planes_[index]; }

protected:
    struct Place {
        std::size_t row;  ///< Byte offset of the row in the payload.
        std::size_t sample;
    };
    [[nodiscard]] Place place(const SampleMap& map, std::uint32_t x,
                              std::uint32_t y) const noexcept;

    VideoFormat format_;
    const std::byte* bytes_;
    std::array<Plane, max_planes> planes_{};
    std::array<SampleMap, 4> maps_{};
    std::size_t components_;
    bool rgb_;
};

/// A frame that is drawn on.
class Picture : public PictureView {
public:
    Picture(const VideoFormat& format, std::byte* bytes) noexcept : PictureView(format, bytes) {}

    void set(std::size_t component, std::uint32_t x, std::uint32_t y, std::uint32_t code) noexcept;
    /// All components of one pixel; chroma only where its sample sits at this pixel.
    void set_pixel(std::uint32_t x, std::uint32_t y, const Codes& codes) noexcept;
    void write_row(std::size_t component, std::uint32_t y, const std::uint16_t* in) noexcept;
    /// Repeats rows [y, y + row_unit()) down to `end`; y and end multiples of row_unit().
    void repeat_rows(std::uint32_t y, std::uint32_t end) noexcept;
    /// Copies a rectangle between frames of one format (the sizes may differ). x and width are multiples of
    /// column_unit, or reach the right edge of both; y and height are multiples of row_unit(). [realtime]
    void copy_from(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                   std::uint32_t to_x, std::uint32_t to_y, std::uint32_t columns,
                   std::uint32_t rows) noexcept;
    /// Puts one row_unit() of `from`, its rows at `from_y`, into all of `rows` rows at `to_y`; the rest as copy_from().
    void repeat_from(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                     std::uint32_t to_x, std::uint32_t to_y, std::uint32_t columns,
                     std::uint32_t rows) noexcept;
    /// Fills a rectangle, sample by sample.
    void fill(std::uint32_t x, std::uint32_t y, std::uint32_t columns, std::uint32_t rows,
              const Codes& codes) noexcept;

    [[nodiscard]] std::byte* target() noexcept { return const_cast<std::byte*>(bytes_); }

private:
    /// `rows` rows at `to_y` become those of `from` at `from_y`, which start again after `from_rows`.
    void copy_rows(const PictureView& from, std::uint32_t from_x, std::uint32_t from_y,
                   std::uint32_t from_rows, std::uint32_t to_x, std::uint32_t to_y,
                   std::uint32_t columns, std::uint32_t rows) noexcept;
};

/// Bytes of a row of `plane` that hold the first `columns` pixels; exact at multiples of column_unit.
[[nodiscard]] std::uint32_t row_bytes_of(const VideoFormat& format, std::size_t plane,
                                         std::uint32_t columns) noexcept;

}  // namespace streamlib::actors
