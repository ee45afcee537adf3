// SPDX-License-Identifier: Apache-2.0
#include "actors/video/overlay.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "actors/video/timecode.hpp"

namespace streamlib::actors {
namespace {

constexpr std::uint32_t timecode_characters = 11;

/// Free room before the text, of `room` in all, for the words that name a side.
std::uint32_t place(const std::string& position, std::string_view start, std::string_view end,
                    std::uint32_t room, std::uint32_t margin) {
    if (position.find(start) != std::string::npos) return std::min(margin, room);
    if (position.find(end) != std::string::npos) return room - std::min(margin, room);
    return room / 2;
}

}  // namespace

Result<> Overlay::configure() {
    const VideoFormat& format = video.format();
    const auto shown = static_cast<std::uint32_t>(text->size()) + timecode_characters;
    if (text->size() > longest - 24)
        return fail(Errc::invalid_argument,
                    "text: at most " + std::to_string(longest - 24) + " characters");
    rate_ = format.rate.num != 0 ? format.rate : tick_rate();
    const std::uint32_t dot =
        *scale != 0 ? static_cast<std::uint32_t>(*scale) : text_scale(format.width, shown);
    painter_.emplace(format, dot);
    out.set_format(format);
    return {};
}

void Overlay::process(const Tick&) {
    if (video.read() != InputStatus::fresh) return;
    Slot slot = out.claim();
    if (!slot) return;
    const std::size_t bytes = std::min(video.payload().size(), slot.payload().size());
    std::memcpy(slot.payload().data(), video.payload().data(), bytes);
    if (bytes >= video.format().bytes()) draw(slot.payload().data());
    slot.bytes(bytes).flags(video.header().flags);
    slot.publish();
}

std::size_t Overlay::compose() noexcept {
    char* end = std::copy(text->begin(), text->end(), line_.data());
    if (*show == "timecode") {
        if (!text->empty()) *end++ = ' ';
        const std::uint64_t frame = frame_of_day(video.origin(), rate_, *tai_offset);
        const TimecodeText timecode = to_text(timecode_of_frame(frame, rate_, *drop_frame), rate_);
        end = std::copy_n(timecode.characters.data(), timecode.size, end);
    } else if (*show == "index") {
        if (!text->empty()) *end++ = ' ';
        end = std::to_chars(end, line_.data() + line_.size(), video.header().tick_index).ptr;
    }
    return static_cast<std::size_t>(end - line_.data());
}

void Overlay::draw(std::byte* frame) noexcept {
    const std::size_t length = compose();
    if (length == 0) return;
    const VideoFormat& format = video.format();
    const std::uint32_t cells = format.width / painter_->cell_width();
    const auto shown = std::min(static_cast<std::uint32_t>(length), cells);
    const std::uint32_t width = shown * painter_->cell_width();
    const std::uint32_t height = painter_->cell_height();
    if (height > format.height) return;
    // A tenth of the height stays free at the edges: "title safe", and clear of burnt-in strips.
    const std::uint32_t x =
        place(*position, "left", "right", format.width - width, format.width / 20);
    const std::uint32_t y =
        place(*position, "top", "bottom", format.height - height, format.height / 10);
    painter_->draw(Picture(format, frame), x, y, {line_.data(), shown});
}

STREAMLIB_ACTOR(Overlay)

}  // namespace streamlib::actors
