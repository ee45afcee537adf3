// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_image.hpp"

#include <optional>

#include "actors/ffmpeg/av_conversion.hpp"
#include "actors/ffmpeg/av_formats.hpp"
#include "actors/ffmpeg/av_scaler.hpp"
#include "actors/pgroup.hpp"

namespace streamlib::actors::av {
namespace {

/// What PNG stores: big-endian where it has 16 bits.
AVPixelFormat png_pixel(const VideoFormat& format) {
    const bool wide = format.depth > 8;
    switch (format.sampling) {
        case Sampling::key: return wide ? AV_PIX_FMT_GRAY16BE : AV_PIX_FMT_GRAY8;
        case Sampling::rgba: return wide ? AV_PIX_FMT_RGBA64BE : AV_PIX_FMT_RGBA;
        default: return wide ? AV_PIX_FMT_RGB48BE : AV_PIX_FMT_RGB24;
    }
}

class PngWriter final : public ImageWriter {
public:
    Result<> open(const VideoFormat& format) {
        inner_ = format;
        if (pixel_format_of(format) == AV_PIX_FMT_NONE) {
            inner_ = st2110::planar_twin(format);
            auto repack = make_scaler(format, inner_);
            if (!repack) return Unexpected(repack.error());
            repack_ = std::move(*repack);
            planes_.resize(inner_.bytes());
        }
        const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
        if (encoder == nullptr) return fail(Errc::unsupported, "this FFmpeg has no PNG encoder");
        codec_.reset(avcodec_alloc_context3(encoder));
        frame_.reset(av_frame_alloc());
        packet_.reset(av_packet_alloc());
        if (!codec_ || !frame_ || !packet_) return fail(Errc::no_memory, "FFmpeg: out of memory");
        PictureKind to = kind_of(inner_);
        to.pixel = png_pixel(format);
        to.full_range = true;
        if (format.sampling != Sampling::key) to.space = AVCOL_SPC_RGB;
        auto conversion = Conversion::make(kind_of(inner_), to);
        if (!conversion) return Unexpected(conversion.error());
        conversion_.emplace(std::move(*conversion));
        frame_->format = codec_->pix_fmt = to.pixel;
        frame_->width = codec_->width = to.width;
        frame_->height = codec_->height = to.height;
        codec_->time_base = {1, 25};
        codec_->thread_count = 1;
        if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) {
            return fail_av(Errc::unsupported, "PNG encoder for " + to_string(format), code);
        }
        if (const int code = av_frame_get_buffer(frame_.get(), 0); code < 0)
            return fail_av(Errc::no_memory, "PNG", code);
        return {};
    }

    Result<std::span<const std::byte>> encode(std::span<const std::byte> payload) override {
        if (repack_) {
            repack_->convert(payload, planes_);
            payload = planes_;
        }
        if (const int code = av_frame_make_writable(frame_.get()); code < 0)
            return fail_av(Errc::no_memory, "PNG", code);
        conversion_->run(picture_in(inner_, payload), picture_in(*frame_));
        frame_->pts = next_pts_++;
        if (const int code = avcodec_send_frame(codec_.get(), frame_.get()); code < 0)
            return fail_av(Errc::io, "PNG", code);
        av_packet_unref(packet_.get());
        if (const int code = avcodec_receive_packet(codec_.get(), packet_.get()); code < 0) {
            return fail_av(Errc::io, "PNG", code);
        }
        return std::as_bytes(std::span(packet_->data, static_cast<std::size_t>(packet_->size)));
    }

private:
    VideoFormat inner_{};
    std::unique_ptr<VideoScaler> repack_;
    std::vector<std::byte> planes_;
    std::optional<Conversion> conversion_;
    CodecPtr codec_;
    FramePtr frame_;
    PacketPtr packet_;
    std::int64_t next_pts_ = 0;
};

}  // namespace

Result<std::unique_ptr<ImageWriter>> make_image_writer(const VideoFormat& format) {
    if (auto ok = format.validate(); !ok) return Unexpected(ok.error());
    auto writer = std::make_unique<PngWriter>();
    if (auto ok = writer->open(format); !ok) return Unexpected(ok.error());
    return writer;
}

}  // namespace streamlib::actors::av
