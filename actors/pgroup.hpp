// SPDX-License-Identifier: Apache-2.0
/// @file
/// Moves pictures between the octets of ST 2110-20 pgroups and the other layouts, with SIMD where it pays.
///
/// Model     A converter is made in set-up for one pair of formats and then converts rows. What changes is where samples
///           lie (planar, packed, pgroup) and how many bits they have; never their sampling, size, scan or colour.
/// Bits      Same depth: no bit changes; bits above the depth of a planar sample are dropped, what pads a v210 group is
///           written as 0. To fewer bits: (v + half) >> n, at most the largest value. To more: v << n. That is right for
///           RANGE NARROW alone, so other ranges keep their depth here. There is no dither.
/// Rows      As they lie in the frame: interlaced pictures need nothing special. Bytes after `row_bytes` are not touched.
/// SIMD      4:2:2 10 bit pgroup <-> planar, v210, planar 8 bit and UYVY; 8 bit pgroup (and its packed twin, which is a copy) <->
///           planar for 4:2:2, 4:2:0, 4:4:4 and RGB. All else, and what has no such instruction set, in plain code. The
///           result is the same.
/// Choice    Once a process: the best that processor and kernel offer, or what $STREAMLIB_SIMD names: scalar, neon,
///           avx2 or avx512_vbmi.
/// Threads   A converter is used by one thread at a time.
/// Cost      Allocates when made, never after. SIMD: about what memory gives. Plain code: about 2 ns a sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/format.hpp"

namespace streamlib::st2110 {

enum class InstructionSet : std::uint8_t { scalar, neon, avx2, avx512_vbmi };

[[nodiscard]] std::string_view to_string(InstructionSet set) noexcept;
/// Whether this build, processor and kernel have it; scalar always.
[[nodiscard]] bool is_available(InstructionSet set) noexcept;
/// Those, worst first.
[[nodiscard]] std::vector<InstructionSet> available_instruction_sets();
/// What `word` names; empty: the best there is. The error names what can be had here.
[[nodiscard]] Result<InstructionSet> instruction_set_named(std::string_view word);
/// `instruction_set_named($STREAMLIB_SIMD)`, looked up once a process.
[[nodiscard]] Result<InstructionSet> chosen_instruction_set();

/// The same picture, planar.
[[nodiscard]] VideoFormat planar_twin(const VideoFormat& format) noexcept;

class PgroupConverter {
public:
    /// Refuses formats that are not valid, and pairs that differ in more than layout, depth and rate (the rate is not
    /// looked at). Without `set`: the chosen one.
    [[nodiscard]] static Result<PgroupConverter> make(const VideoFormat& from,
                                                      const VideoFormat& to,
                                                      std::optional<InstructionSet> set = {});
    PgroupConverter(PgroupConverter&&) noexcept;
    PgroupConverter& operator=(PgroupConverter&&) noexcept;
    ~PgroupConverter();

    /// Converts rows `first` … `first + count - 1` of the picture (4:2:0: both even) [realtime]. `in` and `out` are whole
    /// payloads of the two formats and do not overlap; any alignment.
    void convert_rows(std::uint32_t first, std::uint32_t count, std::span<const std::byte> in,
                      std::span<std::byte> out) noexcept;
    /// Converts one row of pgroups (4:2:0: two rows of the picture) [realtime]: row `in_row` of `in` becomes row `out_row` of
    /// `out`. Either may be shorter than a picture if its layout is not planar: only that row must be in it.
    void convert_row(std::size_t in_row, std::span<const std::byte> in, std::size_t out_row,
                     std::span<std::byte> out) noexcept;
    /// All rows.
    void convert(std::span<const std::byte> in, std::span<std::byte> out) noexcept;

    /// What does the work: scalar where the pair has no kernel.
    [[nodiscard]] InstructionSet instruction_set() const noexcept;

private:
    struct Plan;
    explicit PgroupConverter(std::unique_ptr<Plan> plan) noexcept;
    std::unique_ptr<Plan> plan_;
};

}  // namespace streamlib::st2110
