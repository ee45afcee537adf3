// SPDX-License-Identifier: Apache-2.0
// Text and bytes from outside: whatever parses is valid, prints, and parses back to itself.
#include <cstring>
#include <string_view>

#include "ipc/base/assert.hpp"
#include "runtime/format.hpp"

using namespace streamlib;

namespace {

void check_record(const std::uint8_t* bytes, std::size_t size) {
    MediaFormat f;
    if (size < sizeof f) return;
    std::memcpy(static_cast<void*>(&f), bytes, sizeof f);
    (void)to_string(f);
    (void)describe_difference(f, MediaFormat(f.video));
    if (f.video.validate()) {
        std::uint64_t end = 0;
        for (std::size_t i = 0; i < f.video.plane_count(); ++i) {
            const Plane p = f.video.plane(i);
            STREAMLIB_ASSERT(p.offset == end && p.row_bytes <= p.stride_bytes, "planes overlap");
            end = p.offset + std::uint64_t{p.stride_bytes} * p.rows;
        }
        STREAMLIB_ASSERT(end == f.video.bytes() && end > 0, "planes do not fill the payload");
    }
    if (f.audio.validate()) STREAMLIB_ASSERT(f.audio.bytes() > 0, "a block without bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto f = parse_video_format(text)) {
        STREAMLIB_ASSERT(f->validate(), "a parsed format is not valid");
        const auto again = parse_video_format(to_string(*f));
        STREAMLIB_ASSERT(again && *again == *f, "a printed format reads differently");
    }
    if (const auto f = parse_audio_format(text)) {
        const auto again = parse_audio_format(to_string(*f));
        STREAMLIB_ASSERT(again && *again == *f, "a printed format reads differently");
    }
    if (const auto rate = parse_rate(text)) {
        const auto again = parse_rate(to_string(*rate));
        STREAMLIB_ASSERT(again && *again == *rate, "a printed rate reads differently");
    }
    check_record(bytes, size);
    return 0;
}
