// SPDX-License-Identifier: Apache-2.0
// A class of your own, in a plugin that the graph names. See mirror.toml beside it.
#include <algorithm>
#include <cstring>

#include "runtime/actor.hpp"

namespace example {

using namespace streamlib;

/// Turns an 8-bit planar picture left to right.
class Mirror final : public Actor {
public:
    static constexpr const char* class_name = "Mirror";
    static constexpr const char* class_text = "Turns an 8-bit planar picture left to right";

    Input<VideoFrame> video{*this, "video", "Picture, 8 bit planar"};
    Output<VideoFrame> mirrored{*this, "video", "The same, left to right"};
    Property<bool> enabled{*this, "enabled", true, {.text = "Off: the picture passes unchanged"}};

    Result<> configure() override {
        const VideoFormat& format = video.format();
        if (format.depth != 8 || format.layout != Layout::planar)
            return video.refuse("Mirror takes 8 bit planar");
        mirrored.set_format(format);
        return {};
    }

    void process(const Tick&) override {
        if (video.read() != InputStatus::fresh) return;
        Slot slot = mirrored.claim();
        if (!slot) return;
        for (std::size_t p = 0; p < video.format().plane_count(); ++p)
            copy_plane(slot, video.format().plane(p));
        slot.publish();
    }

private:
    void copy_plane(Slot& slot, const Plane& plane) {
        for (std::uint32_t row = 0; row < plane.rows; ++row) {
            const std::byte* from =
                video.payload().data() + plane.offset + std::size_t{row} * plane.stride_bytes;
            std::byte* to =
                slot.payload().data() + plane.offset + std::size_t{row} * plane.stride_bytes;
            if (*enabled)
                std::reverse_copy(from, from + plane.row_bytes, to);
            else
                std::memcpy(to, from, plane.row_bytes);
        }
    }
};

STREAMLIB_ACTOR(Mirror)

}  // namespace example
