// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/pacing/picture_choice.hpp"

namespace streamlib::st2110 {

PictureChoice::Picture PictureChoice::look(std::int64_t frame, std::int64_t index) noexcept {
    const std::int64_t off = index_of(frame) - index;  // above 0: too late
    const bool another_time = off >= second_ || off <= -second_;
    const bool stays_early = off < 0 && early_frames_ >= patience - 1;
    if (off == 0 || another_time || stays_early) {
        latency_ += off;
        late_ = early_ = late_frames_ = early_frames_ = 0;
        // After a change of latency the media time may have been told already.
        if (!another_time && last_ && index <= *last_) return Picture::too_late;
        told(index);
        return Picture::leaves;
    }
    if (off < 0) {
        early_ = -off;
        return Picture::waits;
    }
    late_ = off;
    return Picture::too_late;
}

bool PictureChoice::nothing_found(std::int64_t frame) noexcept {
    if (early_ != 0) ++early_frames_;
    if (late_ != 0 && early_ == 0 && ++late_frames_ >= patience) {
        latency_ += late_;
        late_frames_ = 0;
    }
    late_ = early_ = 0;
    const std::int64_t index = index_of(frame);
    if (last_ && index <= *last_) return false;
    told(index);
    return true;
}

}  // namespace streamlib::st2110
