// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/format_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "runtime/graph/wording.hpp"
#include "runtime/text_words.hpp"

namespace streamlib::st2110 {
namespace {

constexpr std::uint32_t max_side = 32767;
constexpr std::string_view place = "a=fmtp";

const std::vector<std::string>& known_names() {
    static const std::vector<std::string> names = {
        "sampling", "depth", "width", "height", "exactframerate", "colorimetry", "TCS",
        "PM",       "SSN",   "RANGE", "PAR",    "interlace",      "segmented",   "MAXUDP",
        "TP",       "TROFF", "CMAX",  "TSMODE", "TSDELAY"};
    return names;
}

/// One pass over the parameters of one stream.
class ParameterReader {
public:
    ParameterReader(std::vector<FormatParameter>& parameters, std::uint32_t line, Findings& found)
        : parameters_(parameters), line_(line), found_(found) {}

    VideoParameters read(std::string_view framerate) {
        refuse_contradictions();
        read_picture();
        read_rate(framerate);
        read_scan();
        read_colour();
        read_wire();
        read_timing();
        for (const FormatParameter& rest : parameters_) {
            if (rest.name == "top-field-first") continue;  // RFC 4175's; the order of fields tells.
            warn("the parameter " + wording::quoted(rest.name) + " is not known, and ignored" +
                 wording::near_miss(rest.name, known_names()));
        }
        return video_;
    }

private:
    void warn(const std::string& what) { found_.warning(line_, place, what); }
    void refuse(const std::string& what) { found_.error(line_, place, what); }

    std::optional<FormatParameter> take(std::string_view name) {
        const auto at = std::find_if(parameters_.begin(), parameters_.end(),
                                     [&](const FormatParameter& p) { return p.name == name; });
        if (at == parameters_.end()) return std::nullopt;
        FormatParameter found = std::move(*at);
        parameters_.erase(at);
        return found;
    }

    /// A second parameter of the same name goes; if it says something else, nobody knows which is meant.
    void refuse_contradictions() {
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            for (std::size_t k = parameters_.size() - 1; k > i; --k) {
                if (parameters_[k].name != parameters_[i].name) continue;
                if (parameters_[k] == parameters_[i])
                    warn(parameters_[i].name + " stands twice; write it once");
                else
                    refuse(parameters_[i].name + " stands twice, as " +
                           wording::quoted(parameters_[i].value) + " and as " +
                           wording::quoted(parameters_[k].value) + "; write it once");
                parameters_.erase(parameters_.begin() + static_cast<std::ptrdiff_t>(k));
            }
        }
    }

    std::optional<std::uint32_t> number(std::string_view name, std::uint32_t most) {
        const auto given = take(name);
        if (!given) return std::nullopt;
        const auto value = detail::read_number(given->value);
        if (value && *value <= most) return value;
        warn(std::string(name) + "=" + wording::quoted(given->value) + " is no number up to " +
             std::to_string(most) + ", and ignored");
        return std::nullopt;
    }

    std::uint32_t side(std::string_view name) {
        const auto given = take(name);
        const std::string fix = "; write " + std::string(name) + "=1 … 32767";
        if (!given) {
            refuse(std::string(name) + " is missing" + fix);
            return 0;
        }
        const auto value = detail::read_number(given->value);
        if (value && *value > 0 && *value <= max_side) return *value;
        refuse(std::string(name) + "=" + wording::quoted(given->value) + " is no size" + fix);
        return 0;
    }

    /// A word that has a default: a wrong one is ignored with a warning.
    template <class Value>
    std::optional<Value> word(std::string_view name,
                              std::optional<Value> (*reader)(std::string_view) noexcept) {
        const auto given = take(name);
        if (!given) return std::nullopt;
        const auto value = reader(given->value);
        if (!value)
            warn(std::string(name) + "=" + wording::quoted(given->value) +
                 " is not known, and ignored; known are " + legal_words(name));
        return value;
    }

