// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_scaler.hpp"

#include <cstring>
#include <new>
#include <optional>

#include "actors/ffmpeg/av_conversion.hpp"
#include "actors/ffmpeg/av_formats.hpp"
#include "actors/pgroup.hpp"
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

/// Makes the converter of a picture's layout.
Result<> repack(const VideoFormat& from, Layout layout,
                std::optional<st2110::PgroupConverter>& into) {
    VideoFormat to = from;
    to.layout = layout;
    auto made = st2110::PgroupConverter::make(from, to);
    if (!made) return Unexpected(made.error());
    into.emplace(std::move(*made));
    return {};
}

class Scaler final : public VideoScaler {
public:
    Scaler(const VideoFormat& from, const VideoFormat& to) : from_(from), to_(to) {}

    Result<> prepare() {
        // Only the layout changes: no arithmetic, so not one bit may change either.
        if (same_samples(from_, to_)) {
            unchanged_ = from_.layout == to_.layout;
            return unchanged_ ? Result<>{} : repack(from_, to_.layout, unpack_);
        }
        if (pixel_format_of(from_) == AV_PIX_FMT_NONE) {
            inner_from_ = st2110::planar_twin(from_);
            if (auto ok = repack(from_, Layout::planar, unpack_); !ok) return ok;
            planes_in_.resize(inner_from_.bytes());
        }
        if (pixel_format_of(to_) == AV_PIX_FMT_NONE) {
            inner_to_ = st2110::planar_twin(to_);
            if (auto ok = repack(inner_to_, to_.layout, pack_); !ok) return ok;
            planes_out_.resize(inner_to_.bytes());
        }
        auto made = Conversion::make(kind_of(inner_from_), kind_of(inner_to_));
        if (!made) return Unexpected(made.error());
        conversion_.emplace(std::move(*made));
        return {};
    }

    void convert(std::span<const std::byte> from, std::span<std::byte> to) override {
        STREAMLIB_ASSERT(from.size() >= from_.bytes() && to.size() >= to_.bytes(),
                         "a payload is too small");
        if (unchanged_) {
            std::memcpy(to.data(), from.data(), from_.bytes());
            return;
        }
        if (!conversion_) return unpack_->convert(from, to);
        std::span<const std::byte> planes = from;
        if (unpack_) {
            unpack_->convert(from, planes_in_.bytes());
            planes = planes_in_.bytes();
        }
        const std::span<std::byte> into = pack_ ? planes_out_.bytes() : to;
        conversion_->run(picture_in(inner_from_, planes), picture_in(inner_to_, into));
        if (pack_) pack_->convert(into, to);
    }

private:
    VideoFormat from_, to_;
    VideoFormat inner_from_ = from_, inner_to_ = to_;  ///< What swscale reads and writes.
    bool unchanged_ = false;
    std::optional<st2110::PgroupConverter> unpack_, pack_;
    std::optional<Conversion> conversion_;
    Scratch planes_in_, planes_out_;  ///< Between a repacking and the conversion.
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
