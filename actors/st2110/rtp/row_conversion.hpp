// SPDX-License-Identifier: Apache-2.0
/// @file
/// Rows of pgroups, in pieces and in any order, to rows of a picture in another layout.
///
/// Model     The pieces of a row are put together in a row of octets, one of a few that stay in the cache, and converted into
///           the picture when the row is whole. So no bound of a packet has to be one of v210's blocks or a kernel's. Where more
///           rows are begun than there is room for, one goes to the picture as it is and is converted back when more of it
///           comes: exact, since what a picture was rounded to comes back unchanged.
/// Frames    Two, by number, as the assembler has them open.
/// Threads   One thread. Cost: a copy within the cache and a conversion a row, whole rows without that copy; no allocation
///           after make().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "actors/pgroup.hpp"
#include "actors/st2110/rtp/video_packet.hpp"

namespace streamlib::st2110 {

class RowConversion {
public:
    /// `carried`: layout pgroup. The errors are those of PgroupConverter::make().
    [[nodiscard]] static Result<RowConversion> make(const VideoFormat& carried,
                                                    const VideoFormat& given,
                                                    std::optional<InstructionSet> set = {});

    /// Octets of a picture.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return given_.bytes(); }
    [[nodiscard]] InstructionSet instruction_set() const noexcept {
        return into_.instruction_set();
    }

    /// Frame 0 or 1 goes to `picture`, of at least bytes(). [realtime]
    void open(unsigned frame, std::span<std::byte> picture) noexcept;
    /// A piece, of which `fresh` pgroups (not 0) were not there before. [realtime]
    void put(unsigned frame, const VideoPart& part, std::uint32_t fresh) noexcept;
    /// Fills `groups` pgroups from `first` on, none of which came, from the same place of `previous`, a whole picture; if
    /// that is empty with black. [realtime]
    void mend(unsigned frame, std::uint32_t first, std::uint32_t groups,
              std::span<const std::byte> previous) noexcept;
    /// The frame is over: whole, or of no use. [realtime]
    void close(unsigned frame) noexcept;

private:
    RowConversion(const PictureShape& shape, const VideoFormat& given, PgroupConverter into,
                  PgroupConverter back, std::size_t rows_open);

    [[nodiscard]] std::span<std::byte> row_of(std::size_t place) noexcept {
        return std::span(rows_).subspan(place * shape_.row_bytes, shape_.row_bytes);
    }
    [[nodiscard]] std::size_t place_of(unsigned frame, std::uint32_t row) noexcept;
    void give_out(std::size_t place) noexcept;
    void copy_row(std::uint32_t row, std::span<const std::byte> from,
                  std::span<std::byte> to) const noexcept;

    /// Frame and row that a place holds.
    struct Holder {
        std::uint32_t frame = 2, row = 0;
        [[nodiscard]] bool free() const noexcept { return frame > 1; }
    };

    PictureShape shape_;
    VideoFormat given_;
    PgroupConverter into_, back_;
    std::array<std::span<std::byte>, 2> pictures_{};
    std::array<std::vector<std::uint16_t>, 2> filled_;  ///< Pgroups of each row that are there.
    std::vector<Holder> holders_;
    std::vector<std::byte> rows_, black_, packed_;
    std::size_t victim_ = 0;  ///< Whose turn it is to make room.
};

}  // namespace streamlib::st2110
