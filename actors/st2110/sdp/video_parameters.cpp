// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/video_parameters.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace streamlib::st2110 {
namespace {

// In the order of their enumerators.
constexpr std::string_view samplings[] = {
    "YCbCr-4:4:4", "YCbCr-4:2:2", "YCbCr-4:2:0", "CLYCbCr-4:4:4", "CLYCbCr-4:2:2", "CLYCbCr-4:2:0",
    "ICtCp-4:4:4", "ICtCp-4:2:2", "ICtCp-4:2:0", "RGB",           "XYZ",           "KEY"};
constexpr std::string_view colorimetries[] = {
    "BT601", "BT709", "BT2020", "BT2100", "ST2065-1", "ST2065-3", "UNSPECIFIED", "XYZ", "ALPHA"};
constexpr std::string_view transfers[] = {"SDR",         "PQ",           "HLG",        "LINEAR",
                                          "BT2100LINPQ", "BT2100LINHLG", "ST2065-1",   "ST428-1",
                                          "DENSITY",     "UNSPECIFIED",  "ST2115LOGS3"};
constexpr std::string_view packings[] = {"2110GPM", "2110BPM"};
constexpr std::string_view senders[] = {"2110TPN", "2110TPNL", "2110TPW"};
constexpr std::string_view ts_modes[] = {"SAMP", "NEW", "PRES"};
constexpr std::string_view ranges[] = {"NARROW", "FULL", "FULLPROTECT"};

template <class Value>
std::string_view name_of(std::span<const std::string_view> names, Value value) {
    const auto at = static_cast<std::size_t>(value);
    return at < names.size() ? names[at] : "?";
}

template <class Value>
std::optional<Value> value_of(std::span<const std::string_view> names, std::string_view word) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return std::nullopt;
    return static_cast<Value>(found - names.begin());
}

}  // namespace

std::string_view ssn_of(const VideoParameters& video) noexcept {
    const bool newer =
        video.colorimetry == WireColorimetry::alpha || video.transfer == Transfer::st2115logs3;
    return newer ? "ST2110-20:2022" : "ST2110-20:2017";
}

std::string_view to_string(WireSampling value) noexcept { return name_of(samplings, value); }
std::string_view to_string(WireColorimetry value) noexcept { return name_of(colorimetries, value); }
std::string_view to_string(Transfer value) noexcept { return name_of(transfers, value); }
std::string_view to_string(PackingMode value) noexcept { return name_of(packings, value); }
std::string_view to_string(SenderType value) noexcept { return name_of(senders, value); }
std::string_view to_string(TimestampMode value) noexcept { return name_of(ts_modes, value); }

std::optional<WireSampling> read_sampling(std::string_view word) noexcept {
    return value_of<WireSampling>(samplings, word);
}
std::optional<WireColorimetry> read_colorimetry(std::string_view word) noexcept {
    return value_of<WireColorimetry>(colorimetries, word);
}
std::optional<Transfer> read_transfer(std::string_view word) noexcept {
    return value_of<Transfer>(transfers, word);
}
std::optional<PackingMode> read_packing(std::string_view word) noexcept {
    return value_of<PackingMode>(packings, word);
}
std::optional<SenderType> read_sender(std::string_view word) noexcept {
    return value_of<SenderType>(senders, word);
}
std::optional<TimestampMode> read_ts_mode(std::string_view word) noexcept {
    return value_of<TimestampMode>(ts_modes, word);
}
std::optional<Range> read_range(std::string_view word) noexcept {
    return value_of<Range>(ranges, word);
}

std::string legal_words(std::string_view parameter) {
    struct Known {
        std::string_view name;
        std::span<const std::string_view> words;
    };
    const Known known[] = {{"sampling", samplings}, {"colorimetry", colorimetries},
                           {"TCS", transfers},      {"PM", packings},
                           {"TP", senders},         {"TSMODE", ts_modes},
                           {"RANGE", ranges}};
    std::string text;
    for (const Known& one : known) {
        if (one.name != parameter) continue;
        for (const std::string_view word : one.words) {
            if (!text.empty()) text += ", ";
            text += word;
        }
    }
    return text;
}

}  // namespace streamlib::st2110
