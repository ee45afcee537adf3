// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/given_layout.hpp"

#include <algorithm>
#include <optional>

#include "actors/pgroup.hpp"
#include "runtime/text_words.hpp"

namespace streamlib::st2110 {
namespace {

struct Word {
    std::string_view text;
    Layout layout;
    std::uint8_t depth;  ///< 0: the stream's.
};
constexpr Word words_known[] = {{"pgroup", Layout::pgroup, 0},
                                {"planar", Layout::planar, 0},
                                {"packed", Layout::packed, 0},
                                {"v210", Layout::packed, 10},
                                {"uyvy", Layout::packed, 8}};

const Word* known(std::string_view text) {
    const auto* found = std::find_if(std::begin(words_known), std::end(words_known),
                                     [&](auto& w) { return detail::same_word(w.text, text); });
    return found == std::end(words_known) ? nullptr : found;
}

bool can_be(const VideoFormat& carried, const VideoFormat& given) {
    return given == carried || (given.validate() && PgroupConverter::make(carried, given));
}

/// "pgroup, planar, packed, planar 8, packed 8"
std::string all_of(const VideoFormat& carried) {
    std::string list;
    VideoFormat given = carried;
    for (const std::uint8_t depth :
         {carried.depth, std::uint8_t{8}, std::uint8_t{10}, std::uint8_t{12}, std::uint8_t{16}}) {
        if (depth == carried.depth && !list.empty()) continue;
        for (const Layout layout : {Layout::pgroup, Layout::planar, Layout::packed}) {
            given.depth = depth;
            given.layout = layout;
            if (!can_be(carried, given)) continue;
            list += (list.empty() ? "" : ", ") + std::string(to_string(layout));
            if (depth != carried.depth) list += ' ' + std::to_string(depth);
        }
    }
    return list;
}

}  // namespace

Result<VideoFormat> given_format(const VideoFormat& carried, std::string_view words) {
    VideoFormat given = carried;
    const auto refuse = [&](const std::string& why) {
        return fail(Errc::unsupported, "layout: \"" + std::string(words) + "\": " + why + "; " +
                                           to_string(carried) + " can be given out as " +
                                           all_of(carried));
    };
    std::uint32_t depth = 0;
    for (const std::string_view text : detail::split_words(words)) {
        if (const Word* word = known(text)) {
            given.layout = word->layout;
            if (word->depth != 0) depth = word->depth;
        } else if (const auto number = detail::read_number(text); number && *number <= 16) {
            depth = *number;
        } else {
            return refuse("there is no layout \"" + std::string(text) + "\"");
        }
    }
    if (depth != 0) given.depth = static_cast<std::uint8_t>(depth);
    if (!can_be(carried, given)) return refuse("that cannot be made of it");
    return given;
}

std::string layout_word(std::string_view format) {
    for (const std::string_view text : detail::split_words(format))
        if (known(text) != nullptr) return std::string(text);
    return {};
}

}  // namespace streamlib::st2110
