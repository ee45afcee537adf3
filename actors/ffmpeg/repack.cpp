// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/repack.hpp"

#include <algorithm>
#include <cstring>

#include "ipc/base/assert.hpp"

namespace streamlib::actors {
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

/// Samples that fit into a row of packed octets: what read_* writes.
std::size_t samples_in(std::size_t octets, bool v210, unsigned depth) {
    return v210 ? octets / 4 * 3 : octets * 8 / depth;
}

}  // namespace

VideoFormat planar_twin(const VideoFormat& format) noexcept {
    VideoFormat twin = format;
    twin.layout = Layout::planar;
    return twin;
}

Repacker::Repacker(const VideoFormat& laid_out)
    : planar_(planar_twin(laid_out)), sampling_(laid_out.sampling), packed_(laid_out.plane(0)) {
    STREAMLIB_ASSERT(laid_out.layout != Layout::planar, "a planar picture needs no repacking");
    const bool packed = laid_out.layout == Layout::packed;
    switch (laid_out.depth) {
        case 8: octets_ = Octets::bits_8; break;
        case 10: octets_ = packed ? Octets::v210 : Octets::big_10; break;
        case 12: octets_ = Octets::big_12; break;
        default: octets_ = packed ? Octets::little_16 : Octets::big_16; break;
    }
    for (std::size_t i = 0; i < planar_.plane_count(); ++i) planes_[i] = planar_.plane(i);
    const bool pairs = sampling_ == Sampling::ycbcr_422 || sampling_ == Sampling::ycbcr_420;
    units_ = pairs ? planar_.width / 2 : planar_.width;
    row_.assign(std::max(units_ * taps().size(),
                         samples_in(packed_.row_bytes, octets_ == Octets::v210, laid_out.depth)),
                0);
}

std::span<const Repacker::Tap> Repacker::taps() const noexcept {
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

std::size_t Repacker::plane_row(const Tap& tap, std::size_t row) const noexcept {
    // A row of 4:2:0 pgroups holds two rows of luma and one of chroma.
    const bool two_lines = sampling_ == Sampling::ycbcr_420 && tap.plane == 0;
    const Plane& plane = planes_[tap.plane];
    return plane.offset + (two_lines ? 2 * row + tap.line : row) * plane.stride_bytes;
}

void Repacker::gather(const std::byte* planar, std::size_t row) noexcept {
    const std::span<const Tap> order = taps();
    const std::size_t count = order.size();
    for (std::size_t t = 0; t < count; ++t) {
        const std::byte* in = planar + plane_row(order[t], row);
        const std::size_t step = order[t].step, first = order[t].first;
        std::uint16_t* out = row_.data() + t;
        if (planar_.depth == 8) {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * count] = to_sample(octet(in + u * step + first));
        } else {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * count] = load_16(in + 2 * (u * step + first));
        }
    }
}

void Repacker::scatter(std::byte* planar, std::size_t row) const noexcept {
    const std::span<const Tap> order = taps();
    const std::size_t count = order.size();
    for (std::size_t t = 0; t < count; ++t) {
        std::byte* out = planar + plane_row(order[t], row);
        const std::size_t step = order[t].step, first = order[t].first;
        const std::uint16_t* in = row_.data() + t;
        if (planar_.depth == 8) {
            for (std::size_t u = 0; u < units_; ++u)
                out[u * step + first] = to_octet(in[u * count]);
        } else {
            for (std::size_t u = 0; u < units_; ++u)
                store_16(out + 2 * (u * step + first), in[u * count]);
        }
    }
}

void Repacker::write_octets(std::byte* out) const noexcept {
    const std::size_t octets = packed_.row_bytes;
    switch (octets_) {
        case Octets::bits_8:
            for (std::size_t i = 0; i < octets; ++i) out[i] = to_octet(row_[i]);
            break;
        case Octets::big_10: write_big_10(row_.data(), octets, out); break;
        case Octets::big_12: write_big_12(row_.data(), octets, out); break;
        case Octets::big_16: write_big_16(row_.data(), octets, out); break;
        case Octets::little_16: std::memcpy(out, row_.data(), octets); break;
        case Octets::v210: write_v210(row_.data(), octets, out); break;
    }
}

void Repacker::read_octets(const std::byte* in) noexcept {
    const std::size_t octets = packed_.row_bytes;
    switch (octets_) {
        case Octets::bits_8:
            for (std::size_t i = 0; i < octets; ++i) row_[i] = to_sample(octet(in + i));
            break;
        case Octets::big_10: read_big_10(in, octets, row_.data()); break;
        case Octets::big_12: read_big_12(in, octets, row_.data()); break;
        case Octets::big_16: read_big_16(in, octets, row_.data()); break;
        case Octets::little_16: std::memcpy(row_.data(), in, octets); break;
        case Octets::v210: read_v210(in, octets, row_.data()); break;
    }
}

void Repacker::to_planar(std::span<const std::byte> from, std::span<std::byte> planar) noexcept {
    for (std::size_t row = 0; row < packed_.rows; ++row) {
        read_octets(from.data() + packed_.offset + row * packed_.stride_bytes);
        scatter(planar.data(), row);
    }
}

void Repacker::from_planar(std::span<const std::byte> planar, std::span<std::byte> to) noexcept {
    // read_octets may have left a v210 row's padding here.
    std::fill(row_.begin() + static_cast<std::ptrdiff_t>(units_ * taps().size()), row_.end(),
              std::uint16_t{0});
    for (std::size_t row = 0; row < packed_.rows; ++row) {
        gather(planar.data(), row);
        write_octets(to.data() + packed_.offset + row * packed_.stride_bytes);
    }
}

}  // namespace streamlib::actors
