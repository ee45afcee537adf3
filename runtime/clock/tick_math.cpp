// SPDX-License-Identifier: Apache-2.0
#include "runtime/clock/tick_math.hpp"

#include "ipc/base/assert.hpp"

namespace streamlib {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t second_ns = 1'000'000'000;

}  // namespace

std::uint64_t tick_index_at(TaiTime time, Rate rate) noexcept {
    STREAMLIB_ASSERT(rate.num > 0 && rate.den > 0 && time.ns >= 0,
                     "ticks need a positive rate and a time after 1970");
    const Wide product = static_cast<Wide>(time.ns) * static_cast<std::uint32_t>(rate.num);
    return static_cast<std::uint64_t>(
        product / (static_cast<Wide>(second_ns) * static_cast<std::uint32_t>(rate.den)));
}

TaiTime time_of_tick(std::uint64_t index, Rate rate) noexcept {
    STREAMLIB_ASSERT(rate.num > 0 && rate.den > 0, "ticks need a positive rate");
    const Wide product =
        static_cast<Wide>(index) * second_ns * static_cast<std::uint32_t>(rate.den);
    const auto num = static_cast<std::uint32_t>(rate.num);
    return {static_cast<std::int64_t>((product + num - 1) / num)};
}

}  // namespace streamlib
