// SPDX-License-Identifier: Apache-2.0
// Row kernels for AVX-512 with VBMI (F, BW, VL, VBMI): one vpermb puts any bytes of a register in any order, so most of
// a kernel is a table. This source alone is compiled for such processors.
#if defined(__AVX512VBMI__) && defined(__AVX512BW__) && defined(__AVX512VL__)

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header begins every result with an undefined register and then warns of it (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "actors/st2110/pgroup/row_blocks.hpp"

namespace streamlib::st2110 {
namespace {

struct Table {
    alignas(64) unsigned char at[64];
};

constexpr unsigned char byte_of(std::size_t value) { return static_cast<unsigned char>(value); }

__m512i load(const Table& table) { return _mm512_load_si512(table.at); }

constexpr __mmask64 first_bytes(std::size_t count) { return (~__mmask64{0}) >> (64 - count); }

template <std::size_t count>
__m512i load_bytes(const std::byte* at) {
    return _mm512_maskz_loadu_epi8(first_bytes(count), at);
}

template <std::size_t count>
void store_bytes(std::byte* at, __m512i bytes) {
    _mm512_mask_storeu_epi8(at, first_bytes(count), bytes);
}

void store_32(std::byte* at, __m256i bytes) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), bytes);
}
void store_16(std::byte* at, __m128i bytes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes);
}
void store_8(std::byte* at, __m128i bytes) { _mm_storeu_si64(at, bytes); }
__m256i load_32(const std::byte* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}
__m128i load_16(const std::byte* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
__m128i load_8(const std::byte* at) { return _mm_loadu_si64(at); }

/// Four quarters of 16 bytes.
template <int quarter>
__m128i quarter_of(__m512i v) {
    return _mm512_extracti32x4_epi32(v, quarter);
}
__m512i of_quarters(__m128i a, __m128i b, __m128i c, __m128i d) {
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

// 16 pixels of 4:2:2 are 32 samples. In pgroups sample 2i + 1 is Y i, sample 4i is Cb i, sample 4i + 2 is Cr i. "Planar
// order" is 16 Y, 8 Cb, 8 Cr.
constexpr std::size_t wire_sample(std::size_t planar) {
    if (planar < 16) return 2 * planar + 1;
    return planar < 24 ? 4 * (planar - 16) : 4 * (planar - 24) + 2;
}
constexpr std::size_t same_sample(std::size_t wire) { return wire; }

// A 10-bit sample k lies in octets k * 10 / 8 and the next; as a big-endian word it has to go right by 6, 4, 2 or 0.
template <std::size_t (*sample)(std::size_t)>
struct Spread {
    static constexpr Table bytes = [] {
        Table t{};
        for (std::size_t i = 0; i < 32; ++i) {
            t.at[2 * i] = byte_of(sample(i) * 10 / 8 + 1);
            t.at[2 * i + 1] = byte_of(sample(i) * 10 / 8);
        }
        return t;
    }();
    static constexpr Table shifts = [] {
        Table t{};
        for (std::size_t i = 0; i < 32; ++i) t.at[2 * i] = byte_of(6 - sample(i) * 10 % 8);
        return t;
    }();
    /// 40 octets to 32 words.
    static __m512i words(const std::byte* at) {
        const __m512i spread = _mm512_permutexvar_epi8(load(bytes), load_bytes<40>(at));
        return _mm512_and_si512(_mm512_srlv_epi16(spread, load(shifts)), _mm512_set1_epi16(0x3ff));
    }
};

constexpr Table to_wire_order = [] {  // of words
    Table t{};
    for (std::size_t i = 0; i < 32; ++i) t.at[2 * wire_sample(i)] = byte_of(i);
    return t;
}();
constexpr Table five_of_eight = [] {  // the low five octets of each 64 bits, highest first
    Table t{};
    for (std::size_t i = 0; i < 40; ++i) t.at[i] = byte_of(i / 5 * 8 + 4 - i % 5);
    return t;
}();

/// 32 words in pgroup order to 40 octets.
void store_pg10(std::byte* at, __m512i words) {
    words = _mm512_and_si512(words, _mm512_set1_epi16(0x3ff));
    const __m512i pairs = _mm512_madd_epi16(words, _mm512_set1_epi32(1 << 16 | 1 << 10));
    const __m512i high = _mm512_srli_epi64(_mm512_slli_epi64(pairs, 44), 24);
    const __m512i fours = _mm512_or_si512(high, _mm512_srli_epi64(pairs, 32));
    store_bytes<40>(at, _mm512_permutexvar_epi8(load(five_of_eight), fours));
}

/// 32 words to bytes: (v + 2) / 4, at most 255.
__m256i to_8_bit(__m512i words) {
    const __m512i rounded = _mm512_srli_epi16(_mm512_add_epi16(words, _mm512_set1_epi16(2)), 2);
    return _mm512_cvtusepi16_epi8(rounded);
}
__m512i to_10_bit(__m256i bytes) { return _mm512_slli_epi16(_mm512_cvtepu8_epi16(bytes), 2); }

struct Pg10ToPlanar10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i words = Spread<wire_sample>::words(in.at[0] + 40 * n);
        store_32(out.at[0] + 32 * n, _mm512_castsi512_si256(words));
        store_16(out.at[1] + 16 * n, quarter_of<2>(words));
        store_16(out.at[2] + 16 * n, quarter_of<3>(words));
    }
};

