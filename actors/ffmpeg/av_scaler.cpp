// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_scaler.hpp"

#include <cstring>
#include <new>
#include <optional>

#include "actors/ffmpeg/av_conversion.hpp"
#include "actors/ffmpeg/av_formats.hpp"
#include "actors/ffmpeg/repack.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::actors::av {
namespace {

/// A payload of our own, aligned as the rings' are.
class Scratch {
public:
    void resize(std::size_t bytes) {
        memory_.reset(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64})));
        size_ = bytes;
        std::memset(memory_.get(), 0, bytes);
    }
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {memory_.get(), size_}; }

private:
    struct Free {
        void operator()(std::byte* p) const noexcept {
            ::operator delete (p, std::align_val_t{64});
        }
    };
    std::unique_ptr<std::byte, Free> memory_;
    std::size_t size_ = 0;
};

/// Whether two formats differ in nothing but where the samples lie.
bool same_samples(const VideoFormat& a, const VideoFormat& b) {
    const bool rgb = a.sampling == Sampling::rgb || a.sampling == Sampling::rgba;
    return a.width == b.width && a.height == b.height && a.sampling == b.sampling &&
           a.depth == b.depth &&
           (rgb ||
            (is_full_range(a) == is_full_range(b) && color_space_of(a) == color_space_of(b)));
}

class Scaler final : public VideoScaler {
public:
    Scaler(const VideoFormat& from, const VideoFormat& to) : from_(from), to_(to) {}

    Result<> prepare() {
        // Only the layout changes: no arithmetic, so not one bit may change either.
        const bool repack_only = same_samples(from_, to_);
        const auto through_planes = [&](const VideoFormat& format) {
            return repack_only ? format.layout != Layout::planar
                               : pixel_format_of(format) == AV_PIX_FMT_NONE;
        };
        unchanged_ = repack_only && from_.layout == to_.layout;
        if (unchanged_) return {};
        if (through_planes(from_)) {
            unpack_.emplace(from_);
            inner_from_ = planar_twin(from_);
        }
        if (through_planes(to_)) {
            pack_.emplace(to_);
            inner_to_ = planar_twin(to_);
        }
        if (!repack_only) {
            auto made = Conversion::make(kind_of(inner_from_), kind_of(inner_to_));
            if (!made) return Unexpected(made.error());
            conversion_.emplace(std::move(*made));
        }
        // Between two repackers, and between one and the conversion, lies a picture of our own.
        if (unpack_ && (conversion_ || pack_)) planes_in_.resize(inner_from_.bytes());
        if (pack_ && conversion_) planes_out_.resize(inner_to_.bytes());
        return {};
    }

    void convert(std::span<const std::byte> from, std::span<std::byte> to) override {
        STREAMLIB_ASSERT(from.size() >= from_.bytes() && to.size() >= to_.bytes(),
                         "a payload is too small");
        if (unchanged_) {
            std::memcpy(to.data(), from.data(), from_.bytes());
            return;
        }
        std::span<const std::byte> planes = from;
        if (unpack_) {
            const std::span<std::byte> into = planes_in_.bytes().empty() ? to : planes_in_.bytes();
            unpack_->to_planar(from, into);
            planes = into;
        }
        if (conversion_) {
            const std::span<std::byte> into = pack_ ? planes_out_.bytes() : to;
            conversion_->run(picture_in(inner_from_, planes), picture_in(inner_to_, into));
            planes = into;
        }
        if (pack_) pack_->from_planar(planes, to);
    }

private:
    VideoFormat from_, to_;
    VideoFormat inner_from_ = from_, inner_to_ = to_;  ///< What swscale reads and writes.
    bool unchanged_ = false;
    std::optional<Repacker> unpack_, pack_;
    std::optional<Conversion> conversion_;
    Scratch planes_in_, planes_out_;
};

}  // namespace

Result<std::unique_ptr<VideoScaler>> make_scaler(const VideoFormat& from, const VideoFormat& to) {
    for (const VideoFormat* format : {&from, &to}) {
        if (auto ok = format->validate(); !ok) return Unexpected(ok.error());
    }
    const bool weaves = from.interlace == Interlace::interlaced,
               woven = to.interlace == Interlace::interlaced;
    if (weaves != woven) {
        return fail(Errc::unsupported,
                    "no conversion between interlaced and progressive pictures: keep the word of "
                    "the input");
    }
    auto scaler = std::make_unique<Scaler>(from, to);
    if (auto ok = scaler->prepare(); !ok) return Unexpected(ok.error());
    return scaler;
}

}  // namespace streamlib::actors::av
