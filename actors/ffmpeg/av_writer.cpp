// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "actors/ffmpeg/av_containers.hpp"
#include "actors/ffmpeg/av_encoder.hpp"
#include "actors/ffmpeg/av_output_file.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::actors::av {
namespace {

struct FreeOutput {
    void operator()(AVFormatContext* p) const noexcept { avformat_free_context(p); }
};

class Writer final : public MediaWriter {
public:
    Writer(const WriteOptions& options, const WritePlan& plan) : options_(options), plan_(plan) {}
    ~Writer() override { static_cast<void>(finish()); }

    /// Encoders first, the file last: a file that appears is one that can be written.
    Result<> open();
    bool write_video(std::span<const std::byte> payload, Nanoseconds pts) override;
    bool write_audio(std::span<const std::byte> payload, std::uint32_t frames,
                     Nanoseconds pts) override;
    Result<> finish() override;
    const Error& error() const noexcept override { return error_; }

private:
    Result<> add_stream(const AVCodecContext& codec, AVStream*& stream);
    Result<> write_header();
    int mux(AVPacket& packet, const AVCodecContext& codec, const AVStream& stream);
    bool check(int code);

    WriteOptions options_;
    WritePlan plan_;
    std::unique_ptr<OutputFile> file_;
    std::unique_ptr<AVFormatContext, FreeOutput> muxer_;
    std::unique_ptr<VideoEncoder> video_;
    std::unique_ptr<AudioEncoder> audio_;
    AVStream* video_stream_ = nullptr;
    AVStream* audio_stream_ = nullptr;
    PacketSink video_sink_, audio_sink_;
    std::int64_t last_video_pts_ = INT64_MIN;
    bool header_written_ = false, finished_ = false;
    Error error_{};
    bool failed_ = false;
};

Result<> Writer::open() {
    AVFormatContext* context = nullptr;
    if (const int code =
            avformat_alloc_output_context2(&context, nullptr, plan_.muxer, options_.path.c_str());
        code < 0) {
        return fail_av(Errc::unsupported, std::string("this FFmpeg cannot write ") + plan_.muxer,
                       code);
    }
    muxer_.reset(context);
    const bool global_header = (muxer_->oformat->flags & AVFMT_GLOBALHEADER) != 0;
    if (options_.video) {
        auto encoder = VideoEncoder::open(*options_.video, plan_,
                                          std::clamp(options_.threads, 1, 64), global_header);
        if (!encoder) return Unexpected(encoder.error());
        video_ = std::move(*encoder);
        if (auto ok = add_stream(video_->codec(), video_stream_); !ok) return ok;
        const Rate rate = options_.video->rate;
        if (rate.num > 0)
            video_stream_->avg_frame_rate = video_stream_->r_frame_rate = {rate.num, rate.den};
        video_stream_->sample_aspect_ratio = {1, 1};
        video_sink_ = [this](AVPacket& packet) {
            return mux(packet, video_->codec(), *video_stream_);
        };
    }
    if (options_.audio) {
        auto encoder = AudioEncoder::open(*options_.audio, plan_, global_header);
        if (!encoder) return Unexpected(encoder.error());
        audio_ = std::move(*encoder);
        if (auto ok = add_stream(audio_->codec(), audio_stream_); !ok) return ok;
        audio_sink_ = [this](AVPacket& packet) {
            return mux(packet, audio_->codec(), *audio_stream_);
        };
    }
    auto file = OutputFile::create(options_.path);
    if (!file) return Unexpected(file.error());
    file_ = std::move(*file);
    if (auto ok = write_header(); !ok) {
        ::unlink(options_.path.c_str());  // Ours, and empty.
        return ok;
    }
    return {};
}

Result<> Writer::add_stream(const AVCodecContext& codec, AVStream*& stream) {
    stream = avformat_new_stream(muxer_.get(), nullptr);
    if (stream == nullptr) return fail(Errc::no_memory, "FFmpeg: out of memory");
    stream->time_base = codec.time_base;
    if (const int code = avcodec_parameters_from_context(stream->codecpar, &codec); code < 0) {
        return fail_av(Errc::no_memory, options_.path, code);
    }
    return {};
}

Result<> Writer::write_header() {
    muxer_->pb = file_->io();
    muxer_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS | AVFMT_FLAG_BITEXACT;
    muxer_->flush_packets = 1;
    muxer_->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;  // Y4M of more than 8 bits.
    // A stream that falls silent holds the other back for no longer than this.
    muxer_->max_interleave_delta = AV_TIME_BASE;
    AVDictionary* options = nullptr;
    switch (plan_.container) {
        case Container::mkv: av_dict_set(&options, "cluster_time_limit", "500", 0); break;
        case Container::mov:
            // Fragments: what is there needs nothing that would have come later.
            av_dict_set(&options, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
            if (!video_) av_dict_set(&options, "frag_duration", "500000", 0);
            break;
        case Container::wav: av_dict_set(&options, "rf64", "auto", 0); break;
        case Container::y4m: break;
    }
    const int code = avformat_write_header(muxer_.get(), &options);
    av_dict_free(&options);
    if (code < 0)
        return fail_av(Errc::unsupported, options_.path + ": cannot begin the file", code);
    header_written_ = true;
    avio_flush(muxer_->pb);
    return {};
}

int Writer::mux(AVPacket& packet, const AVCodecContext& codec, const AVStream& stream) {
    packet.stream_index = stream.index;
    if (&stream == video_stream_ && packet.duration == 0 && codec.framerate.num > 0) {
        packet.duration = av_rescale_q(1, av_inv_q(codec.framerate), codec.time_base);
    }
    av_packet_rescale_ts(&packet, codec.time_base, stream.time_base);
    return av_interleaved_write_frame(muxer_.get(), &packet);
}

bool Writer::check(int code) {
    if (code >= 0 && file_->failure() == 0) return true;
    failed_ = true;
    if (file_->failure() != 0) {
        error_ = Error{Errc::io,
                       "cannot write " + options_.path + ": " + std::strerror(file_->failure())};
    } else {
        error_ = fail_av(Errc::io, "cannot write " + options_.path, code).value();
    }
    return false;
}

bool Writer::write_video(std::span<const std::byte> payload, Nanoseconds pts) {
    STREAMLIB_ASSERT(video_ != nullptr, "this file was made without pictures");
    if (failed_ || finished_) return false;
    const std::int64_t wanted =
        av_rescale_q_rnd(pts, nanosecond, video_->codec().time_base, AV_ROUND_NEAR_INF);
    // A muxer takes no time twice.
    last_video_pts_ = last_video_pts_ == INT64_MIN ? wanted : std::max(wanted, last_video_pts_ + 1);
    return check(video_->encode(payload, last_video_pts_, video_sink_));
}

bool Writer::write_audio(std::span<const std::byte> payload, std::uint32_t frames,
                         Nanoseconds pts) {
    STREAMLIB_ASSERT(audio_ != nullptr, "this file was made without sound");
    const AudioFormat& format = *options_.audio;
    STREAMLIB_ASSERT(
        payload.size() >= std::size_t{frames} * format.channels * format.sample_bytes(),
        "the payload is smaller than its frames");
    if (failed_ || finished_) return false;
    const std::int64_t at =
        av_rescale_q_rnd(pts, nanosecond, audio_->codec().time_base, AV_ROUND_NEAR_INF);
    return check(audio_->encode(payload, frames, at, audio_sink_));
}

Result<> Writer::finish() {
    if (!finished_ && header_written_) {
        if (!failed_ && video_) check(video_->drain(video_sink_));
        if (!failed_ && audio_) check(audio_->drain(audio_sink_));
        const int code = av_write_trailer(muxer_.get());
        avio_flush(muxer_->pb);
        if (!failed_) check(code);
    }
    finished_ = true;
    if (failed_) return Unexpected(error_);
    return {};
}

}  // namespace

Result<> check_writer(const WriteOptions& options) {
    const auto plan = plan_writing(options);
    if (!plan) return Unexpected(plan.error());
    return {};
}

Result<std::unique_ptr<MediaWriter>> create_writer(const WriteOptions& options) {
    const auto plan = plan_writing(options);
    if (!plan) return Unexpected(plan.error());
    auto writer = std::make_unique<Writer>(options, *plan);
    if (auto ok = writer->open(); !ok) return Unexpected(ok.error());
    return writer;
}

}  // namespace streamlib::actors::av
