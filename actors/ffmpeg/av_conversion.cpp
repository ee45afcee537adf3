// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_conversion.hpp"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include "actors/ffmpeg/av_formats.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::actors::av {
namespace {

// `ffmpeg_scale_flags` in swscale's numbers.
constexpr int scale_flags =
    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT;

const int* matrix_of(AVColorSpace space) noexcept {
    // As the ffmpeg program's scale filter: what is no YCbCr matrix is taken as BT.601.
    const bool known = space >= 1 && space <= 10 && space != AVCOL_SPC_YCGCO;
    return sws_getCoefficients(known ? static_cast<int>(space)
                                     : static_cast<int>(AVCOL_SPC_BT470BG));
}

bool is_grey(AVPixelFormat pixel) noexcept {
    const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(pixel);
    return about != nullptr && about->nb_components == 1;
}

/// Row of chroma siting in 1/256 of a row: only 8-bit 4:2:0 has one in the ffmpeg program, so only
/// it has one here.
int vertical_chroma(AVPixelFormat pixel, bool interlaced, int field) noexcept {
    if (pixel != AV_PIX_FMT_YUV420P) return -513;
    if (!interlaced) return 128;
    return field == 0 ? 64 : 192;
}

Result<ScalerPtr> make_scaler(const PictureKind& from, const PictureKind& to, bool by_field,
                              int field) {
    ScalerPtr scaler(sws_alloc_context());
    if (!scaler) return fail(Errc::no_memory, "swscale: out of memory");
    const int divisor = by_field ? 2 : 1;
    const auto set = [&](const char* name, int value) {
        av_opt_set_int(scaler.get(), name, value, 0);
    };
    set("sws_flags", scale_flags);
    set("srcw", from.width);
    set("srch", from.height / divisor);
    set("src_format", from.pixel);
    set("dstw", to.width);
    set("dsth", to.height / divisor);
    set("dst_format", to.pixel);
    set("src_v_chr_pos", vertical_chroma(from.pixel, by_field, field));
    set("dst_v_chr_pos", vertical_chroma(to.pixel, by_field, field));
    if (const int code = sws_init_context(scaler.get(), nullptr, nullptr); code < 0) {
        const auto name = [](AVPixelFormat pixel) {
            return std::string(av_get_pix_fmt_name(pixel));
        };
        return fail_av(Errc::unsupported,
                       "no conversion from " + name(from.pixel) + " to " + name(to.pixel), code);
    }
    const bool yuv_to_yuv = from.space != AVCOL_SPC_RGB && to.space != AVCOL_SPC_RGB;
    // The matrix belongs to the YCbCr side; between two of them one that is not said follows the
    // other, and grey has none.
    AVColorSpace in = from.space, out = to.space;
    if (yuv_to_yuv && (in == AVCOL_SPC_UNSPECIFIED || is_grey(from.pixel))) in = out;
    if (yuv_to_yuv && (out == AVCOL_SPC_UNSPECIFIED || is_grey(to.pixel))) out = in;
    sws_setColorspaceDetails(scaler.get(), matrix_of(in), from.full_range ? 1 : 0, matrix_of(out),
                             to.full_range ? 1 : 0, 0, 1 << 16, 1 << 16);
    return scaler;
}

Picture field_of(const Picture& picture, int field, bool by_field) noexcept {
    if (!by_field) return picture;
    Picture half = picture;
    for (std::size_t i = 0; i < half.data.size(); ++i) {
        if (half.data[i] == nullptr) continue;
        half.data[i] += field * picture.stride[i];
        half.stride[i] = 2 * picture.stride[i];
    }
    return half;
}

}  // namespace

PictureKind kind_of(const VideoFormat& format) noexcept {
    PictureKind kind;
    kind.pixel = pixel_format_of(format);
    STREAMLIB_ASSERT(kind.pixel != AV_PIX_FMT_NONE, "this layout has to be repacked first");
    kind.width = static_cast<int>(format.width);
    kind.height = static_cast<int>(format.height);
    kind.space = color_space_of(format);
    kind.full_range = is_full_range(format);
    kind.interlaced = format.interlace == Interlace::interlaced;
    return kind;
}

PictureKind kind_of(const AVFrame& frame, bool interlaced) noexcept {
    PictureKind kind;
    const auto pixel = static_cast<AVPixelFormat>(frame.format);
    kind.pixel = without_j(pixel);
    kind.width = frame.width;
    kind.height = frame.height;
    kind.space = frame.colorspace;
    kind.full_range = frame.color_range == AVCOL_RANGE_JPEG || kind.pixel != pixel;
    kind.interlaced = interlaced;
    return kind;
}

Picture picture_in(const VideoFormat& format, std::span<std::byte> payload) noexcept {
    STREAMLIB_ASSERT(payload.size() >= format.bytes(),
                     "the payload is smaller than its format says");
    Picture picture;
    for (std::size_t i = 0; i < format.plane_count(); ++i) {
        const Plane plane = format.plane(i);
        picture.data[i] = reinterpret_cast<std::uint8_t*>(payload.data() + plane.offset);
        picture.stride[i] = static_cast<int>(plane.stride_bytes);
    }
    return picture;
}

Picture picture_in(const VideoFormat& format, std::span<const std::byte> payload) noexcept {
    return picture_in(format, std::span(const_cast<std::byte*>(payload.data()), payload.size()));
}

Picture picture_in(const AVFrame& frame) noexcept {
    Picture picture;
    for (std::size_t i = 0; i < picture.data.size(); ++i) {
        picture.data[i] = frame.data[i];
        picture.stride[i] = frame.linesize[i];
    }
    return picture;
}

Result<Conversion> Conversion::make(const PictureKind& from, const PictureKind& to) {
    Conversion made;
    // By field only where rows are mixed; and not where a field would have half a row of chroma.
    const bool mixes_rows = from.height != to.height || from.pixel != to.pixel;
    const bool by_field = from.interlaced && to.interlaced && mixes_rows && from.height % 4 == 0 &&
                          to.height % 4 == 0;
    made.field_count_ = by_field ? 2 : 1;
    made.rows_ = from.height / made.field_count_;
    for (int field = 0; field < made.field_count_; ++field) {
        auto scaler = make_scaler(from, to, by_field, field);
        if (!scaler) return Unexpected(scaler.error());
        made.fields_[static_cast<std::size_t>(field)] = std::move(*scaler);
    }
    return made;
}

void Conversion::run(const Picture& from, const Picture& to) noexcept {
    const bool by_field = field_count_ == 2;
    for (int field = 0; field < field_count_; ++field) {
        const Picture in = field_of(from, field, by_field), out = field_of(to, field, by_field);
        sws_scale(fields_[static_cast<std::size_t>(field)].get(), in.data.data(), in.stride.data(),
                  0, rows_, out.data.data(), out.stride.data());
    }
}

}  // namespace streamlib::actors::av
