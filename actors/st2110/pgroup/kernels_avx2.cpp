// SPDX-License-Identifier: Apache-2.0
// Row kernels for AVX2. A register is two lanes of 16 bytes; a lane takes ten octets of 10-bit pgroups (four pixels) or
// fifteen (six, for v210). This source alone is compiled for such processors.
#if defined(__AVX2__) && !defined(__AVX512F__)

#include <immintrin.h>

#include "actors/st2110/pgroup/row_blocks.hpp"

namespace streamlib::st2110 {
namespace {

__m256i load_32(const std::byte* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}
__m128i load_16(const std::byte* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
__m128i load_8(const std::byte* at) { return _mm_loadu_si64(at); }
void store_32(std::byte* at, __m256i bytes) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), bytes);
}
void store_16(std::byte* at, __m128i bytes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes);
}
void store_8(std::byte* at, __m128i bytes) { _mm_storeu_si64(at, bytes); }

__m256i of_lanes(__m128i low, __m128i high) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}
__m128i low_lane(__m256i v) { return _mm256_castsi256_si128(v); }
__m128i high_lane(__m256i v) { return _mm256_extracti128_si256(v, 1); }

/// A pshufb mask of a lane.
struct Table {
    alignas(16) signed char at[16];
};
constexpr signed char none = -1;
constexpr signed char byte_of(std::size_t value) { return static_cast<signed char>(value); }
__m128i load(const Table& table) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(table.at));
}
__m256i load_twice(const Table& table) { return _mm256_broadcastsi128_si256(load(table)); }

/// Eight samples of a lane, two bytes each, swapped; `skip` bytes of the load lie before them.
constexpr Table spread_of(const std::size_t (&samples)[8], std::size_t skip) {
    Table t{};
    for (std::size_t i = 0; i < 8; ++i) {
        t.at[2 * i] = byte_of(samples[i] * 10 / 8 + 1 + skip);
        t.at[2 * i + 1] = byte_of(samples[i] * 10 / 8 + skip);
    }
    return t;
}
constexpr short up(std::size_t sample) { return static_cast<short>(1 << (sample * 10 % 8)); }

/// Four pixels as Cb Y Cr Y …, and as four Y, two Cb, two Cr.
struct WireOrder {
    static constexpr std::size_t samples[8] = {0, 1, 2, 3, 4, 5, 6, 7};
};
struct PlanarOrder {
    static constexpr std::size_t samples[8] = {1, 3, 5, 7, 0, 4, 2, 6};
};

/// 16 pixels, 40 octets, as words: pixels 0 and 4, 8 and 12 begin the lanes.
struct Words {
    __m256i first, second;
};

template <class Order>
Words words_of(const std::byte* at) {
    static constexpr Table mask = spread_of(Order::samples, 0);
    static constexpr Table last_mask = spread_of(Order::samples, 6);
    constexpr auto& s = Order::samples;
    const __m128i lift_lane = _mm_setr_epi16(up(s[0]), up(s[1]), up(s[2]), up(s[3]), up(s[4]),
                                             up(s[5]), up(s[6]), up(s[7]));
    const __m256i lift = _mm256_broadcastsi128_si256(lift_lane);
    // The last load begins early: it may not read past the block.
    const __m256i a =
        _mm256_shuffle_epi8(of_lanes(load_16(at), load_16(at + 10)), load_twice(mask));
    const __m256i b = _mm256_shuffle_epi8(of_lanes(load_16(at + 20), load_16(at + 24)),
                                          of_lanes(load(mask), load(last_mask)));
    // The sample goes to the top of its word, and down from there: nothing of its neighbours is left.
    return {_mm256_srli_epi16(_mm256_mullo_epi16(a, lift), 6),
            _mm256_srli_epi16(_mm256_mullo_epi16(b, lift), 6)};
}

struct Planes {
    __m256i y, chroma;  ///< 16 Y | 8 Cb, 8 Cr.
};

Planes planes_of(Words words) {
    const __m256i y = _mm256_unpacklo_epi64(words.first, words.second);
    const __m256i chroma = _mm256_unpackhi_epi64(words.first, words.second);
    return {_mm256_permute4x64_epi64(y, 0xd8),
            _mm256_permutevar8x32_epi32(chroma, _mm256_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7))};
}

