// SPDX-License-Identifier: Apache-2.0
// Row kernels for NEON (every aarch64 processor has it). A register takes ten octets of 10-bit pgroups (four pixels) or
// fifteen (six, for v210).
#if defined(__aarch64__)

#include <arm_neon.h>

#include "actors/st2110/pgroup/row_blocks.hpp"

namespace streamlib::st2110 {
namespace {

std::uint8_t* bytes_at(std::byte* at) { return reinterpret_cast<std::uint8_t*>(at); }
const std::uint8_t* bytes_at(const std::byte* at) {
    return reinterpret_cast<const std::uint8_t*>(at);
}
uint8x16_t load_16(const std::byte* at) { return vld1q_u8(bytes_at(at)); }
uint8x8_t load_8(const std::byte* at) { return vld1_u8(bytes_at(at)); }
void store_16(std::byte* at, uint8x16_t v) { vst1q_u8(bytes_at(at), v); }
void store_8(std::byte* at, uint8x8_t v) { vst1_u8(bytes_at(at), v); }
void store_words(std::byte* at, uint16x8_t v) { store_16(at, vreinterpretq_u8_u16(v)); }
uint16x8_t load_words(const std::byte* at) { return vreinterpretq_u16_u8(load_16(at)); }

/// A table for vqtbl1q; 255 gives 0.
struct Table {
    std::uint8_t at[16];
};
struct Shifts {
    std::int16_t at[8];
};
uint8x16_t pick(uint8x16_t v, const Table& table) { return vqtbl1q_u8(v, vld1q_u8(table.at)); }

/// Eight samples, two bytes each, swapped; `skip` bytes of the load lie before them.
constexpr Table spread_of(const std::size_t (&samples)[8], std::size_t skip) {
    Table t{};
    for (std::size_t i = 0; i < 8; ++i) {
        t.at[2 * i] = static_cast<std::uint8_t>(samples[i] * 10 / 8 + 1 + skip);
        t.at[2 * i + 1] = static_cast<std::uint8_t>(samples[i] * 10 / 8 + skip);
    }
    return t;
}
/// Left shifts: how far down each sample has to go, negative.
constexpr Shifts down(const std::size_t (&samples)[8]) {
    Shifts s{};
    for (std::size_t i = 0; i < 8; ++i)
        s.at[i] = static_cast<std::int16_t>(static_cast<int>(samples[i] * 10 % 8) - 6);
    return s;
}

/// Four pixels as Cb Y Cr Y …, and as four Y, two Cb, two Cr.
struct WireOrder {
    static constexpr std::size_t samples[8] = {0, 1, 2, 3, 4, 5, 6, 7};
};
struct PlanarOrder {
    static constexpr std::size_t samples[8] = {1, 3, 5, 7, 0, 4, 2, 6};
};

/// Eight pixels, 20 octets, as words.
struct Words {
    uint16x8_t first, second;
};

template <class Order>
Words words_of(const std::byte* at) {
    static constexpr Table table = spread_of(Order::samples, 0);
    static constexpr Table last_table = spread_of(Order::samples, 6);
    static constexpr Shifts shifts = down(Order::samples);
    const int16x8_t by = vld1q_s16(shifts.at);
    const uint16x8_t mask = vdupq_n_u16(0x3ff);
    // The second load begins early: it may not read past the block.
    const uint16x8_t a = vreinterpretq_u16_u8(pick(load_16(at), table));
    const uint16x8_t b = vreinterpretq_u16_u8(pick(load_16(at + 4), last_table));
    return {vandq_u16(vshlq_u16(a, by), mask), vandq_u16(vshlq_u16(b, by), mask)};
}

struct Planes {
    uint16x8_t y, chroma;  ///< 8 Y; 4 Cb, 4 Cr.
};

Planes planes_of(Words words) {
    const uint64x2_t a = vreinterpretq_u64_u16(words.first);
    const uint64x2_t b = vreinterpretq_u64_u16(words.second);
    const uint32x4_t chroma = vreinterpretq_u32_u64(vzip2q_u64(a, b));  // Cb Cr Cb Cr, by twos
    const uint32x4_t sorted = vuzp1q_u32(chroma, vextq_u32(chroma, chroma, 1));
    return {vreinterpretq_u16_u64(vzip1q_u64(a, b)), vreinterpretq_u16_u32(sorted)};
}

/// Eight words in pgroup order to ten octets, zeros behind.
uint8x16_t octets_of(uint16x8_t words) {
    static constexpr Table five_of_eight = {
        {4, 3, 2, 1, 0, 12, 11, 10, 9, 8, 255, 255, 255, 255, 255, 255}};
    const uint32x4_t two = vreinterpretq_u32_u16(vandq_u16(words, vdupq_n_u16(0x3ff)));
    const uint32x4_t pairs = vorrq_u32(vshrq_n_u32(vshlq_n_u32(two, 16), 6), vshrq_n_u32(two, 16));
    const uint64x2_t q = vreinterpretq_u64_u32(pairs);
    const uint64x2_t fours = vorrq_u64(vshrq_n_u64(vshlq_n_u64(q, 44), 24), vshrq_n_u64(q, 32));
    return pick(vreinterpretq_u8_u64(fours), five_of_eight);
}

/// 16 words in pgroup order to 20 octets.
void store_pg10(std::byte* at, uint16x8_t a, uint16x8_t b) {
    const uint8x16_t last = octets_of(b);
    store_16(at, octets_of(a));  // Six bytes too many, overwritten by what follows.
    store_8(at + 10, vget_low_u8(last));
    const std::uint16_t two = vgetq_lane_u16(vreinterpretq_u16_u8(last), 4);
    std::memcpy(at + 18, &two, 2);
}

/// 8 Y, and 4 Cb and 4 Cr in turn.
void store_planes_as_pg10(std::byte* at, uint16x8_t y, uint16x8_t chroma) {
    store_pg10(at, vzip1q_u16(chroma, y), vzip2q_u16(chroma, y));
}

/// (v + 2) / 4, at most 255.
uint8x8_t to_8_bit(uint16x8_t words) { return vqrshrn_n_u16(words, 2); }
uint16x8_t to_10_bit(uint8x8_t bytes) { return vshll_n_u8(bytes, 2); }

uint8x8_t load_4(const std::byte* at) {
    std::uint32_t four = 0;
    std::memcpy(&four, at, 4);
    return vreinterpret_u8_u32(vdup_n_u32(four));
}
void store_4(std::byte* at, uint8x8_t v, bool high) {
    const uint32x2_t words = vreinterpret_u32_u8(v);
    const std::uint32_t four = high ? vget_lane_u32(words, 1) : vget_lane_u32(words, 0);
    std::memcpy(at, &four, 4);
}

struct Pg10ToPlanar10 {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Planes planes = planes_of(words_of<PlanarOrder>(in.at[0] + 20 * n));
        store_words(out.at[0] + 16 * n, planes.y);
        const uint8x16_t chroma = vreinterpretq_u8_u16(planes.chroma);
        store_8(out.at[1] + 8 * n, vget_low_u8(chroma));
        store_8(out.at[2] + 8 * n, vget_high_u8(chroma));
    }
};

struct Planar10ToPg10 {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint16x4_t cb = vreinterpret_u16_u8(load_8(in.at[1] + 8 * n));
        const uint16x4_t cr = vreinterpret_u16_u8(load_8(in.at[2] + 8 * n));
        store_planes_as_pg10(out.at[0] + 20 * n, load_words(in.at[0] + 16 * n),
                             vcombine_u16(vzip1_u16(cb, cr), vzip2_u16(cb, cr)));
    }
};

