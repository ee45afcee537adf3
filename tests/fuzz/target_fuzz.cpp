// SPDX-License-Identifier: Apache-2.0
// The target of any request: what parses is bounded, has no control characters, and encodes back to itself.
#include <string>
#include <string_view>

#include "ipc/base/assert.hpp"
#include "supervisor/control/target.hpp"

using namespace streamlib;
using namespace streamlib::supervision;

namespace {

std::string encoded(const Target& target) {
    std::string text;
    for (const std::string& segment : target.segments) text += "/" + percent_encoded(segment);
    if (text.empty()) text = "/";
    text += "?";
    for (const auto& [key, value] : target.query)
        text += percent_encoded(key) + "=" + percent_encoded(value) + "&";
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto target = parse_target({reinterpret_cast<const char*>(bytes), size});
    if (!target) return 0;
    STREAMLIB_ASSERT(
        target->segments.size() <= max_target_parts && target->query.size() <= max_target_parts,
        "unbounded");
    for (const auto& [key, value] : target->query) static_cast<void>(target->number(key, 0));
    const std::string text = encoded(*target);
    if (text.size() > max_target_bytes) return 0;
    const auto again = parse_target(text);
    const bool ends_empty = !target->segments.empty() && target->segments.back().empty();
    STREAMLIB_ASSERT(again && again->query == target->query, "an encoded target reads differently");
    STREAMLIB_ASSERT(ends_empty || again->segments == target->segments,
                     "an encoded path reads differently");
    return 0;
}
