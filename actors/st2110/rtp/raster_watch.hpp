// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a stream of ST 2110-20 packets tells of its own picture, whatever was expected: for a stream that does not fit.
///
/// Model     Rows, and the octets from offset to offset within a row, are on the wire; depth and sampling follow from them as
///           far as they can. What three units (frames, or fields) in a row have alike counts, so that lost packets say nothing.
///           One SSRC is looked at, that of the first packet after reset().
/// Threads   One thread. Cost: a few instructions an SRD; to be fed only while something is wrong. No allocation in see().
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "actors/st2110/rtp/picture_shape.hpp"

namespace streamlib::st2110 {

/// Of a frame, or of a field where there are fields.
struct SeenRaster {
    std::uint32_t rows = 0;
    std::uint32_t width =
        0;  ///< Pixels; 0: rows do not begin anew within, and their octets are another pgroup's.
    std::uint32_t row_octets = 0;  ///< Of the piece that ends a row.
    std::uint32_t octets = 0;      ///< In `pixels` of a row: 5 in 2 is 4:2:2 at 10 bit. 0: unknown.
    std::uint32_t pixels = 0;
    bool fields = false;    ///< There is a second field, or segment.
    bool even_rows = true;  ///< No odd row: 4:2:0, or rows of the frame in a field.
    friend bool operator==(const SeenRaster&, const SeenRaster&) = default;
};

/// How `seen` differs from the picture that is expected (layout pgroup), in words with what came first; empty: it does not.
[[nodiscard]] std::string describe_difference(const SeenRaster& seen, const VideoFormat& expected);

class RasterWatch {
public:
    explicit RasterWatch(const PictureShape& expected) : expected_(expected) {}

    /// One datagram, good or not. [realtime]
    void see(std::span<const std::byte> datagram) noexcept;
    /// What is coming has changed, or is well: nothing is known.
    void reset() noexcept { *this = RasterWatch(expected_); }
    /// nullptr: not known yet.
    [[nodiscard]] const SeenRaster* settled() const noexcept {
        return alike_ >= enough ? &last_ : nullptr;
    }

private:
    static constexpr int enough = 3;
    /// A piece of a row.
    struct Piece {
        std::uint32_t row = 0, offset = 0, length = 0;
    };
    void see_piece(const Piece& piece) noexcept;
    void end_unit() noexcept;

    PictureShape expected_;
    SeenRaster unit_{}, last_{};
    Piece before_{}, end_{};  ///< The piece before; the one that reaches furthest right.
    std::uint32_t timestamp_ = 0, ssrc_ = 0;
    int alike_ = 0;
    bool begun_ = false, whole_ = false,
         fields_ = false;  ///< `whole_`: the unit was seen from its beginning.
};

}  // namespace streamlib::st2110
