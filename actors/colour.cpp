// SPDX-License-Identifier: Apache-2.0
#include "actors/colour.hpp"

#include <algorithm>
#include <cmath>

namespace streamlib::actors {
namespace {

struct Weights {
    double r;
    double b;
};
constexpr Weights bt709{0.2126, 0.0722};

constexpr Weights weights_of(Colorimetry colorimetry) {
    switch (colorimetry) {
        case Colorimetry::bt601: return {0.299, 0.114};
        case Colorimetry::bt2020:
        case Colorimetry::bt2100: return {0.2627, 0.0593};
        default: return bt709;
    }
}

/// Turns 0 … 1 (or -0.5 … 0.5 for colour differences) into codes of a depth and range.
class Quantiser {
public:
    explicit Quantiser(const VideoFormat& f)
        : full_(f.range != Range::narrow), unit_(std::ldexp(1.0, f.depth - 8)) {
        top_ = 256 * unit_ - 1;
        const bool open = f.range == Range::full;
        lowest_ = open ? 0 : unit_;
        highest_ = open ? top_ : 255 * unit_ - 1;
    }
    [[nodiscard]] std::uint16_t level(double v) const {
        return clip(full_ ? v * top_ : (16 + 219 * v) * unit_);
    }
    [[nodiscard]] std::uint16_t difference(double v) const {
        return clip(full_ ? v * top_ + 128 * unit_ : (128 + 224 * v) * unit_);
    }
    [[nodiscard]] std::uint16_t opaque() const { return static_cast<std::uint16_t>(top_); }

private:
    [[nodiscard]] std::uint16_t clip(double code) const {
        // Products such as 0.75 * 0.2126 may come out a hair below an exact half.
        const double whole = std::floor(code + 0.5 + 1e-7);
        return static_cast<std::uint16_t>(std::clamp(whole, lowest_, highest_));
    }
    bool full_;
    double unit_;
    double top_ = 0;
    double lowest_ = 0;
    double highest_ = 0;
};

}  // namespace

Codes codes_of(const Colour& c, const VideoFormat& format) noexcept {
    const Quantiser quantise(format);
    if (format.sampling == Sampling::rgb || format.sampling == Sampling::rgba)
        return {quantise.level(c.r), quantise.level(c.g), quantise.level(c.b), quantise.opaque()};
    const Weights k = weights_of(format.colorimetry);
    const double y = k.r * c.r + (1 - k.r - k.b) * c.g + k.b * c.b;
    return {quantise.level(y), quantise.difference((c.b - y) / (2 * (1 - k.b))),
            quantise.difference((c.r - y) / (2 * (1 - k.r))), quantise.opaque()};
}

Colour from_bt709_12bit(double y_code, double cb_code, double cr_code) noexcept {
    const double y = (y_code - 256) / 3504;
    const double cb = (cb_code - 2048) / 3584;
    const double cr = (cr_code - 2048) / 3584;
    Colour c;
    c.r = y + 2 * (1 - bt709.r) * cr;
    c.b = y + 2 * (1 - bt709.b) * cb;
    c.g = (y - bt709.r * c.r - bt709.b * c.b) / (1 - bt709.r - bt709.b);
    return c;
}

}  // namespace streamlib::actors
