// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_decoder.hpp"

namespace streamlib::actors::av {
namespace {

constexpr int most_errors_in_a_row = 64;

}  // namespace

Result<Decoder> Decoder::open(const AVStream& stream, int threads) {
    const AVCodecParameters& par = *stream.codecpar;
    const AVCodec* codec = avcodec_find_decoder(par.codec_id);
    if (codec == nullptr) {
        return fail(Errc::unsupported,
                    std::string("no decoder for ") + avcodec_get_name(par.codec_id));
    }
    Decoder made;
    made.codec_.reset(avcodec_alloc_context3(codec));
    made.frame_.reset(av_frame_alloc());
    made.packet_.reset(av_packet_alloc());
    if (!made.codec_ || !made.frame_ || !made.packet_)
        return fail(Errc::no_memory, "FFmpeg: out of memory");
    if (const int code = avcodec_parameters_to_context(made.codec_.get(), &par); code < 0) {
        return fail_av(Errc::unsupported, std::string(codec->name) + " decoder", code);
    }
    made.codec_->thread_count = threads;
    made.codec_->pkt_timebase = stream.time_base;
    made.codec_->max_pixels = max_pixels;
    if (const int code = avcodec_open2(made.codec_.get(), codec, nullptr); code < 0) {
        return fail_av(Errc::unsupported, std::string(codec->name) + " decoder", code);
    }
    made.time_base_ = stream.time_base;
    made.stream_ = stream.index;
    return made;
}

Decoder::Next Decoder::next(Demuxer& demuxer) {
    for (int errors = 0;;) {
        const int code = avcodec_receive_frame(codec_.get(), frame_.get());
        if (code >= 0) {
            set_times(demuxer.beginning());
            return Next::frame;
        }
        if (code == AVERROR_EOF) return Next::end;
        if (code != AVERROR(EAGAIN)) {
            ++damaged_;
            // It may hold more all the same; but it gets a packet in the end, so this loop ends
            // with the file.
            if (++errors < most_errors_in_a_row) continue;
        }
        errors = 0;
        switch (demuxer.next(stream_, *packet_)) {
            case Demuxer::Next::too_far_apart: return Next::too_far_apart;
            case Demuxer::Next::end:
                if (avcodec_send_packet(codec_.get(), nullptr) < 0) return Next::end;
                break;
            case Demuxer::Next::packet:
                if (avcodec_send_packet(codec_.get(), packet_.get()) < 0) ++damaged_;
                av_packet_unref(packet_.get());
                break;
        }
    }
}

void Decoder::set_times(Nanoseconds beginning) noexcept {
    const Nanoseconds expected = first_ ? 0 : pts_ + duration_;
    const std::int64_t stamp = frame_->best_effort_timestamp;
    pts_ = stamp == AV_NOPTS_VALUE ? expected : to_ns(stamp, time_base_) - beginning;
    duration_ = frame_->pkt_duration > 0 ? to_ns(frame_->pkt_duration, time_base_) : period_;
    first_ = false;
}

void Decoder::flush() noexcept {
    avcodec_flush_buffers(codec_.get());
    first_ = true;
}

}  // namespace streamlib::actors::av
