// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the FFmpeg tests share: the `ffmpeg` program as the peer, a folder of their own, payloads
/// as FFmpeg writes them.
#pragma once

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "actors/ffmpeg.hpp"
#include "runtime/format.hpp"

namespace streamlib::actors::peer {

using Bytes = std::vector<std::byte>;

/// A folder that is gone with the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "streamlib-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

/// Runs a shell command and returns its stdout; a command that fails is a failed test.
inline Bytes output_of(const std::string& command) {
    Bytes bytes;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        ADD_FAILURE() << "cannot run " << command;
        return bytes;
    }
    std::array<std::byte, 65536> part{};
    for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
        bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(n));
    }
    const int status = ::pclose(pipe);
    EXPECT_EQ(status, 0) << command;
    return bytes;
}

inline std::string text_of(const std::string& command) {
    const Bytes bytes = output_of(command);
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// `ffmpeg ARGUMENTS`, quiet, without stdin.
inline Bytes ffmpeg(const std::string& arguments) {
    return output_of("ffmpeg -nostdin -v error " + arguments);
}

/// The samples of a payload without the padding of rows and planes: FFmpeg's rawvideo.
inline Bytes tight(const VideoFormat& format, std::span<const std::byte> payload) {
    Bytes bytes;
    for (std::size_t i = 0; i < format.plane_count(); ++i) {
        const Plane plane = format.plane(i);
        for (std::uint32_t row = 0; row < plane.rows; ++row) {
            const auto at =
                payload.begin() +
                static_cast<std::ptrdiff_t>(plane.offset + std::size_t{row} * plane.stride_bytes);
            bytes.insert(bytes.end(), at, at + plane.row_bytes);
        }
    }
    return bytes;
}

/// The reverse: a payload with zeroed padding.
inline Bytes padded(const VideoFormat& format, std::span<const std::byte> samples) {
    Bytes payload(format.bytes());
    auto from = samples.begin();
    for (std::size_t i = 0; i < format.plane_count(); ++i) {
        const Plane plane = format.plane(i);
        for (std::uint32_t row = 0; row < plane.rows; ++row) {
            std::copy_n(
                from, plane.row_bytes,
                payload.begin() + static_cast<std::ptrdiff_t>(
                                      plane.offset + std::size_t{row} * plane.stride_bytes));
            from += plane.row_bytes;
        }
    }
    return payload;
}

/// Random legal samples: no bit above the depth is set.
inline Bytes random_planar(const VideoFormat& planar, unsigned seed) {
    std::mt19937 random(seed);
    Bytes samples(tight(planar, Bytes(planar.bytes())).size());
    if (planar.depth == 8) {
        for (std::byte& b : samples) b = static_cast<std::byte>(random());
    } else {
        for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
            const unsigned value = static_cast<unsigned>(random()) & ((1U << planar.depth) - 1U);
            samples[i] = static_cast<std::byte>(value);
            samples[i + 1] = static_cast<std::byte>(value >> 8U);
        }
    }
    return padded(planar, samples);
}

inline const FfmpegApi& api() {
    static const auto loaded = ffmpeg_load();
    if (!loaded) {
        std::fprintf(stderr, "%s\n", loaded.error().text.c_str());
        std::abort();
    }
    return **loaded;
}

inline VideoFormat video_format(const std::string& text) {
    const auto format = parse_video_format(text);
    if (!format) {
        std::fprintf(stderr, "%s\n", format.error().text.c_str());
        std::abort();
    }
    return *format;
}

}  // namespace streamlib::actors::peer
