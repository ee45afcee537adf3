// SPDX-License-Identifier: Apache-2.0
/// @file
/// Packets of a file, by stream: a stream may run ahead of another, up to a bound.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "actors/ffmpeg/av_ptr.hpp"

namespace streamlib::actors::av {

class Demuxer {
public:
    enum class Next : std::uint8_t { packet, end, too_far_apart };

    /// Opens a regular file and finds its streams. No network, no device, no other file by a
    /// playlist's word.
    [[nodiscard]] static Result<Demuxer> open(const std::string& path);

    [[nodiscard]] AVFormatContext& context() noexcept { return *input_; }
    /// Only these streams are read from now on.
    void select(const std::vector<int>& streams);
    /// The next packet of `stream`, moved into `packet`.
    Next next(int stream, AVPacket& packet);
    /// Continues at the last point before `to` where decoding can begin. `to` counts from the
    /// file's beginning.
    Result<> seek(Nanoseconds to);
    /// Time of the earliest selected stream's first packet: the file's beginning.
    [[nodiscard]] Nanoseconds beginning() const noexcept { return beginning_; }
    [[nodiscard]] std::uint64_t damaged() const noexcept { return damaged_; }

private:
    Demuxer() = default;
    Result<> reopen();
    bool read_one();

    std::string path_;
    InputPtr input_;
    PacketPtr packet_;
    std::map<int, std::deque<PacketPtr>> queues_;
    std::size_t queued_bytes_ = 0;
    Nanoseconds beginning_ = 0;
    std::uint64_t damaged_ = 0;
    bool ended_ = false;
};

}  // namespace streamlib::actors::av
