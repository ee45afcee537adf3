// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pgroup/row_codec.hpp"

#include <algorithm>
#include <cstring>

namespace streamlib::st2110 {
namespace {

// Payloads are bytes of shared memory: samples are read and written with memcpy, which compiles to
// plain loads.
std::uint16_t load_16(const std::byte* at) noexcept {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

void store_16(std::byte* at, std::uint16_t value) noexcept {
    std::memcpy(at, &value, sizeof value);
}

std::uint32_t octet(const std::byte* at) noexcept { return std::to_integer<std::uint32_t>(*at); }

std::byte to_octet(std::uint32_t value) noexcept { return static_cast<std::byte>(value & 0xff); }

std::uint16_t to_sample(std::uint32_t value) noexcept { return static_cast<std::uint16_t>(value); }

/// Four samples of 10 bits in five octets, the first sample in the highest bits.
void write_big_10(const std::uint16_t* in, std::size_t octets, std::byte* out) noexcept {
    for (std::size_t i = 0; i < octets / 5; ++i, in += 4, out += 5) {
        const std::uint32_t a = in[0] & 0x3ffU, b = in[1] & 0x3ffU;
        const std::uint32_t c = in[2] & 0x3ffU, d = in[3] & 0x3ffU;
        out[0] = to_octet(a >> 2);
        out[1] = to_octet(a << 6 | b >> 4);
        out[2] = to_octet(b << 4 | c >> 6);
        out[3] = to_octet(c << 2 | d >> 8);
        out[4] = to_octet(d);
    }
}

void read_big_10(const std::byte* in, std::size_t octets, std::uint16_t* out) noexcept {
    for (std::size_t i = 0; i < octets / 5; ++i, in += 5, out += 4) {
        const std::uint32_t a = octet(in), b = octet(in + 1), c = octet(in + 2);
        const std::uint32_t d = octet(in + 3), e = octet(in + 4);
        out[0] = to_sample((a << 2 | b >> 6) & 0x3ff);
        out[1] = to_sample((b << 4 | c >> 4) & 0x3ff);
        out[2] = to_sample((c << 6 | d >> 2) & 0x3ff);
        out[3] = to_sample((d << 8 | e) & 0x3ff);
    }
}

/// Two samples of 12 bits in three octets.
void write_big_12(const std::uint16_t* in, std::size_t octets, std::byte* out) noexcept {
    for (std::size_t i = 0; i < octets / 3; ++i, in += 2, out += 3) {
        const std::uint32_t a = in[0] & 0xfffU, b = in[1] & 0xfffU;
        out[0] = to_octet(a >> 4);
        out[1] = to_octet(a << 4 | b >> 8);
        out[2] = to_octet(b);
    }
}

void read_big_12(const std::byte* in, std::size_t octets, std::uint16_t* out) noexcept {
    for (std::size_t i = 0; i < octets / 3; ++i, in += 3, out += 2) {
        const std::uint32_t a = octet(in), b = octet(in + 1), c = octet(in + 2);
        out[0] = to_sample((a << 4 | b >> 4) & 0xfff);
        out[1] = to_sample((b << 8 | c) & 0xfff);
    }
}

void write_big_16(const std::uint16_t* in, std::size_t octets, std::byte* out) noexcept {
    for (std::size_t i = 0; i < octets / 2; ++i) {
        out[2 * i] = to_octet(in[i] >> 8U);
        out[2 * i + 1] = to_octet(in[i]);
    }
}

void read_big_16(const std::byte* in, std::size_t octets, std::uint16_t* out) noexcept {
    for (std::size_t i = 0; i < octets / 2; ++i) {
        out[i] = to_sample(octet(in + 2 * i) << 8 | octet(in + 2 * i + 1));
    }
}

/// v210: three samples of 10 bits in a little-endian 32-bit word, the first in the lowest bits.
void write_v210(const std::uint16_t* in, std::size_t octets, std::byte* out) noexcept {
    for (std::size_t i = 0; i < octets / 4; ++i, in += 3, out += 4) {
        const std::uint32_t a = in[0] & 0x3ffU, b = in[1] & 0x3ffU, c = in[2] & 0x3ffU;
        const std::uint32_t word = a | b << 10 | c << 20;
        std::memcpy(out, &word, sizeof word);
    }
}

void read_v210(const std::byte* in, std::size_t octets, std::uint16_t* out) noexcept {
    for (std::size_t i = 0; i < octets / 4; ++i, in += 4, out += 3) {
        std::uint32_t word = 0;
        std::memcpy(&word, in, sizeof word);
        out[0] = to_sample(word & 0x3ff);
        out[1] = to_sample(word >> 10 & 0x3ff);
        out[2] = to_sample(word >> 20 & 0x3ff);
    }
}

}  // namespace

RowCodec::RowCodec(const VideoFormat& format) : sampling_(format.sampling), depth_(format.depth) {
    for (std::size_t i = 0; i < format.plane_count(); ++i) planes_[i] = format.plane(i);
    const bool packed = format.layout == Layout::packed;
    if (format.layout != Layout::planar) {
        switch (depth_) {
            case 8: octets_ = Octets::bits_8; break;
            case 10: octets_ = packed ? Octets::v210 : Octets::big_10; break;
            case 12: octets_ = Octets::big_12; break;
            default: octets_ = packed ? Octets::little_16 : Octets::big_16; break;
        }
    }
    const bool pairs = sampling_ == Sampling::ycbcr_422 || sampling_ == Sampling::ycbcr_420;
    units_ = pairs ? format.width / 2 : format.width;
    rows_ = sampling_ == Sampling::ycbcr_420 ? format.height / 2 : format.height;
}

std::size_t RowCodec::capacity() const noexcept {
    const std::size_t v210 = octets_ == Octets::v210 ? planes_[0].row_bytes / 4 * 3 : 0;
    return std::max(samples(), v210);
}

std::span<const RowCodec::Tap> RowCodec::taps() const noexcept {
    static constexpr Tap cb_y_cr[] = {{1, 0, 1, 0}, {0, 0, 1, 0}, {2, 0, 1, 0}};
    static constexpr Tap cb_y_cr_y[] = {{1, 0, 1, 0}, {0, 0, 2, 0}, {2, 0, 1, 0}, {0, 0, 2, 1}};
    static constexpr Tap y_y_y_y_cb_cr[] = {{0, 0, 2, 0}, {0, 0, 2, 1}, {0, 1, 2, 0},
                                            {0, 1, 2, 1}, {1, 0, 1, 0}, {2, 0, 1, 0}};
    static constexpr Tap r_g_b_a[] = {{2, 0, 1, 0}, {0, 0, 1, 0}, {1, 0, 1, 0}, {3, 0, 1, 0}};
    static constexpr Tap key[] = {{0, 0, 1, 0}};
    switch (sampling_) {
        case Sampling::ycbcr_444: return cb_y_cr;
        case Sampling::ycbcr_422: return cb_y_cr_y;
        case Sampling::ycbcr_420: return y_y_y_y_cb_cr;
        case Sampling::rgb: return std::span(r_g_b_a).first(3);
        case Sampling::rgba: return r_g_b_a;
        case Sampling::key: return key;
    }
    return {};
}

std::size_t RowCodec::plane_row(const Tap& tap, std::size_t row) const noexcept {
    // A row of 4:2:0 pgroups holds two rows of luma and one of chroma.
    const bool two_lines = sampling_ == Sampling::ycbcr_420 && tap.plane == 0;
    const Plane& plane = planes_[tap.plane];
    return plane.offset + (two_lines ? 2 * row + tap.line : row) * plane.stride_bytes;
}

void RowCodec::gather(const std::byte* payload, std::size_t row,
                      std::uint16_t* samples) const noexcept {
    const std::span<const Tap> order = taps();
    const std::size_t count = order.size();
    const std::uint32_t mask = (1U << depth_) - 1;
    for (std::size_t t = 0; t < count; ++t) {
        const std::byte* in = payload + plane_row(order[t], row);
        const std::size_t step = order[t].step, first = order[t].first;
        std::uint16_t* out = samples + t;
        if (depth_ == 8) {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * count] = to_sample(octet(in + u * step + first));
        } else {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * count] = to_sample(load_16(in + 2 * (u * step + first)) & mask);
        }
    }
}