struct Planar10ToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m256i y = load_32(in.at[0] + 32 * n);
        const __m512i words = of_quarters(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1),
                                          load_16(in.at[1] + 16 * n), load_16(in.at[2] + 16 * n));
        store_pg10(out.at[0] + 40 * n, _mm512_permutexvar_epi16(load(to_wire_order), words));
    }
};

// v210 has three samples in 32 bits, the first lowest: the first two come as a pair of words, the third on its own.
constexpr Table v210_pair_bytes = [] {
    Table t{};
    for (std::size_t i = 0; i < 32; ++i) {
        const std::size_t sample = i / 2 * 3 + i % 2;
        t.at[2 * i] = byte_of(sample * 10 / 8 + 1);
        t.at[2 * i + 1] = byte_of(sample * 10 / 8);
    }
    return t;
}();
constexpr Table v210_pair_shifts = [] {
    Table t{};
    for (std::size_t i = 0; i < 32; ++i) t.at[2 * i] = byte_of(6 - (i / 2 * 3 + i % 2) * 10 % 8);
    return t;
}();
constexpr Table v210_third_bytes = [] {
    Table t{};
    for (std::size_t i = 0; i < 16; ++i) {
        t.at[4 * i] = byte_of((3 * i + 2) * 10 / 8 + 1);
        t.at[4 * i + 1] = byte_of((3 * i + 2) * 10 / 8);
    }
    return t;
}();
constexpr Table v210_third_shifts = [] {
    Table t{};
    for (std::size_t i = 0; i < 16; ++i) t.at[4 * i] = byte_of(20 - (6 - (3 * i + 2) * 10 % 8));
    return t;
}();

struct Pg10ToV210 {
    static constexpr std::size_t pixels = 24;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i octets = load_bytes<60>(in.at[0] + 60 * n);
        const __m512i pairs = _mm512_and_si512(
            _mm512_srlv_epi16(_mm512_permutexvar_epi8(load(v210_pair_bytes), octets),
                              load(v210_pair_shifts)),
            _mm512_set1_epi16(0x3ff));
        const __m512i first_two = _mm512_madd_epi16(pairs, _mm512_set1_epi32(1 << 26 | 1));
        const __m512i thirds =
            _mm512_maskz_permutexvar_epi8(0x3333333333333333, load(v210_third_bytes), octets);
        const __m512i third = _mm512_and_si512(_mm512_sllv_epi32(thirds, load(v210_third_shifts)),
                                               _mm512_set1_epi32(0x3ff << 20));
        _mm512_storeu_si512(out.at[0] + 64 * n, _mm512_or_si512(first_two, third));
    }
};

