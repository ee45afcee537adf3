// SPDX-License-Identifier: Apache-2.0
/// @file
/// The kernels of each instruction set: one function converts one row. Private to streamlib_pgroup.
///
/// Rows      A pgroup, v210, UYVY or three-byte row is `at[0]`. Planes of 4:2:2 are Y, Cb, Cr; of 4:4:4 and RGB in the
///           order of their pgroup (Cb, Y, Cr; R, G, B); of 4:2:0 upper Y, Cb, Cr, lower Y. Any alignment.
/// Bounds    Reads and writes exactly the bytes that `pixels` take: whole pgroups, whole groups of six in v210.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace streamlib::st2110 {

struct InRows {
    const std::byte* at[4];
};
struct OutRows {
    std::byte* at[4];
};

using RowKernel = void (*)(const InRows& in, const OutRows& out, std::size_t pixels) noexcept;

/// `pg` is the pgroup's octets; 4:2:2 where no sampling is named.
enum class RowMove : std::uint8_t {
    pg10_to_planar10,
    planar10_to_pg10,
    pg10_to_v210,
    v210_to_pg10,
    pg10_to_planar8,
    planar8_to_pg10,
    pg10_to_uyvy,
    uyvy_to_pg10,
    uyvy_to_planar8,
    planar8_to_uyvy,
    pg8_444_to_planar,
    planar_to_pg8_444,
    pg8_420_to_planar,
    planar_to_pg8_420,
};
inline constexpr std::size_t row_moves = 14;

using RowKernels = std::array<RowKernel, row_moves>;

/// Only to be called on a processor that has the set, and in a build for its architecture.
[[nodiscard]] const RowKernels& avx2_kernels() noexcept;
[[nodiscard]] const RowKernels& avx512_kernels() noexcept;
[[nodiscard]] const RowKernels& neon_kernels() noexcept;

}  // namespace streamlib::st2110
