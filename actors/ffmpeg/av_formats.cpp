// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_formats.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace streamlib::actors::av {
namespace {

struct Entry {
    AVPixelFormat pixel;
    Sampling sampling;
    std::uint8_t depth;
    Layout layout;
};

constexpr Entry table[] = {
    {AV_PIX_FMT_YUV444P, Sampling::ycbcr_444, 8, Layout::planar},
    {AV_PIX_FMT_YUV444P10LE, Sampling::ycbcr_444, 10, Layout::planar},
    {AV_PIX_FMT_YUV444P12LE, Sampling::ycbcr_444, 12, Layout::planar},
    {AV_PIX_FMT_YUV444P16LE, Sampling::ycbcr_444, 16, Layout::planar},
    {AV_PIX_FMT_YUV422P, Sampling::ycbcr_422, 8, Layout::planar},
    {AV_PIX_FMT_YUV422P10LE, Sampling::ycbcr_422, 10, Layout::planar},
    {AV_PIX_FMT_YUV422P12LE, Sampling::ycbcr_422, 12, Layout::planar},
    {AV_PIX_FMT_YUV422P16LE, Sampling::ycbcr_422, 16, Layout::planar},
    {AV_PIX_FMT_YUV420P, Sampling::ycbcr_420, 8, Layout::planar},
    {AV_PIX_FMT_YUV420P10LE, Sampling::ycbcr_420, 10, Layout::planar},
    {AV_PIX_FMT_YUV420P12LE, Sampling::ycbcr_420, 12, Layout::planar},
    {AV_PIX_FMT_YUV420P16LE, Sampling::ycbcr_420, 16, Layout::planar},
    {AV_PIX_FMT_GBRP, Sampling::rgb, 8, Layout::planar},
    {AV_PIX_FMT_GBRP10LE, Sampling::rgb, 10, Layout::planar},
    {AV_PIX_FMT_GBRP12LE, Sampling::rgb, 12, Layout::planar},
    {AV_PIX_FMT_GBRP16LE, Sampling::rgb, 16, Layout::planar},
    {AV_PIX_FMT_GBRAP, Sampling::rgba, 8, Layout::planar},
    {AV_PIX_FMT_GBRAP10LE, Sampling::rgba, 10, Layout::planar},
    {AV_PIX_FMT_GBRAP12LE, Sampling::rgba, 12, Layout::planar},
    {AV_PIX_FMT_GBRAP16LE, Sampling::rgba, 16, Layout::planar},
    {AV_PIX_FMT_GRAY8, Sampling::key, 8, Layout::planar},
    {AV_PIX_FMT_GRAY10LE, Sampling::key, 10, Layout::planar},
    {AV_PIX_FMT_GRAY12LE, Sampling::key, 12, Layout::planar},
    {AV_PIX_FMT_GRAY16LE, Sampling::key, 16, Layout::planar},
    {AV_PIX_FMT_UYVY422, Sampling::ycbcr_422, 8, Layout::packed},
    {AV_PIX_FMT_RGB24, Sampling::rgb, 8, Layout::packed},
    {AV_PIX_FMT_RGBA, Sampling::rgba, 8, Layout::packed},
    {AV_PIX_FMT_RGB48LE, Sampling::rgb, 16, Layout::packed},
    {AV_PIX_FMT_RGBA64LE, Sampling::rgba, 16, Layout::packed},
};

bool has(const AVPixFmtDescriptor& about, std::uint64_t flag) { return (about.flags & flag) != 0; }

std::uint8_t depth_for(int bits) noexcept {
    if (bits <= 8) return 8;
    if (bits <= 10) return 10;
    return bits <= 12 ? 12 : 16;
}

Sampling sampling_for(const AVPixFmtDescriptor& about, bool odd_width, bool odd_height) noexcept {
    const bool color_table = has(about, AV_PIX_FMT_FLAG_PAL);
    if (color_table) return Sampling::rgba;
    const bool alpha = has(about, AV_PIX_FMT_FLAG_ALPHA);
    if (has(about, AV_PIX_FMT_FLAG_RGB) || has(about, AV_PIX_FMT_FLAG_BAYER) ||
        std::string_view(about.name).substr(0, 3) == "xyz") {
        return alpha ? Sampling::rgba : Sampling::rgb;
    }
    if (about.nb_components < 3) return Sampling::key;
    if (about.log2_chroma_w == 0 || odd_width) return Sampling::ycbcr_444;
    if (about.log2_chroma_h == 0 || odd_height) return Sampling::ycbcr_422;
    return Sampling::ycbcr_420;
}

}  // namespace

Unexpected fail_av(Errc errc, std::string_view what, int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    return fail(errc, std::string(what) + ": " + text);
}