// Two v210 words make 60 bits of pgroups; two of those make 15 octets and share the eighth.
constexpr Table first_60_bits = [] {
    Table t{};
    for (std::size_t i = 0; i < 60; ++i) t.at[i] = byte_of(i / 15 * 16 + (23 - i % 15) % 8);
    return t;
}();
constexpr Table second_60_bits = [] {
    Table t{};
    for (std::size_t i = 0; i < 60; ++i) t.at[i] = byte_of(i / 15 * 16 + 8 + (14 - i % 15) % 8);
    return t;
}();
constexpr __mmask64 mask_of_60(std::size_t from, std::size_t to) {
    __mmask64 mask = 0;
    for (std::size_t i = 0; i < 60; ++i)
        if (i % 15 >= from && i % 15 <= to) mask |= __mmask64{1} << i;
    return mask;
}

struct V210ToPg10 {
    static constexpr std::size_t pixels = 24;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i v = _mm512_loadu_si512(in.at[0] + 64 * n);
        const __m512i low = _mm512_set1_epi32(0x3ff), middle = _mm512_set1_epi32(0x3ff << 10);
        const __m512i ends = _mm512_or_si512(_mm512_slli_epi32(_mm512_and_si512(v, low), 20),
                                             _mm512_and_si512(_mm512_srli_epi32(v, 20), low));
        const __m512i turned = _mm512_or_si512(ends, _mm512_and_si512(v, middle));
        const __m512i sixes = _mm512_or_si512(_mm512_srli_epi64(_mm512_slli_epi64(turned, 32), 2),
                                              _mm512_srli_epi64(turned, 32));
        const __m512i placed = _mm512_sllv_epi64(sixes, _mm512_set_epi64(0, 4, 0, 4, 0, 4, 0, 4));
        const __m512i first =
            _mm512_maskz_permutexvar_epi8(mask_of_60(0, 7), load(first_60_bits), placed);
        const __m512i second =
            _mm512_maskz_permutexvar_epi8(mask_of_60(7, 14), load(second_60_bits), placed);
        store_bytes<60>(out.at[0] + 60 * n, _mm512_or_si512(first, second));
    }
};

struct Pg10ToPlanar8 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m256i bytes = to_8_bit(Spread<wire_sample>::words(in.at[0] + 40 * n));
        const __m128i chroma = _mm256_extracti128_si256(bytes, 1);
        store_16(out.at[0] + 16 * n, _mm256_castsi256_si128(bytes));
        store_8(out.at[1] + 8 * n, chroma);
        store_8(out.at[2] + 8 * n, _mm_unpackhi_epi64(chroma, chroma));
    }
};

struct Planar8ToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m128i chroma =
            _mm_unpacklo_epi64(load_8(in.at[1] + 8 * n), load_8(in.at[2] + 8 * n));
        const __m256i bytes =
            _mm256_inserti128_si256(_mm256_castsi128_si256(load_16(in.at[0] + 16 * n)), chroma, 1);
        store_pg10(out.at[0] + 40 * n,
                   _mm512_permutexvar_epi16(load(to_wire_order), to_10_bit(bytes)));
    }
};

struct Pg10ToUyvy {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        store_32(out.at[0] + 32 * n, to_8_bit(Spread<same_sample>::words(in.at[0] + 40 * n)));
    }
};

struct UyvyToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        store_pg10(out.at[0] + 40 * n, to_10_bit(load_32(in.at[0] + 32 * n)));
    }
};

