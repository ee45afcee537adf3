// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_demuxer.hpp"

#include <algorithm>
#include <filesystem>

namespace streamlib::actors::av {
namespace {

constexpr std::size_t max_queued_bytes = std::size_t{256} << 20U;
constexpr std::size_t max_queued_packets = 1U << 16U;
constexpr int max_streams = 256;

Result<> check_regular_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return fail(Errc::not_found, "no such file: " + path);
    if (!std::filesystem::is_regular_file(status)) {
        return fail(Errc::invalid_argument, path + " is not a regular file");
    }
    return {};
}

Result<InputPtr> open_input(const std::string& path) {
    AVFormatContext* context = avformat_alloc_context();
    if (context == nullptr) return fail(Errc::no_memory, "FFmpeg: out of memory");
    context->max_streams = max_streams;
    AVDictionary* options = nullptr;
    // A playlist or a reference inside a file must not reach out to the network.
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    const int code = avformat_open_input(&context, ("file:" + path).c_str(), nullptr, &options);
    av_dict_free(&options);
    if (code < 0)
        return fail_av(Errc::unsupported, path + ": not a media file that FFmpeg reads", code);
    InputPtr input(context);
    for (unsigned i = 0; i < input->nb_streams; ++i) {
        // The probe decodes too: the same bound as later.
        if (const auto& par = *input->streams[i]->codecpar;
            std::int64_t{par.width} * par.height > max_pixels) {
            return fail(Errc::unsupported, path + ": its pictures are larger than 16384 x 16384");
        }
    }
    if (const int found = avformat_find_stream_info(input.get(), nullptr); found < 0) {
        return fail_av(Errc::unsupported, path + ": its streams cannot be read", found);
    }
    return input;
}

}  // namespace

Result<Demuxer> Demuxer::open(const std::string& path) {
    if (auto ok = check_regular_file(path); !ok) return Unexpected(ok.error());
    Demuxer made;
    made.path_ = path;
    made.packet_.reset(av_packet_alloc());
    if (!made.packet_) return fail(Errc::no_memory, "FFmpeg: out of memory");
    auto input = open_input(path);
    if (!input) return Unexpected(input.error());
    made.input_ = std::move(*input);
    return made;
}

void Demuxer::select(const std::vector<int>& streams) {
    queues_.clear();
    queued_bytes_ = 0;
    for (unsigned i = 0; i < input_->nb_streams; ++i) input_->streams[i]->discard = AVDISCARD_ALL;
    bool any = false;
    for (const int index : streams) {
        AVStream& stream = *input_->streams[index];
        stream.discard = AVDISCARD_DEFAULT;
        queues_[index];
        if (stream.start_time == AV_NOPTS_VALUE) continue;
        const Nanoseconds start = to_ns(stream.start_time, stream.time_base);
        beginning_ = any ? std::min(beginning_, start) : start;
        any = true;
    }
}

bool Demuxer::read_one() {
    const int code = av_read_frame(input_.get(), packet_.get());
    if (code < 0) {
        // What ends in the middle of something ends there.
        if (code != AVERROR_EOF) ++damaged_;
        ended_ = true;
        return false;
    }
    const auto queue = queues_.find(packet_->stream_index);
    if (queue == queues_.end()) {
        av_packet_unref(packet_.get());
        return true;
    }
    PacketPtr fresh(av_packet_alloc());
    if (!fresh) {
        ended_ = true;
        return false;
    }
    queued_bytes_ += static_cast<std::size_t>(packet_->size);
    av_packet_move_ref(fresh.get(), packet_.get());
    queue->second.push_back(std::move(fresh));
    return true;
}

Demuxer::Next Demuxer::next(int stream, AVPacket& packet) {
    auto& queue = queues_[stream];
    while (queue.empty() && !ended_) {
        std::size_t packets = 0;
        for (const auto& [index, waiting] : queues_) packets += waiting.size();
        if (queued_bytes_ > max_queued_bytes || packets > max_queued_packets)
            return Next::too_far_apart;
        read_one();
    }
    if (queue.empty()) return Next::end;
    queued_bytes_ -= static_cast<std::size_t>(queue.front()->size);
    av_packet_move_ref(&packet, queue.front().get());
    queue.pop_front();
    return Next::packet;
}

Result<> Demuxer::reopen() {
    auto input = open_input(path_);
    if (!input) return Unexpected(input.error());
    if ((*input)->nb_streams != input_->nb_streams) {
        return fail(Errc::mismatch, path_ + " has changed while it was open");
    }
    for (unsigned i = 0; i < input_->nb_streams; ++i) {
        (*input)->streams[i]->discard = input_->streams[i]->discard;
    }
    input_ = std::move(*input);
    return {};
}

Result<> Demuxer::seek(Nanoseconds to) {
    const std::int64_t target =
        av_rescale_rnd(to + beginning_, AV_TIME_BASE, 1'000'000'000, AV_ROUND_DOWN);
    const int code = avformat_seek_file(input_.get(), -1, INT64_MIN, target, target, 0);
    if (code < 0) {
        // Bare streams have no index; their beginning is always there.
        if (to != 0) return fail_av(Errc::unsupported, path_ + ": cannot seek", code);
        if (auto ok = reopen(); !ok) return ok;
    }
    for (auto& [index, queue] : queues_) queue.clear();
    queued_bytes_ = 0;
    ended_ = false;
    return {};
}

}  // namespace streamlib::actors::av