// v210 has three samples in 32 bits, the first lowest: the first two come as a pair of words, the third on its own.
constexpr std::size_t pair_samples[8] = {0, 1, 3, 4, 6, 7, 9, 10};
constexpr std::size_t third_samples[8] = {2, 2, 5, 5, 8, 8, 11, 11};

uint8x16_t v210_of(uint8x16_t octets, const Table& pairs, const Table& thirds) {
    static constexpr Shifts pair_shifts = down(pair_samples), third_shifts = down(third_samples);
    const uint16x8_t mask = vdupq_n_u16(0x3ff);
    const uint32x4_t two = vreinterpretq_u32_u16(vandq_u16(
        vshlq_u16(vreinterpretq_u16_u8(pick(octets, pairs)), vld1q_s16(pair_shifts.at)), mask));
    const uint32x4_t one = vreinterpretq_u32_u16(vandq_u16(
        vshlq_u16(vreinterpretq_u16_u8(pick(octets, thirds)), vld1q_s16(third_shifts.at)), mask));
    const uint32x4_t first = vandq_u32(two, vdupq_n_u32(0xffff));
    const uint32x4_t second = vshlq_n_u32(vshrq_n_u32(two, 16), 10);
    const uint32x4_t third = vshlq_n_u32(vshrq_n_u32(one, 16), 20);
    return vreinterpretq_u8_u32(vorrq_u32(vorrq_u32(first, second), third));
}

