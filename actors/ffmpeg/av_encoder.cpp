// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_encoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cstring>

#include "actors/ffmpeg/av_formats.hpp"
#include "actors/ffmpeg/av_scaler.hpp"
#include "actors/pgroup.hpp"

namespace streamlib::actors::av {
namespace {

constexpr int ticks_a_second = 10'000;

/// A unit in which frame times of `rate` are whole, and others are within 0.1 ms.
AVRational time_base_for(Rate rate, Container container) {
    if (rate.num <= 0) return {1, container == Container::y4m ? 25 : 90'000};
    if (container == Container::y4m)
        return {rate.den, rate.num};  // Has no times; the unit is what its header says.
    const int factor = std::max(1, (ticks_a_second + rate.num - 1) / rate.num);
    return {rate.den, rate.num * factor};
}

const AVCodec* find_encoder(AVCodecID id) {
    return id == AV_CODEC_ID_H264 ? avcodec_find_encoder_by_name("libx264")
                                  : avcodec_find_encoder(id);
}

Result<CodecPtr> make_codec(AVCodecID id, bool global_header) {
    const AVCodec* encoder = find_encoder(id);
    if (encoder == nullptr)
        return fail(Errc::unsupported,
                    std::string("this FFmpeg has no encoder for ") + avcodec_get_name(id));
    CodecPtr codec(avcodec_alloc_context3(encoder));
    if (!codec) return fail(Errc::no_memory, "FFmpeg: out of memory");
    if (global_header) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    // No version strings: the same input makes the same file.
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    return codec;
}

void set_codec_options(AVCodecContext& codec, AVCodecID id, Rate rate) {
    if (id == AV_CODEC_ID_FFV1) {
        // Every frame stands alone, in slices that carry a checksum each.
        codec.level = 3;
        codec.gop_size = 1;
        const bool small = codec.width < 64 || codec.height < 64;
        codec.slices = small ? 0 : 4;
        av_opt_set_int(codec.priv_data, "slicecrc", 1, 0);
    } else if (id == AV_CODEC_ID_H264) {
        codec.gop_size = rate.num > 0 ? std::max(1, rate.num / rate.den) : 25;
        av_opt_set(codec.priv_data, "preset", "veryfast", 0);
        av_opt_set(codec.priv_data, "crf", "18", 0);
    }
}

int receive_packets(AVCodecContext& codec, AVPacket& packet, const PacketSink& sink) {
    for (;;) {
        const int code = avcodec_receive_packet(&codec, &packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
        if (code < 0) return code;
        const int written = sink(packet);
        av_packet_unref(&packet);
        if (written < 0) return written;
    }
}

int drain_codec(AVCodecContext& codec, AVPacket& packet, const PacketSink& sink) {
    const int code = avcodec_send_frame(&codec, nullptr);
    if (code < 0) return code == AVERROR_EOF ? 0 : code;
    return receive_packets(codec, packet, sink);
}

void keep(void*, std::uint8_t*) {}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::open(const VideoFormat& format,
                                                         const WritePlan& plan, int threads,
                                                         bool global_header) {
    auto codec = make_codec(plan.video_codec, global_header);
    if (!codec) return Unexpected(codec.error());
    std::unique_ptr<VideoEncoder> made(new VideoEncoder);
    made->codec_ = std::move(*codec);
    made->frame_.reset(av_frame_alloc());
    made->packet_.reset(av_packet_alloc());
    if (!made->frame_ || !made->packet_) return fail(Errc::no_memory, "FFmpeg: out of memory");
    AVCodecContext& context = *made->codec_;
    context.width = static_cast<int>(format.width);
    context.height = static_cast<int>(format.height);
    context.pix_fmt = plan.pixel;
    context.time_base = time_base_for(format.rate, plan.container);
    if (format.rate.num > 0) context.framerate = {format.rate.num, format.rate.den};
    context.sample_aspect_ratio = {1, 1};
    const bool interlaced = format.interlace == Interlace::interlaced;
    context.field_order = interlaced ? AV_FIELD_TT : AV_FIELD_PROGRESSIVE;
    if (interlaced) context.flags |= AV_CODEC_FLAG_INTERLACED_DCT;
    context.color_range = is_full_range(format) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    context.colorspace = color_space_of(format);
    context.color_primaries = primaries_of(format.colorimetry);
    context.color_trc = transfer_of(format.colorimetry);
    context.thread_count = threads;
    // Frame threads would look at a payload after encode() has returned.
    context.thread_type = FF_THREAD_SLICE;
    context.strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    set_codec_options(context, plan.video_codec, format.rate);
    if (const int code = avcodec_open2(&context, context.codec, nullptr); code < 0) {
        return fail_av(Errc::unsupported,
                       std::string(context.codec->name) + " encoder for " + to_string(format),
                       code);
    }
    if (auto ok = made->prepare_conversion(format, plan.pixel); !ok) return Unexpected(ok.error());
    return made;
}

Result<> VideoEncoder::prepare_conversion(const VideoFormat& format, AVPixelFormat pixel) {
    format_ = inner_ = format;
    frame_->format = pixel;
    frame_->width = codec_->width;
    frame_->height = codec_->height;
    if (pixel_format_of(format) == pixel) return {};
    if (format.sampling == Sampling::rgb || format.sampling == Sampling::rgba) {
        if (pixel_format_of(format) == AV_PIX_FMT_NONE) inner_ = st2110::planar_twin(format);
        if (pixel_format_of(inner_) != pixel) {
            PictureKind to = kind_of(inner_);
            to.pixel = pixel;
            auto swap = Conversion::make(kind_of(inner_), to);
            if (!swap) return Unexpected(swap.error());
            swap_.emplace(std::move(*swap));
            if (av_frame_get_buffer(frame_.get(), 0) < 0)
                return fail(Errc::no_memory, "FFmpeg: out of memory");
        }
    } else {
        inner_ = st2110::planar_twin(format);
    }
    if (inner_ == format_) return {};
    auto repack = make_scaler(format_, inner_);
    if (!repack) return Unexpected(repack.error());
    repack_ = std::move(*repack);
    planes_.resize(inner_.bytes());
    return {};
}

int VideoEncoder::fill_frame(std::span<const std::byte> payload) {
    if (repack_) {
        repack_->convert(payload, planes_);
        payload = planes_;
    }
    const Picture picture = picture_in(inner_, payload);
    if (swap_) {
        // The encoder may still hold the picture before.
        if (const int code = av_frame_make_writable(frame_.get()); code < 0) return code;
        swap_->run(picture, picture_in(*frame_));
        return 0;
    }
    // The frame points into the payload: nothing is copied.
    av_buffer_unref(&frame_->buf[0]);
    frame_->buf[0] = av_buffer_create(picture.data[0], static_cast<std::size_t>(inner_.bytes()),
                                      keep, nullptr, AV_BUFFER_FLAG_READONLY);
    if (frame_->buf[0] == nullptr) return AVERROR(ENOMEM);
    for (std::size_t i = 0; i < picture.data.size(); ++i) {
        frame_->data[i] = picture.data[i];
        frame_->linesize[i] = picture.stride[i];
    }
    return 0;
}

int VideoEncoder::encode(std::span<const std::byte> payload, std::int64_t pts,
                         const PacketSink& sink) {
    if (const int code = fill_frame(payload); code < 0) return code;
    frame_->pts = pts;
    frame_->color_range = codec_->color_range;
    frame_->colorspace = codec_->colorspace;
    frame_->interlaced_frame = frame_->top_field_first =
        format_.interlace == Interlace::interlaced ? 1 : 0;
    if (const int code = avcodec_send_frame(codec_.get(), frame_.get()); code < 0) return code;
    return receive_packets(*codec_, *packet_, sink);
}

int VideoEncoder::drain(const PacketSink& sink) { return drain_codec(*codec_, *packet_, sink); }

Result<std::unique_ptr<AudioEncoder>> AudioEncoder::open(const AudioFormat& format,
                                                         const WritePlan& plan,
                                                         bool global_header) {
    auto codec = make_codec(plan.audio_codec, global_header);
    if (!codec) return Unexpected(codec.error());
    std::unique_ptr<AudioEncoder> made(new AudioEncoder);
    made->codec_ = std::move(*codec);
    made->frame_.reset(av_frame_alloc());
    made->packet_.reset(av_packet_alloc());
    if (!made->frame_ || !made->packet_) return fail(Errc::no_memory, "FFmpeg: out of memory");
    made->format_ = format;
    made->fills_gaps_ = plan.container != Container::mkv;
    AVCodecContext& context = *made->codec_;
    context.sample_fmt = plan.sample;
    context.sample_rate = static_cast<int>(format.rate);
    context.time_base = {1, context.sample_rate};
    context.bits_per_raw_sample = format.sample == SampleType::s24in32 ? 24 : 0;
    av_channel_layout_default(&context.ch_layout, format.channels);
    context.thread_count = 1;
    if (const int code = avcodec_open2(&context, context.codec, nullptr); code < 0) {
        return fail_av(Errc::unsupported,
                       std::string(context.codec->name) + " encoder for " + to_string(format),
                       code);
    }
    return made;
}

void AudioEncoder::append(std::span<const std::byte> payload, std::uint32_t frames) {
    const std::size_t bytes = std::size_t{frames} * format_.channels * format_.sample_bytes();
    const std::size_t at = waiting_.size();
    waiting_.resize(at + bytes);
    if (payload.empty()) return;  // Silence.
    std::memcpy(waiting_.data() + at, payload.data(), bytes);
    if (format_.sample != SampleType::s24in32) return;
    // The runtime keeps 24 bits in the low end of a word, FFmpeg in the high end.
    for (std::size_t i = at; i < at + bytes; i += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, waiting_.data() + i, sizeof word);
        word <<= 8U;
        std::memcpy(waiting_.data() + i, &word, sizeof word);
    }
}

int AudioEncoder::encode(std::span<const std::byte> payload, std::uint32_t frames, std::int64_t pts,
                         const PacketSink& sink) {
    const std::size_t frame_bytes = std::size_t{format_.channels} * format_.sample_bytes();
    if (!begun_ && !fills_gaps_) sent_until_ = pts;
    begun_ = true;
    const std::int64_t gap =
        pts - sent_until_ - static_cast<std::int64_t>(waiting_.size() / frame_bytes);
    if (gap > format_.rate / 200) {
        if (fills_gaps_) {
            append({}, static_cast<std::uint32_t>(
                           std::min<std::int64_t>(gap, 60 * std::int64_t{format_.rate})));
        } else {
            if (const int code = send_waiting(true, sink); code < 0) return code;
            sent_until_ = pts;
        }
    }
    append(payload, frames);
    return send_waiting(false, sink);
}

int AudioEncoder::send_waiting(bool all, const PacketSink& sink) {
    const std::size_t frame_bytes = std::size_t{format_.channels} * format_.sample_bytes();
    const std::size_t frames = waiting_.size() / frame_bytes;
    const auto wanted = static_cast<std::size_t>(codec_->frame_size);
    const std::size_t unit = wanted > 0 ? wanted : std::max<std::size_t>(frames, 1);
    std::size_t done = 0;
    while (done + unit <= frames || (all && done < frames)) {
        const std::size_t count = std::min(unit, frames - done);
        if (const int code = send(done, count, sink); code < 0) return code;
        done += count;
    }
    waiting_.erase(waiting_.begin(),
                   waiting_.begin() + static_cast<std::ptrdiff_t>(done * frame_bytes));
    return 0;
}

int AudioEncoder::send(std::size_t first, std::size_t frames, const PacketSink& sink) {
    const std::size_t frame_bytes = std::size_t{format_.channels} * format_.sample_bytes();
    // Without a buffer of its own the frame is copied by the encoder.
    frame_->format = codec_->sample_fmt;
    frame_->sample_rate = codec_->sample_rate;
    frame_->nb_samples = static_cast<int>(frames);
    if (const int code = av_channel_layout_copy(&frame_->ch_layout, &codec_->ch_layout); code < 0)
        return code;
    frame_->data[0] = reinterpret_cast<std::uint8_t*>(waiting_.data() + first * frame_bytes);
    frame_->linesize[0] = static_cast<int>(frames * frame_bytes);
    frame_->pts = sent_until_;
    sent_until_ += static_cast<std::int64_t>(frames);
    if (const int code = avcodec_send_frame(codec_.get(), frame_.get()); code < 0) return code;
    return receive_packets(*codec_, *packet_, sink);
}

int AudioEncoder::drain(const PacketSink& sink) {
    if (const int code = send_waiting(true, sink); code < 0) return code;
    return drain_codec(*codec_, *packet_, sink);
}

}  // namespace streamlib::actors::av