    void read_picture() {
        video_.width = side("width");
        video_.height = side("height");
        const auto sampling = take("sampling");
        const auto known = sampling ? read_sampling(sampling->value) : std::nullopt;
        if (!sampling)
            refuse("sampling is missing; write one of " + legal_words("sampling"));
        else if (!known)
            refuse("sampling=" + wording::quoted(sampling->value) +
                   " is not of ST 2110-20; the sender must send one of " + legal_words("sampling"));
        video_.sampling = known.value_or(WireSampling::ycbcr_422);
        const auto depth = take("depth");
        if (!depth) {
            refuse("depth is missing; write depth=8, 10, 12, 16 or 16f");
            return;
        }
        video_.floating = depth->value == "16f";
        const auto bits = video_.floating ? 16U : detail::read_number(depth->value).value_or(0);
        if (bits == 8 || bits == 10 || bits == 12 || bits == 16)
            video_.depth = static_cast<std::uint8_t>(bits);
        else
            refuse("depth=" + wording::quoted(depth->value) +
                   " is not of ST 2110-20; write 8, 10, 12, 16 or 16f");
    }

    void read_rate(std::string_view framerate) {
        const auto given = take("exactframerate");
        const std::string_view text = given ? std::string_view(given->value) : framerate;
        if (text.empty()) {
            warn(
                "exactframerate is missing: the frame rate is not known; write e.g. "
                "exactframerate=60000/1001");
            return;
        }
        const bool exact = text.find('.') == std::string_view::npos;
        const auto rate = exact ? parse_rate(text) : rate_of_decimals(text);
        if (!rate) {
            refuse("exactframerate=" + wording::quoted(text) +
                   " is no rate; write e.g. 50 or 60000/1001");
            return;
        }
        video_.rate = *rate;
        const std::string proper = to_string(*rate);
        if (!given)
            warn("exactframerate is missing; taken as " + proper +
                 " from a=framerate:" + std::string(framerate.substr(0, 32)));
        else if (text != proper)
            warn("exactframerate=" + wording::quoted(text) + " is not as it is written; taken as " +
                 proper);
    }

    void read_scan() {
        const auto interlace = take("interlace");
        const auto segmented = take("segmented");
        if (segmented)
            video_.interlace = Interlace::psf;
        else if (interlace)
            video_.interlace = Interlace::interlaced;
        if (segmented && !interlace) warn("segmented needs interlace before it; taken as both");
        if ((interlace && !interlace->bare) || (segmented && !segmented->bare))
            warn("interlace and segmented have no value; write the names alone");
    }

    void read_colour() {
        const auto given = take("colorimetry");
        const auto colour = given ? read_colorimetry(given->value) : std::nullopt;
        // Pictures of standard definition are BT.601 where nobody says otherwise.
        video_.colorimetry = video_.height < 720 ? WireColorimetry::bt601 : WireColorimetry::bt709;
        if (colour)
            video_.colorimetry = *colour;
        else if (!given)
            warn("colorimetry is missing; taken as " + std::string(to_string(video_.colorimetry)));
        else if (given->value.starts_with("BT601"))
            gstreamers(given->value, WireColorimetry::bt601);
        else if (given->value.starts_with("BT709"))
            gstreamers(given->value, WireColorimetry::bt709);
        else if (given->value.starts_with("BT2020"))
            gstreamers(given->value, WireColorimetry::bt2020);
        else if (given->value.starts_with("BT2100"))
            gstreamers(given->value, WireColorimetry::bt2100);
        else
            gstreamers(given->value, WireColorimetry::unspecified);
        video_.transfer = word("TCS", read_transfer).value_or(Transfer::sdr);
        video_.range = word("RANGE", read_range).value_or(Range::narrow);
        if (video_.colorimetry == WireColorimetry::bt2100 && video_.range == Range::full_protect)
            warn("RANGE=FULLPROTECT is not for BT2100; write NARROW or FULL");
        if (const auto par = take("PAR")) read_pixel_shape(par->value);
    }