struct Pg10ToV210 {
    static constexpr std::size_t pixels = 12;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        static constexpr Table pairs = spread_of(pair_samples, 0);
        static constexpr Table thirds = spread_of(third_samples, 0);
        static constexpr Table last_pairs = spread_of(pair_samples, 1);
        static constexpr Table last_thirds = spread_of(third_samples, 1);
        const std::byte* at = in.at[0] + 30 * n;
        store_16(out.at[0] + 32 * n, v210_of(load_16(at), pairs, thirds));
        store_16(out.at[0] + 32 * n + 16, v210_of(load_16(at + 14), last_pairs, last_thirds));
    }
};

/// 16 bytes of v210 to fifteen octets, and a zero.
uint8x16_t octets_of_v210(uint8x16_t bytes) {
    // Two words make 60 bits; two of those make 15 octets and share the eighth.
    static constexpr Table whole = {{7, 6, 5, 4, 3, 2, 1, 0, 14, 13, 12, 11, 10, 9, 8, 255}};
    static constexpr Table shared = {
        {255, 255, 255, 255, 255, 255, 255, 15, 255, 255, 255, 255, 255, 255, 255, 255}};
    static constexpr std::int64_t lifts[2] = {4, 0};
    const uint32x4_t v = vreinterpretq_u32_u8(bytes);
    const uint32x4_t low = vdupq_n_u32(0x3ff);
    const uint32x4_t ends =
        vorrq_u32(vshlq_n_u32(vandq_u32(v, low), 20), vandq_u32(vshrq_n_u32(v, 20), low));
    const uint64x2_t turned =
        vreinterpretq_u64_u32(vorrq_u32(ends, vandq_u32(v, vdupq_n_u32(0x3ff << 10))));
    const uint64x2_t sixes =
        vorrq_u64(vshrq_n_u64(vshlq_n_u64(turned, 32), 2), vshrq_n_u64(turned, 32));
    const uint8x16_t placed = vreinterpretq_u8_u64(vshlq_u64(sixes, vld1q_s64(lifts)));
    return vorrq_u8(pick(placed, whole), pick(placed, shared));
}

struct V210ToPg10 {
    static constexpr std::size_t pixels = 12;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16_t last = octets_of_v210(load_16(in.at[0] + 32 * n + 16));
        std::byte* at = out.at[0] + 30 * n;
        store_16(at, octets_of_v210(load_16(in.at[0] + 32 * n)));
        store_8(at + 15, vget_low_u8(last));
        store_8(at + 22, vget_low_u8(vextq_u8(last, last, 7)));
    }
};

struct Pg10ToPlanar8 {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Planes planes = planes_of(words_of<PlanarOrder>(in.at[0] + 20 * n));
        const uint8x8_t chroma = to_8_bit(planes.chroma);
        store_8(out.at[0] + 8 * n, to_8_bit(planes.y));
        store_4(out.at[1] + 4 * n, chroma, false);
        store_4(out.at[2] + 4 * n, chroma, true);
    }
};

struct Planar8ToPg10 {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x8_t chroma = vzip1_u8(load_4(in.at[1] + 4 * n), load_4(in.at[2] + 4 * n));
        store_planes_as_pg10(out.at[0] + 20 * n, to_10_bit(load_8(in.at[0] + 8 * n)),
                             to_10_bit(chroma));
    }
};

