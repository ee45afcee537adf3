// SPDX-License-Identifier: Apache-2.0
/// @file
/// A new file that a muxer writes to: ours to create, so that nothing is ever overwritten.
/// Private to libstreamlib_ffmpeg.so.
#pragma once

#include <memory>
#include <string>

#include "actors/ffmpeg/av_ptr.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::actors::av {

class OutputFile {
public:
    /// Creates `path`; `Errc::already_exists` where there is something. Nothing is buffered beyond
    /// a packet: what the muxer has flushed is the kernel's, and survives the process.
    [[nodiscard]] static Result<std::unique_ptr<OutputFile>> create(const std::string& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    [[nodiscard]] AVIOContext* io() noexcept { return io_; }
    /// The first write that failed, as an errno; 0: none did.
    [[nodiscard]] int failure() const noexcept { return failure_; }

private:
    explicit OutputFile(UniqueFd fd) : fd_(std::move(fd)) {}
    static int write(void* self, std::uint8_t* bytes, int size) noexcept;
    static std::int64_t seek(void* self, std::int64_t offset, int whence) noexcept;

    UniqueFd fd_;
    AVIOContext* io_ = nullptr;
    int failure_ = 0;
};

}  // namespace streamlib::actors::av