void RowCodec::scatter(std::byte* payload, std::size_t row,
                       const std::uint16_t* samples) const noexcept {
    const std::span<const Tap> order = taps();
    const std::size_t count = order.size();
    for (std::size_t t = 0; t < count; ++t) {
        std::byte* out = payload + plane_row(order[t], row);
        const std::size_t step = order[t].step, first = order[t].first;
        const std::uint16_t* in = samples + t;
        if (depth_ == 8) {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * step + first] = to_octet(in[u * count]);
        } else {
            for (std::size_t u = 0; u < units_; ++u)
                store_16(out + 2 * (u * step + first), in[u * count]);
        }
    }
}

void RowCodec::write(std::byte* payload, std::size_t row,
                     const std::uint16_t* samples) const noexcept {
    if (octets_ == Octets::planes) return scatter(payload, row, samples);
    const std::size_t octets = planes_[0].row_bytes;
    std::byte* out = payload + planes_[0].offset + row * planes_[0].stride_bytes;
    switch (octets_) {
        case Octets::planes: break;
        case Octets::bits_8:
            for (std::size_t i = 0; i < octets; ++i) out[i] = to_octet(samples[i]);
            break;
        case Octets::big_10: write_big_10(samples, octets, out); break;
        case Octets::big_12: write_big_12(samples, octets, out); break;
        case Octets::big_16: write_big_16(samples, octets, out); break;
        case Octets::little_16: std::memcpy(out, samples, octets); break;
        case Octets::v210: write_v210(samples, octets, out); break;
    }
}

void RowCodec::read(const std::byte* payload, std::size_t row,
                    std::uint16_t* samples) const noexcept {
    if (octets_ == Octets::planes) return gather(payload, row, samples);
    const std::size_t octets = planes_[0].row_bytes;
    const std::byte* in = payload + planes_[0].offset + row * planes_[0].stride_bytes;
    switch (octets_) {
        case Octets::planes: break;
        case Octets::bits_8:
            for (std::size_t i = 0; i < octets; ++i) samples[i] = to_sample(octet(in + i));
            break;
        case Octets::big_10: read_big_10(in, octets, samples); break;
        case Octets::big_12: read_big_12(in, octets, samples); break;
        case Octets::big_16: read_big_16(in, octets, samples); break;
        case Octets::little_16: std::memcpy(samples, in, octets); break;
        case Octets::v210: read_v210(in, octets, samples); break;
    }
}

}  // namespace streamlib::st2110
