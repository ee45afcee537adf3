// SPDX-License-Identifier: Apache-2.0
/// @file
/// Turns a block of a few pixels, all that an instruction set's source has to write, into a row kernel.
///
/// Model     A Block has `pixels`, the streams it reads and writes, and `convert(in, out, n)`, which converts block `n` and
///           touches no byte outside it. What is left of a row at its end goes through a block on the stack.
/// Care      Included by sources compiled for newer processors: a function here must not be one that the linker could
///           take for another source. So Blocks live in unnamed namespaces, and nothing inline of std is used.
/// Private to streamlib_pgroup.
#pragma once

#include <cstddef>
#include <cstring>

#include "actors/st2110/pgroup/row_kernels.hpp"

namespace streamlib::st2110 {

/// A row's bytes come in steps of `bytes` for `pixels`.
struct Stream {
    std::size_t pixels, bytes;
};

/// What each RowMove reads and writes.
struct Shape {
    std::size_t ins, outs;
    Stream in[4], out[4];
};

inline constexpr Stream pg10{2, 5}, v210{6, 16}, uyvy{2, 4}, y16{2, 4}, c16{2, 2}, y8{2, 2},
    c8{2, 1}, pg444{1, 3}, plane8{1, 1}, pg420{2, 6};

inline constexpr Shape pg10_to_planar10{1, 3, {pg10}, {y16, c16, c16}};
inline constexpr Shape planar10_to_pg10{3, 1, {y16, c16, c16}, {pg10}};
inline constexpr Shape pg10_to_v210{1, 1, {pg10}, {v210}};
inline constexpr Shape v210_to_pg10{1, 1, {v210}, {pg10}};
inline constexpr Shape pg10_to_planar8{1, 3, {pg10}, {y8, c8, c8}};
inline constexpr Shape planar8_to_pg10{3, 1, {y8, c8, c8}, {pg10}};
inline constexpr Shape pg10_to_uyvy{1, 1, {pg10}, {uyvy}};
inline constexpr Shape uyvy_to_pg10{1, 1, {uyvy}, {pg10}};
inline constexpr Shape uyvy_to_planar8{1, 3, {uyvy}, {y8, c8, c8}};
inline constexpr Shape planar8_to_uyvy{3, 1, {y8, c8, c8}, {uyvy}};
inline constexpr Shape pg8_444_to_planar{1, 3, {pg444}, {plane8, plane8, plane8}};
inline constexpr Shape planar_to_pg8_444{3, 1, {plane8, plane8, plane8}, {pg444}};
inline constexpr Shape pg8_420_to_planar{1, 4, {pg420}, {y8, c8, c8, y8}};
inline constexpr Shape planar_to_pg8_420{4, 1, {y8, c8, c8, y8}, {pg420}};

/// Most bytes of one stream in a block.
inline constexpr std::size_t most_block_bytes = 96;

template <const Shape& shape, class Block>
void convert_row(const InRows& rows_in, const OutRows& rows_out, std::size_t pixels) noexcept {
    // Copies: a store through `out` could otherwise change where `in` points, for all the compiler knows.
    const InRows in = rows_in;
    const OutRows out = rows_out;
    const std::size_t blocks = pixels / Block::pixels;
    for (std::size_t n = 0; n < blocks; ++n) Block::convert(in, out, n);
    const std::size_t done = blocks * Block::pixels, rest = pixels - done;
    if (rest == 0) return;
    std::byte spare_in[4][most_block_bytes] = {}, spare_out[4][most_block_bytes];
    InRows last_in{};
    OutRows last_out{};
    const auto bytes = [](const Stream& stream, std::size_t count) {
        return (count + stream.pixels - 1) / stream.pixels * stream.bytes;
    };
    for (std::size_t i = 0; i < shape.ins; ++i) {
        std::memcpy(spare_in[i], in.at[i] + bytes(shape.in[i], done), bytes(shape.in[i], rest));
        last_in.at[i] = spare_in[i];
    }
    for (std::size_t i = 0; i < shape.outs; ++i) last_out.at[i] = spare_out[i];
    Block::convert(last_in, last_out, 0);
    for (std::size_t i = 0; i < shape.outs; ++i)
        std::memcpy(out.at[i] + bytes(shape.out[i], done), spare_out[i], bytes(shape.out[i], rest));
}

}  // namespace streamlib::st2110