constexpr Table uyvy_to_planes = [] {  // 32 Y, 16 Cb, 16 Cr
    Table t{};
    for (std::size_t i = 0; i < 32; ++i) t.at[i] = byte_of(2 * i + 1);
    for (std::size_t i = 0; i < 16; ++i) {
        t.at[32 + i] = byte_of(4 * i);
        t.at[48 + i] = byte_of(4 * i + 2);
    }
    return t;
}();
constexpr Table threes_to_planes = [] {  // 16 of each
    Table t{};
    for (std::size_t i = 0; i < 48; ++i) t.at[i] = byte_of(i % 16 * 3 + i / 16);
    return t;
}();
constexpr Table pg420_to_planes = [] {  // 16 upper Y, 8 Cb, 8 Cr, 16 lower Y
    Table t{};
    for (std::size_t i = 0; i < 16; ++i) {
        t.at[i] = byte_of(i / 2 * 6 + i % 2);
        t.at[32 + i] = byte_of(i / 2 * 6 + 2 + i % 2);
    }
    for (std::size_t i = 0; i < 16; ++i) t.at[16 + i] = byte_of(i % 8 * 6 + 4 + i / 8);
    return t;
}();
constexpr Table inverse(const Table& table, std::size_t count) {
    Table t{};
    for (std::size_t i = 0; i < count; ++i) t.at[table.at[i]] = byte_of(i);
    return t;
}
constexpr Table planes_to_uyvy = inverse(uyvy_to_planes, 64);
constexpr Table planes_to_threes = inverse(threes_to_planes, 48);
constexpr Table planes_to_pg420 = inverse(pg420_to_planes, 48);

struct UyvyToPlanar8 {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i planes =
            _mm512_permutexvar_epi8(load(uyvy_to_planes), _mm512_loadu_si512(in.at[0] + 64 * n));
        store_32(out.at[0] + 32 * n, _mm512_castsi512_si256(planes));
        store_16(out.at[1] + 16 * n, quarter_of<2>(planes));
        store_16(out.at[2] + 16 * n, quarter_of<3>(planes));
    }
};

struct Planar8ToUyvy {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i planes =
            of_quarters(load_16(in.at[0] + 32 * n), load_16(in.at[0] + 32 * n + 16),
                        load_16(in.at[1] + 16 * n), load_16(in.at[2] + 16 * n));
        _mm512_storeu_si512(out.at[0] + 64 * n,
                            _mm512_permutexvar_epi8(load(planes_to_uyvy), planes));
    }
};

struct Pg8444ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i planes =
            _mm512_permutexvar_epi8(load(threes_to_planes), load_bytes<48>(in.at[0] + 48 * n));
        store_16(out.at[0] + 16 * n, quarter_of<0>(planes));
        store_16(out.at[1] + 16 * n, quarter_of<1>(planes));
        store_16(out.at[2] + 16 * n, quarter_of<2>(planes));
    }
};

struct PlanarToPg8444 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i planes = of_quarters(load_16(in.at[0] + 16 * n), load_16(in.at[1] + 16 * n),
                                           load_16(in.at[2] + 16 * n), _mm_setzero_si128());
        store_bytes<48>(out.at[0] + 48 * n,
                        _mm512_permutexvar_epi8(load(planes_to_threes), planes));
    }
};

struct Pg8420ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m512i planes =
            _mm512_permutexvar_epi8(load(pg420_to_planes), load_bytes<48>(in.at[0] + 48 * n));
        const __m128i chroma = quarter_of<1>(planes);
        store_16(out.at[0] + 16 * n, quarter_of<0>(planes));
        store_8(out.at[1] + 8 * n, chroma);
        store_8(out.at[2] + 8 * n, _mm_unpackhi_epi64(chroma, chroma));
        store_16(out.at[3] + 16 * n, quarter_of<2>(planes));
    }
};

struct PlanarToPg8420 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m128i chroma =
            _mm_unpacklo_epi64(load_8(in.at[1] + 8 * n), load_8(in.at[2] + 8 * n));
        const __m512i planes = of_quarters(load_16(in.at[0] + 16 * n), chroma,
                                           load_16(in.at[3] + 16 * n), _mm_setzero_si128());
        store_bytes<48>(out.at[0] + 48 * n, _mm512_permutexvar_epi8(load(planes_to_pg420), planes));
    }
};

}  // namespace

const RowKernels& avx512_kernels() noexcept {
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