    void gstreamers(std::string_view word, WireColorimetry taken) {
        video_.colorimetry = taken;
        warn("colorimetry=" + wording::quoted(word) + " is not of ST 2110-20; taken as " +
             std::string(to_string(taken)));
    }

    void read_pixel_shape(std::string_view text) {
        const std::size_t colon = std::min(text.find(':'), text.size());
        const auto width = detail::read_number(text.substr(0, colon));
        const auto height =
            colon == text.size() ? std::nullopt : detail::read_number(text.substr(colon + 1));
        if (!width || !height || *width == 0 || *height == 0) {
            warn("PAR=" + wording::quoted(text) +
                 " is no ratio, and ignored; write e.g. PAR=12:11");
            return;
        }
        const std::uint32_t divisor = std::gcd(*width, *height);
        if (divisor > 1) warn("PAR=" + wording::quoted(text) + " is not in lowest terms");
        video_.pixel_width = *width / divisor;
        video_.pixel_height = *height / divisor;
    }

    void read_wire() {
        const auto packing = take("PM");
        const auto mode = packing ? read_packing(packing->value) : std::nullopt;
        if (!packing)
            warn("PM is missing; taken as 2110GPM");
        else if (!mode)
            refuse("PM=" + wording::quoted(packing->value) +
                   " is not known; write 2110GPM or 2110BPM");
        video_.packing = mode.value_or(PackingMode::general);
        const auto ssn = take("SSN");
        if (!ssn)
            warn("SSN is missing; taken as " + std::string(ssn_of(video_)));
        else if (ssn->value != "ST2110-20:2017" && ssn->value != "ST2110-20:2022")
            warn("SSN=" + wording::quoted(ssn->value) +
                 " is not known; taken as ST2110-20:2017 (or :2022 with ALPHA, ST2115LOGS3)");
        if (const auto size = number("MAXUDP", 65535)) {
            if (*size == 1460 || *size == 8960)
                video_.max_udp = *size;
            else
                warn("MAXUDP=" + std::to_string(*size) + " is neither 1460 nor 8960; taken as " +
                     std::to_string(video_.max_udp = *size > 1460 ? 8960 : 1460));
        }
    }

    void read_timing() {
        video_.sender = word("TP", read_sender);
        video_.tr_offset_us = number("TROFF", 1'000'000);
        video_.cmax = number("CMAX", 1'000'000);
        if (video_.cmax == 0U) {
            warn("CMAX=0 lets no packet pass, and is ignored; write 1 or more");
            video_.cmax.reset();
        }
        video_.ts_mode = word("TSMODE", read_ts_mode);
        video_.ts_delay_us = number("TSDELAY", 1'000'000'000);
    }

    std::vector<FormatParameter>& parameters_;
    std::uint32_t line_;
    Findings& found_;
    VideoParameters video_{};
};

}  // namespace

VideoParameters read_video_parameters(std::vector<FormatParameter>& parameters,
                                      std::string_view framerate, std::uint32_t line,
                                      Findings& findings) {
    return ParameterReader(parameters, line, findings).read(framerate);
}

Result<Rate> rate_of_decimals(std::string_view text) {
    const std::string copy(text.substr(0, 32));
    char* end = nullptr;
    const double hertz = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size() || !(hertz >= 0.5 && hertz < 1000))
        return fail(Errc::parse, "no rate: " + wording::quoted(text));
    const auto near = static_cast<std::int32_t>(std::lround(hertz));
    if (near > 0 && std::abs(hertz - near) < 0.001) return Rate{near, 1};
    for (const std::int32_t nominal : {24, 30, 48, 60, 72, 120, 240})
        if (std::abs(hertz - nominal * 1000.0 / 1001) < 0.006) return Rate{nominal * 1000, 1001};
    return parse_rate(text);
}

}  // namespace streamlib::st2110