/// Eight 10-bit words a lane to ten octets a lane.
__m256i octets_of(__m256i words) {
    static constexpr Table five_of_eight = {
        {4, 3, 2, 1, 0, 12, 11, 10, 9, 8, none, none, none, none, none, none}};
    words = _mm256_and_si256(words, _mm256_set1_epi16(0x3ff));
    const __m256i pairs = _mm256_madd_epi16(words, _mm256_set1_epi32(1 << 16 | 1 << 10));
    const __m256i high = _mm256_srli_epi64(_mm256_slli_epi64(pairs, 44), 24);
    const __m256i fours = _mm256_or_si256(high, _mm256_srli_epi64(pairs, 32));
    return _mm256_shuffle_epi8(fours, load_twice(five_of_eight));
}

/// Words in pgroup order, lanes as given, to 40 octets.
void store_pg10(std::byte* at, __m128i a, __m128i b, __m128i c, __m128i d) {
    const __m256i ab = octets_of(of_lanes(a, b)), cd = octets_of(of_lanes(c, d));
    // Each store's six bytes too many are overwritten by the next; the last has none.
    store_16(at, low_lane(ab));
    store_16(at + 10, high_lane(ab));
    store_16(at + 20, low_lane(cd));
    store_8(at + 30, high_lane(cd));
    const int last = _mm_extract_epi16(high_lane(cd), 4);
    std::memcpy(at + 38, &last, 2);
}

void store_planes_as_pg10(std::byte* at, __m256i y, __m128i cb, __m128i cr) {
    const __m256i chroma = of_lanes(_mm_unpacklo_epi16(cb, cr), _mm_unpackhi_epi16(cb, cr));
    const __m256i even = _mm256_unpacklo_epi16(chroma, y), odd = _mm256_unpackhi_epi16(chroma, y);
    store_pg10(at, low_lane(even), low_lane(odd), high_lane(even), high_lane(odd));
}

/// (v + 2) / 4, at most 255: packus does the rest.
__m256i rounded(__m256i words) {
    return _mm256_srli_epi16(_mm256_add_epi16(words, _mm256_set1_epi16(2)), 2);
}

struct Pg10ToPlanar10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Planes planes = planes_of(words_of<PlanarOrder>(in.at[0] + 40 * n));
        store_32(out.at[0] + 32 * n, planes.y);
        store_16(out.at[1] + 16 * n, low_lane(planes.chroma));
        store_16(out.at[2] + 16 * n, high_lane(planes.chroma));
    }
};

struct Planar10ToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        store_planes_as_pg10(out.at[0] + 40 * n, load_32(in.at[0] + 32 * n),
                             load_16(in.at[1] + 16 * n), load_16(in.at[2] + 16 * n));
    }
};

// v210 has three samples in 32 bits, the first lowest: the first two come as a pair of words, the third on its own.
constexpr Table v210_pairs(std::size_t skip) { return spread_of({0, 1, 3, 4, 6, 7, 9, 10}, skip); }
constexpr Table v210_thirds(std::size_t skip) {
    Table t = spread_of({2, 2, 5, 5, 8, 8, 11, 11}, skip);
    for (std::size_t i = 0; i < 16; ++i)
        if (i % 4 < 2) t.at[i] = none;
    return t;
}

struct Pg10ToV210 {
    static constexpr std::size_t pixels = 12;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        static constexpr Table pairs = v210_pairs(0), thirds = v210_thirds(0);
        static constexpr Table last_pairs = v210_pairs(1), last_thirds = v210_thirds(1);
        const std::byte* at = in.at[0] + 30 * n;
        const __m256i octets = of_lanes(load_16(at), load_16(at + 14));
        const __m256i pair_lift = _mm256_broadcastsi128_si256(
            _mm_setr_epi16(up(0), up(1), up(3), up(4), up(6), up(7), up(9), up(10)));
        const __m256i third_lift =
            _mm256_broadcastsi128_si256(_mm_setr_epi16(0, up(2), 0, up(5), 0, up(8), 0, up(11)));
        const __m256i two = _mm256_shuffle_epi8(octets, of_lanes(load(pairs), load(last_pairs)));
        const __m256i one = _mm256_shuffle_epi8(octets, of_lanes(load(thirds), load(last_thirds)));
        const __m256i words = _mm256_srli_epi16(_mm256_mullo_epi16(two, pair_lift), 6);
        const __m256i first_two = _mm256_madd_epi16(words, _mm256_set1_epi32(1 << 26 | 1));
        const __m256i third =
            _mm256_and_si256(_mm256_srli_epi32(_mm256_mullo_epi16(one, third_lift), 2),
                             _mm256_set1_epi32(0x3ff << 20));
        store_32(out.at[0] + 32 * n, _mm256_or_si256(first_two, third));
    }
};

