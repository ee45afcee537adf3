// SPDX-License-Identifier: Apache-2.0
// Formats and bytes for the fuzz targets of RTP.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/format.hpp"

namespace streamlib::st2110::fuzz {

/// Every pgroup format at a small size, progressive, interlaced and PsF.
inline const std::vector<VideoFormat>& formats() {
    static const std::vector<VideoFormat> all = [] {
        std::vector<VideoFormat> list;
        for (VideoFormat format : known_video_layouts())
            for (const Interlace interlace :
                 {Interlace::progressive, Interlace::interlaced, Interlace::psf}) {
                format.width = 64;
                format.height = 16;
                format.rate = {30000, 1001};
                format.interlace = interlace;
                if (format.layout == Layout::pgroup && format.validate()) list.push_back(format);
            }
        return list;
    }();
    return all;
}

/// Reads numbers and packets off the front of the input; 0 where it has ended.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }
    std::span<const std::byte> bytes(std::size_t count) {
        const auto taken = rest_.first(count < rest_.size() ? count : rest_.size());
        rest_ = rest_.subspan(taken.size());
        return std::as_bytes(taken);
    }

private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace streamlib::st2110::fuzz
