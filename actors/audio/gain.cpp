// SPDX-License-Identifier: Apache-2.0
#include "actors/audio/gain.hpp"

#include <algorithm>
#include <cmath>

#include "actors/audio/level.hpp"

namespace streamlib::actors {

Result<> Gain::configure() {
    factor_ = *mute ? 0.0 : std::pow(10.0, *gain / 20.0);
    out.set_format(audio.format());
    return {};
}

void Gain::process(const Tick&) {
    if (audio.read() != InputStatus::fresh) return;
    Slot slot = out.claim();
    if (!slot) return;
    const std::size_t bytes = std::min(audio.payload().size(), slot.payload().size());
    const LevelResult result = change_level(
        audio.payload().first(bytes), slot.payload().first(bytes), audio.format().sample, factor_);
    clipped.add(result.clipped);
    slot.bytes(bytes).flags(audio.header().flags);
    slot.publish();
}

STREAMLIB_ACTOR(Gain)

}  // namespace streamlib::actors