struct Pg10ToUyvy {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Words words = words_of<WireOrder>(in.at[0] + 20 * n);
        store_16(out.at[0] + 16 * n, vcombine_u8(to_8_bit(words.first), to_8_bit(words.second)));
    }
};

struct UyvyToPg10 {
    static constexpr std::size_t pixels = 8;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16_t bytes = load_16(in.at[0] + 16 * n);
        store_pg10(out.at[0] + 20 * n, to_10_bit(vget_low_u8(bytes)),
                   to_10_bit(vget_high_u8(bytes)));
    }
};

struct UyvyToPlanar8 {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16x4_t v = vld4q_u8(bytes_at(in.at[0] + 64 * n));
        const uint8x16x2_t y = {{v.val[1], v.val[3]}};
        vst2q_u8(bytes_at(out.at[0] + 32 * n), y);
        store_16(out.at[1] + 16 * n, v.val[0]);
        store_16(out.at[2] + 16 * n, v.val[2]);
    }
};

struct Planar8ToUyvy {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16x2_t y = vld2q_u8(bytes_at(in.at[0] + 32 * n));
        const uint8x16x4_t v = {
            {load_16(in.at[1] + 16 * n), y.val[0], load_16(in.at[2] + 16 * n), y.val[1]}};
        vst4q_u8(bytes_at(out.at[0] + 64 * n), v);
    }
};

struct Pg8444ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16x3_t v = vld3q_u8(bytes_at(in.at[0] + 48 * n));
        for (std::size_t k = 0; k < 3; ++k) store_16(out.at[k] + 16 * n, v.val[k]);
    }
};

struct PlanarToPg8444 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x16x3_t v = {
            {load_16(in.at[0] + 16 * n), load_16(in.at[1] + 16 * n), load_16(in.at[2] + 16 * n)}};
        vst3q_u8(bytes_at(out.at[0] + 48 * n), v);
    }
};

// A 4:2:0 pgroup is three pairs of bytes: of the upper line, of the lower line, of chroma.
struct Pg8420ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint16x8x3_t v = vld3q_u16(reinterpret_cast<const std::uint16_t*>(in.at[0] + 48 * n));
        store_words(out.at[0] + 16 * n, v.val[0]);
        store_8(out.at[1] + 8 * n, vmovn_u16(v.val[2]));
        store_8(out.at[2] + 8 * n, vshrn_n_u16(v.val[2], 8));
        store_words(out.at[3] + 16 * n, v.val[1]);
    }
};

struct PlanarToPg8420 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const uint8x8x2_t chroma = vzip_u8(load_8(in.at[1] + 8 * n), load_8(in.at[2] + 8 * n));
        const uint16x8x3_t v = {{load_words(in.at[0] + 16 * n), load_words(in.at[3] + 16 * n),
                                 vreinterpretq_u16_u8(vcombine_u8(chroma.val[0], chroma.val[1]))}};
        vst3q_u16(reinterpret_cast<std::uint16_t*>(out.at[0] + 48 * n), v);
    }
};

}  // namespace

const RowKernels& neon_kernels() noexcept {
    static constexpr RowKernels kernels = {
        convert_row<pg10_to_planar10, Pg10ToPlanar10>,
        convert_row<planar10_to_pg10, Planar10ToPg10>,
        convert_row<pg10_to_v210, Pg10ToV210>,
        convert_row<v210_to_pg10, V210ToPg10>,
        convert_row<pg10_to_planar8, Pg10ToPlanar8>,
        convert_row<planar8_to_pg10, Planar8ToPg10>,
        convert_row<pg10_to_uyvy, Pg10ToUyvy>,
        convert_row<uyvy_to_pg10, UyvyToPg10>,
        convert_row<uyvy_to_planar8, UyvyToPlanar8>,
        convert_row<planar8_to_uyvy, Planar8ToUyvy>,
        convert_row<pg8_444_to_planar, Pg8444ToPlanar>,
        convert_row<planar_to_pg8_444, PlanarToPg8444>,
        convert_row<pg8_420_to_planar, Pg8420ToPlanar>,
        convert_row<planar_to_pg8_420, PlanarToPg8420>,
    };
    return kernels;
}

}  // namespace streamlib::st2110

#endif
