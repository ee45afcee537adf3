// SPDX-License-Identifier: Apache-2.0
// Every sample passes through a 32-bit word with its value in the high bits.
#include "actors/st2110/rtp/audio_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "actors/st2110/rtp/big_endian.hpp"

namespace streamlib::st2110 {
namespace {

template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
void store(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

std::uint32_t shifted(std::int32_t value, unsigned bits) {
    return static_cast<std::uint32_t>(value) << bits;
}

std::uint32_t quantised(float value, unsigned bits) {
    const float scale = static_cast<float>(1U << (bits - 1));
    if (std::isnan(value)) return 0;
    const float clipped = std::clamp(value * scale, -scale, scale - 1);
    return shifted(static_cast<std::int32_t>(std::lrint(clipped)), 32 - bits);
}

template <SampleType type, unsigned wire_bits>
std::uint32_t from_memory(const std::byte* at) {
    if constexpr (type == SampleType::s16) return shifted(load<std::int16_t>(at), 16);
    if constexpr (type == SampleType::s24in32) return shifted(load<std::int32_t>(at), 8);
    if constexpr (type == SampleType::s32) return load<std::uint32_t>(at);
    if constexpr (type == SampleType::f32) return quantised(load<float>(at), wire_bits);
}

template <SampleType type>
void to_memory(std::uint32_t bits, std::byte* at) {
    const auto value = static_cast<std::int32_t>(bits);
    if constexpr (type == SampleType::s16) store(at, static_cast<std::int16_t>(value >> 16));
    if constexpr (type == SampleType::s24in32) store(at, value >> 8);
    if constexpr (type == SampleType::s32) store(at, value);
    if constexpr (type == SampleType::f32) store(at, static_cast<float>(value) * 0x1p-31F);
}

constexpr std::size_t bytes_of(SampleType type) { return type == SampleType::s16 ? 2 : 4; }

constexpr std::size_t four = 4;  // samples of 24 bits are three words

template <SampleType type>
void encode_four(const std::byte* in, std::byte* out) {
    constexpr std::size_t step = bytes_of(type);
    const std::uint32_t a = from_memory<type, 24>(in), b = from_memory<type, 24>(in + step),
                        c = from_memory<type, 24>(in + 2 * step),
                        d = from_memory<type, 24>(in + 3 * step);
    store_be32(out, (a & 0xffffff00U) | b >> 24);
    store_be32(out + 4, (b << 8 & 0xffff0000U) | c >> 16);
    store_be32(out + 8, (c << 16 & 0xff000000U) | d >> 8);
}

template <SampleType type>
void decode_four(const std::byte* in, std::byte* out) {
    constexpr std::size_t step = bytes_of(type);
    const std::uint32_t a = load_be32(in), b = load_be32(in + 4), c = load_be32(in + 8);
    to_memory<type>(a & 0xffffff00U, out);
    to_memory<type>(a << 24 | (b >> 8 & 0x00ffff00U), out + step);
    to_memory<type>(b << 16 | (c >> 16 & 0x0000ff00U), out + 2 * step);
    to_memory<type>(c << 8, out + 3 * step);
}

template <SampleType type, WireSample wire>
void encode(const std::byte* in, std::size_t count, std::byte* out) {
    constexpr std::size_t octets = octets_of(wire);
    if constexpr (octets == 3)
        for (; count >= four; count -= four, in += four * bytes_of(type), out += four * octets)
            encode_four<type>(in, out);
    for (; count > 0; --count, in += bytes_of(type), out += octets) {
        const std::uint32_t bits = from_memory<type, octets * 8>(in);
        store_be16(out, static_cast<std::uint16_t>(bits >> 16));
        if constexpr (octets == 3) out[2] = static_cast<std::byte>(bits >> 8 & 0xff);
    }
}

template <SampleType type, WireSample wire>
void decode(const std::byte* in, std::size_t count, std::byte* out) {
    constexpr std::size_t octets = octets_of(wire);
    if constexpr (octets == 3)
        for (; count >= four; count -= four, in += four * octets, out += four * bytes_of(type))
            decode_four<type>(in, out);
    for (; count > 0; --count, in += octets, out += bytes_of(type)) {
        std::uint32_t bits = std::uint32_t{load_be16(in)} << 16;
        if constexpr (octets == 3) bits |= std::to_integer<std::uint32_t>(in[2]) << 8;
        to_memory<type>(bits, out);
    }
}

using Copy = void (*)(const std::byte*, std::size_t, std::byte*);

template <WireSample wire>
Copy encoder(SampleType type) {
    switch (type) {
        case SampleType::s16: return encode<SampleType::s16, wire>;
        case SampleType::s24in32: return encode<SampleType::s24in32, wire>;
        case SampleType::s32: return encode<SampleType::s32, wire>;
        case SampleType::f32: break;
    }
    return encode<SampleType::f32, wire>;
}

template <WireSample wire>
Copy decoder(SampleType type) {
    switch (type) {
        case SampleType::s16: return decode<SampleType::s16, wire>;
        case SampleType::s24in32: return decode<SampleType::s24in32, wire>;
        case SampleType::s32: return decode<SampleType::s32, wire>;
        case SampleType::f32: break;
    }
    return decode<SampleType::f32, wire>;
}

}  // namespace

std::string_view to_string(WireSample wire) noexcept {
    return wire == WireSample::l16 ? "L16" : "L24";
}

void encode_samples(SampleType type, WireSample wire, const std::byte* samples, std::size_t count,
                    std::byte* out) noexcept {
    const Copy copy =
        wire == WireSample::l16 ? encoder<WireSample::l16>(type) : encoder<WireSample::l24>(type);
    copy(samples, count, out);
}

void decode_samples(WireSample wire, SampleType type, const std::byte* octets, std::size_t count,
                    std::byte* out) noexcept {
    const Copy copy =
        wire == WireSample::l16 ? decoder<WireSample::l16>(type) : decoder<WireSample::l24>(type);
    copy(octets, count, out);
}

}  // namespace streamlib::st2110
