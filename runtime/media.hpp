// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a link carries, as tags for Input<> and Output<>: `Input<VideoFrame>`, `Output<AudioBlock>`.
#pragma once

#include "runtime/format.hpp"

namespace streamlib {

/// What a port carries; tags for Input<> and Output<>.
struct VideoFrame {
    using Format = VideoFormat;
    static constexpr MediaKind kind = MediaKind::video;
};
struct AudioBlock {
    using Format = AudioFormat;
    static constexpr MediaKind kind = MediaKind::audio;
};
struct Data {
    using Format = DataFormat;
    static constexpr MediaKind kind = MediaKind::data;
};
struct AnyMedia {
    using Format = MediaFormat;
    static constexpr MediaKind kind = MediaKind::none;
};

/// The part of a format that a tag speaks of.
template <class Media>
[[nodiscard]] const typename Media::Format& format_of(const MediaFormat& format) noexcept {
    if constexpr (Media::kind == MediaKind::video)
        return format.video;
    else if constexpr (Media::kind == MediaKind::audio)
        return format.audio;
    else if constexpr (Media::kind == MediaKind::data)
        return format.data;
    else
        return format;
}

}  // namespace streamlib