AVPixelFormat without_j(AVPixelFormat pixel) noexcept {
    switch (pixel) {
        case AV_PIX_FMT_YUVJ420P: return AV_PIX_FMT_YUV420P;
        case AV_PIX_FMT_YUVJ422P: return AV_PIX_FMT_YUV422P;
        case AV_PIX_FMT_YUVJ444P: return AV_PIX_FMT_YUV444P;
        default: return pixel;
    }
}

AVPixelFormat pixel_format_of(const VideoFormat& format) noexcept {
    for (const Entry& entry : table) {
        if (entry.sampling == format.sampling && entry.depth == format.depth &&
            entry.layout == format.layout) {
            return entry.pixel;
        }
    }
    return AV_PIX_FMT_NONE;
}

Result<VideoFormat> nearest_format(AVPixelFormat source, int width, int height, VideoFormat like) {
    const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(source);
    if (about == nullptr)
        return fail(Errc::unsupported, "its pixel format is not known before decoding");
    if (width < 1 || height < 1) return fail(Errc::unsupported, "its picture size is not known");
    like.width = static_cast<std::uint32_t>(width);
    like.height = static_cast<std::uint32_t>(height);
    const bool odd_width = width % 2 != 0, odd_height = height % 2 != 0;
    if (odd_height) like.interlace = Interlace::progressive;
    like.sampling = sampling_for(*about, odd_width, odd_height);
    like.depth = depth_for(about->comp[0].depth);
    like.layout = Layout::planar;
    for (const Entry& entry : table) {
        if (entry.pixel != without_j(source)) continue;
        const bool packed_422 =
            entry.layout == Layout::packed && entry.sampling == Sampling::ycbcr_422;
        if (!(packed_422 && odd_width)) like.layout = entry.layout;
    }
    const bool rgb = like.sampling == Sampling::rgb || like.sampling == Sampling::rgba;
    if (rgb && like.depth == 8 && !has(*about, AV_PIX_FMT_FLAG_PLANAR))
        like.layout = Layout::packed;
    if (rgb || source != without_j(source)) like.range = Range::full;
    if (auto ok = like.validate(); !ok) return fail(Errc::unsupported, ok.error().text);
    return like;
}

AVColorSpace color_space_of(const VideoFormat& format) noexcept {
    if (format.sampling == Sampling::rgb || format.sampling == Sampling::rgba) return AVCOL_SPC_RGB;
    switch (format.colorimetry) {
        case Colorimetry::bt601: return AVCOL_SPC_SMPTE170M;
        case Colorimetry::bt709: return AVCOL_SPC_BT709;
        case Colorimetry::bt2020:
        case Colorimetry::bt2100: return AVCOL_SPC_BT2020_NCL;
        default: return AVCOL_SPC_UNSPECIFIED;
    }
}

Colorimetry colorimetry_of(AVColorSpace space, AVColorPrimaries primaries,
                           AVColorTransferCharacteristic transfer) noexcept {
    const bool hdr = transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
    switch (space) {
        case AVCOL_SPC_SMPTE170M:
        case AVCOL_SPC_BT470BG: return Colorimetry::bt601;
        case AVCOL_SPC_BT709: return Colorimetry::bt709;
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL: return hdr ? Colorimetry::bt2100 : Colorimetry::bt2020;
        default: break;
    }
    switch (primaries) {
        case AVCOL_PRI_SMPTE170M:
        case AVCOL_PRI_BT470BG: return Colorimetry::bt601;
        case AVCOL_PRI_BT709: return Colorimetry::bt709;
        case AVCOL_PRI_BT2020: return hdr ? Colorimetry::bt2100 : Colorimetry::bt2020;
        default: return Colorimetry::unspecified;
    }
}

AVColorPrimaries primaries_of(Colorimetry colorimetry) noexcept {
    switch (colorimetry) {
        case Colorimetry::bt601: return AVCOL_PRI_SMPTE170M;
        case Colorimetry::bt709: return AVCOL_PRI_BT709;
        case Colorimetry::bt2020:
        case Colorimetry::bt2100: return AVCOL_PRI_BT2020;
        case Colorimetry::st2065_1:
        case Colorimetry::xyz:
        case Colorimetry::unspecified: break;
    }
    return AVCOL_PRI_UNSPECIFIED;
}

AVColorTransferCharacteristic transfer_of(Colorimetry colorimetry) noexcept {
    switch (colorimetry) {
        case Colorimetry::bt601: return AVCOL_TRC_SMPTE170M;
        case Colorimetry::bt709: return AVCOL_TRC_BT709;
        case Colorimetry::bt2020: return AVCOL_TRC_BT2020_10;
        default:
            return AVCOL_TRC_UNSPECIFIED;  // BT.2100 is PQ or HLG: the record does not say which.
    }
}

bool is_full_range(const VideoFormat& format) noexcept {
    return format.sampling == Sampling::rgb || format.sampling == Sampling::rgba ||
           format.range != Range::narrow;
}

}  // namespace streamlib::actors::av
