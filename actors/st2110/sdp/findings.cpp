// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/findings.hpp"

namespace streamlib::st2110 {

void Findings::add(Finding::Severity severity, std::uint32_t line, std::string_view place,
                   const std::string& what) {
    // Warnings leave half of the room to errors.
    const bool is_error = severity == Finding::Severity::error;
    if (list_.size() >= (is_error ? most : most / 2)) {
        // The error that finds no room makes the last entry one about everything: none is forgotten.
        if (!is_error) return;
        ++errors_;
        list_.back().severity = severity;
        list_.back().media = -1;
        return;
    }
    if (is_error) ++errors_;
    std::string text = line == 0 ? "" : "line " + std::to_string(line) + ", ";
    text += std::string(place) + ": " + what;
    list_.push_back({severity, line, media_, std::move(text)});
}

void Findings::error(std::uint32_t line, std::string_view place, const std::string& what) {
    add(Finding::Severity::error, line, place, what);
}

void Findings::warning(std::uint32_t line, std::string_view place, const std::string& what) {
    add(Finding::Severity::warning, line, place, what);
}

}  // namespace streamlib::st2110