struct V210ToPg10 {
    static constexpr std::size_t pixels = 12;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        // Two v210 words make 60 bits of pgroups; two of those make 15 octets and share the eighth.
        static constexpr Table whole = {{7, 6, 5, 4, 3, 2, 1, 0, 14, 13, 12, 11, 10, 9, 8, none}};
        static constexpr Table shared = {{none, none, none, none, none, none, none, 15, none, none,
                                          none, none, none, none, none, none}};
        const __m256i v = load_32(in.at[0] + 32 * n);
        const __m256i low = _mm256_set1_epi32(0x3ff), middle = _mm256_set1_epi32(0x3ff << 10);
        const __m256i ends = _mm256_or_si256(_mm256_slli_epi32(_mm256_and_si256(v, low), 20),
                                             _mm256_and_si256(_mm256_srli_epi32(v, 20), low));
        const __m256i turned = _mm256_or_si256(ends, _mm256_and_si256(v, middle));
        const __m256i sixes = _mm256_or_si256(_mm256_srli_epi64(_mm256_slli_epi64(turned, 32), 2),
                                              _mm256_srli_epi64(turned, 32));
        const __m256i placed = _mm256_sllv_epi64(sixes, _mm256_setr_epi64x(4, 0, 4, 0));
        const __m256i octets = _mm256_or_si256(_mm256_shuffle_epi8(placed, load_twice(whole)),
                                               _mm256_shuffle_epi8(placed, load_twice(shared)));
        std::byte* at = out.at[0] + 30 * n;
        store_16(at, low_lane(octets));
        store_8(at + 15, high_lane(octets));
        store_8(at + 22, _mm_srli_si128(high_lane(octets), 7));
    }
};

struct Pg10ToPlanar8 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Planes planes = planes_of(words_of<PlanarOrder>(in.at[0] + 40 * n));
        const __m256i bytes = _mm256_permute4x64_epi64(
            _mm256_packus_epi16(rounded(planes.y), rounded(planes.chroma)), 0xd8);
        store_16(out.at[0] + 16 * n, low_lane(bytes));
        store_8(out.at[1] + 8 * n, high_lane(bytes));
        store_8(out.at[2] + 8 * n, _mm_srli_si128(high_lane(bytes), 8));
    }
};

struct Planar8ToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m256i y = _mm256_cvtepu8_epi16(load_16(in.at[0] + 16 * n));
        const __m128i cb = _mm_cvtepu8_epi16(load_8(in.at[1] + 8 * n));
        const __m128i cr = _mm_cvtepu8_epi16(load_8(in.at[2] + 8 * n));
        store_planes_as_pg10(out.at[0] + 40 * n, _mm256_slli_epi16(y, 2), _mm_slli_epi16(cb, 2),
                             _mm_slli_epi16(cr, 2));
    }
};

struct Pg10ToUyvy {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Words words = words_of<WireOrder>(in.at[0] + 40 * n);
        store_32(out.at[0] + 32 * n,
                 _mm256_permute4x64_epi64(
                     _mm256_packus_epi16(rounded(words.first), rounded(words.second)), 0xd8));
    }
};

struct UyvyToPg10 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const std::byte* at = in.at[0] + 32 * n;
        const __m256i a = _mm256_slli_epi16(_mm256_cvtepu8_epi16(load_16(at)), 2);
        const __m256i b = _mm256_slli_epi16(_mm256_cvtepu8_epi16(load_16(at + 16)), 2);
        store_pg10(out.at[0] + 40 * n, low_lane(a), high_lane(a), low_lane(b), high_lane(b));
    }
};

struct UyvyToPlanar8 {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        static constexpr Table sorted = {{1, 3, 5, 7, 9, 11, 13, 15, 0, 4, 8, 12, 2, 6, 10, 14}};
        const std::byte* at = in.at[0] + 64 * n;
        const Planes planes =
            planes_of({_mm256_shuffle_epi8(load_32(at), load_twice(sorted)),
                       _mm256_shuffle_epi8(load_32(at + 32), load_twice(sorted))});
        store_32(out.at[0] + 32 * n, planes.y);
        store_16(out.at[1] + 16 * n, low_lane(planes.chroma));
        store_16(out.at[2] + 16 * n, high_lane(planes.chroma));
    }
};

