// SPDX-License-Identifier: Apache-2.0
/// @file
/// Reads and writes rows of any layout as one sequence of samples: the plain code that every kernel is proven against.
///
/// Model     A row is its samples in the order of ST 2110-20 clause 6.2 (Cb Y Cr Y, R G B, …; 4:2:0: of two lines) and
///           one way to write numbers as octets (8 bit, big-endian 10, 12 or 16 bit, little-endian 16 bit, v210).
///           Planar layouts gather the same sequence from their planes.
/// Threads   A value; const functions are safe from any thread.
/// Cost      No allocation. About 1 ns a sample each way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/format.hpp"

namespace streamlib::st2110 {

class RowCodec {
public:
    /// `format` is valid.
    explicit RowCodec(const VideoFormat& format);

    /// Rows in the sense above: of 4:2:0 half as many as the picture has.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Samples of a row.
    [[nodiscard]] std::size_t samples() const noexcept { return units_ * taps().size(); }
    /// Numbers that `read` writes and `write` reads: the samples and what a v210 row has behind them.
    [[nodiscard]] std::size_t capacity() const noexcept;

    void read(const std::byte* payload, std::size_t row, std::uint16_t* samples) const noexcept;
    /// What lies behind `samples()` in `samples` fills up a v210 group.
    void write(std::byte* payload, std::size_t row, const std::uint16_t* samples) const noexcept;

private:
    /// Where one sample of the repeating unit lies: column `unit * step + first` of line `line` of a row of `plane`.
    struct Tap {
        std::uint8_t plane, line, step, first;
    };
    enum class Octets : std::uint8_t { planes, bits_8, big_10, big_12, big_16, little_16, v210 };

    [[nodiscard]] std::span<const Tap> taps() const noexcept;
    [[nodiscard]] std::size_t plane_row(const Tap& tap, std::size_t row) const noexcept;
    void gather(const std::byte* payload, std::size_t row, std::uint16_t* samples) const noexcept;
    void scatter(std::byte* payload, std::size_t row, const std::uint16_t* samples) const noexcept;

    Sampling sampling_;
    std::uint8_t depth_;
    Octets octets_ = Octets::planes;
    std::array<Plane, max_planes> planes_{};
    std::size_t units_ = 0;  ///< Repeating units in a row.
    std::size_t rows_ = 0;
};

}  // namespace streamlib::st2110
