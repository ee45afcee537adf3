// SPDX-License-Identifier: Apache-2.0
// `a=fmtp` of a raw stream, record to text: strict, so that no receiver has anything to guess.
#include <numeric>

#include "actors/st2110/sdp/format_parameters.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::uint32_t max_side = 32767;

bool is_420(WireSampling sampling) {
    return sampling == WireSampling::ycbcr_420 || sampling == WireSampling::clycbcr_420 ||
           sampling == WireSampling::ictcp_420;
}

}  // namespace

Result<> check_video_parameters(const VideoParameters& v) {
    const auto bad = [](std::string text) { return fail(Errc::invalid_argument, std::move(text)); };
    if (v.width == 0 || v.width > max_side || v.height == 0 || v.height > max_side)
        return bad("video: width and height must be 1 to 32767");
    if (v.rate.num <= 0 || v.rate.den <= 0)
        return bad("video: exactframerate must be told; give the format a rate, e.g. @60000/1001");
    if (std::gcd(v.rate.num, v.rate.den) != 1)
        return bad("video: exactframerate " + to_string(v.rate) + " must be in lowest terms");
    if (v.depth != 8 && v.depth != 10 && v.depth != 12 && v.depth != 16)
        return bad("video: depth must be 8, 10, 12 or 16");
    if (v.floating && v.depth != 16) return bad("video: only depth 16 may be floating");
    if (!v.sender && !v.unpaced)
        return bad("video: TP must be told; set the sender type that was measured to hold");
    if (v.interlace != Interlace::progressive && is_420(v.sampling))
        return bad("video: 4:2:0 is for progressive pictures only; send 4:2:2");
    if (v.colorimetry == WireColorimetry::bt2100 && v.range == Range::full_protect)
        return bad("video: BT2100 has the ranges NARROW and FULL only");
    if (v.pixel_width == 0 || v.pixel_height == 0 || std::gcd(v.pixel_width, v.pixel_height) != 1)
        return bad("video: PAR must be two numbers in lowest terms");
    if (v.max_udp != 1460 && v.max_udp != 8960) return bad("video: MAXUDP must be 1460 or 8960");
    if (v.cmax == 0U) return bad("video: CMAX must be 1 or more");
    return {};
}

std::string video_parameters_text(const VideoParameters& v) {
    std::string text;
    const auto add = [&](std::string_view name, std::string_view value) {
        text += std::string(name) + "=" + std::string(value) + "; ";
    };
    const auto add_number = [&](std::string_view name, const std::optional<std::uint32_t>& value) {
        if (value) add(name, std::to_string(*value));
    };
    add("sampling", to_string(v.sampling));
    add("width", std::to_string(v.width));
    add("height", std::to_string(v.height));
    add("exactframerate", to_string(v.rate));
    add("depth", v.floating ? "16f" : std::to_string(v.depth));
    if (v.interlace != Interlace::progressive) text += "interlace; ";
    if (v.interlace == Interlace::psf) text += "segmented; ";
    add("TCS", to_string(v.transfer));
    add("colorimetry", to_string(v.colorimetry));
    // BT2100 should say its range, whatever it is (clause 7.5).
    if (v.range != Range::narrow || v.colorimetry == WireColorimetry::bt2100)
        add("RANGE", to_string(v.range));
    if (v.pixel_width != v.pixel_height)
        add("PAR", std::to_string(v.pixel_width) + ":" + std::to_string(v.pixel_height));
    add("PM", to_string(v.packing));
    add("SSN", ssn_of(v));
    if (v.max_udp != 1460) add("MAXUDP", std::to_string(v.max_udp));
    if (v.sender) add("TP", to_string(*v.sender));
    add_number("TROFF", v.tr_offset_us);
    add_number("CMAX", v.cmax);
    if (v.ts_mode) add("TSMODE", to_string(*v.ts_mode));
    add_number("TSDELAY", v.ts_delay_us);
    return text;
}

}  // namespace streamlib::st2110