struct Planar8ToUyvy {
    static constexpr std::size_t pixels = 32;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m256i y = load_32(in.at[0] + 32 * n);
        const __m128i cb = load_16(in.at[1] + 16 * n), cr = load_16(in.at[2] + 16 * n);
        const __m256i chroma = of_lanes(_mm_unpacklo_epi8(cb, cr), _mm_unpackhi_epi8(cb, cr));
        const __m256i even = _mm256_unpacklo_epi8(chroma, y), odd = _mm256_unpackhi_epi8(chroma, y);
        store_32(out.at[0] + 64 * n, _mm256_permute2x128_si256(even, odd, 0x20));
        store_32(out.at[0] + 64 * n + 32, _mm256_permute2x128_si256(even, odd, 0x31));
    }
};

/// Three interleaved sequences of elements of `size` bytes, 48 bytes together: what of sequence `k` lies in register `r`.
template <std::size_t size>
constexpr Table taken_from(std::size_t k, std::size_t r) {
    Table t{};
    for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t from = (3 * (i / size) + k) * size + i % size;
        t.at[i] = from / 16 == r ? byte_of(from % 16) : none;
    }
    return t;
}
/// The reverse: what of register `r` comes from sequence `k`.
template <std::size_t size>
constexpr Table put_into(std::size_t k, std::size_t r) {
    Table t{};
    for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t element = (16 * r + i) / size;
        t.at[i] = element % 3 == k ? byte_of(element / 3 * size + i % size) : none;
    }
    return t;
}

struct Three {
    __m128i a, b, c;
};

__m128i any_of(__m128i a, __m128i b, __m128i c) { return _mm_or_si128(_mm_or_si128(a, b), c); }

template <std::size_t size, std::size_t k>
__m128i sequence_of(Three v) {
    static constexpr Table a = taken_from<size>(k, 0), b = taken_from<size>(k, 1),
                           c = taken_from<size>(k, 2);
    return any_of(_mm_shuffle_epi8(v.a, load(a)), _mm_shuffle_epi8(v.b, load(b)),
                  _mm_shuffle_epi8(v.c, load(c)));
}
template <std::size_t size, std::size_t r>
__m128i register_of(Three v) {
    static constexpr Table a = put_into<size>(0, r), b = put_into<size>(1, r),
                           c = put_into<size>(2, r);
    return any_of(_mm_shuffle_epi8(v.a, load(a)), _mm_shuffle_epi8(v.b, load(b)),
                  _mm_shuffle_epi8(v.c, load(c)));
}

template <std::size_t size>
Three load_sequences(const std::byte* at) {
    const Three v{load_16(at), load_16(at + 16), load_16(at + 32)};
    return {sequence_of<size, 0>(v), sequence_of<size, 1>(v), sequence_of<size, 2>(v)};
}
template <std::size_t size>
void store_sequences(std::byte* at, Three v) {
    store_16(at, register_of<size, 0>(v));
    store_16(at + 16, register_of<size, 1>(v));
    store_16(at + 32, register_of<size, 2>(v));
}

struct Pg8444ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const Three v = load_sequences<1>(in.at[0] + 48 * n);
        store_16(out.at[0] + 16 * n, v.a);
        store_16(out.at[1] + 16 * n, v.b);
        store_16(out.at[2] + 16 * n, v.c);
    }
};

struct PlanarToPg8444 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        store_sequences<1>(
            out.at[0] + 48 * n,
            {load_16(in.at[0] + 16 * n), load_16(in.at[1] + 16 * n), load_16(in.at[2] + 16 * n)});
    }
};

// A 4:2:0 pgroup is three pairs of bytes: of the upper line, of the lower line, of chroma.
struct Pg8420ToPlanar {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        static constexpr Table sorted = {{0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15}};
        const Three v = load_sequences<2>(in.at[0] + 48 * n);
        const __m128i chroma = _mm_shuffle_epi8(v.c, load(sorted));
        store_16(out.at[0] + 16 * n, v.a);
        store_8(out.at[1] + 8 * n, chroma);
        store_8(out.at[2] + 8 * n, _mm_srli_si128(chroma, 8));
        store_16(out.at[3] + 16 * n, v.b);
    }
};

struct PlanarToPg8420 {
    static constexpr std::size_t pixels = 16;
    static void convert(const InRows& in, const OutRows& out, std::size_t n) {
        const __m128i chroma =
            _mm_unpacklo_epi8(load_8(in.at[1] + 8 * n), load_8(in.at[2] + 8 * n));
        store_sequences<2>(out.at[0] + 48 * n,
                           {load_16(in.at[0] + 16 * n), load_16(in.at[3] + 16 * n), chroma});
    }
};

}  // namespace

const RowKernels& avx2_kernels() noexcept {
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
