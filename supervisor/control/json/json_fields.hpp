// SPDX-License-Identifier: Apache-2.0
/// @file
/// Fields of JSON objects, written and read; private to the sources that know
/// Boost.JSON.
///
/// Text      Always valid UTF-8. Reading: what is missing or of another kind is
/// 0 or empty.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "supervisor/control/api.hpp"

namespace streamlib::supervision::fields {

namespace json = boost::json;

/// Length of the well-formed UTF-8 sequence that `text` begins with; 0: none
/// (RFC 3629 section 4).
[[nodiscard]] inline std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto byte = [&](std::size_t n) {
        return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U;
    };
    const auto tail = [&](std::size_t n) { return (byte(n) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
        return tail(1) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
        return tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

[[nodiscard]] inline json::string utf8(std::string_view text) {
    json::string clean;
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        clean.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

[[nodiscard]] inline json::value optional_text(const std::optional<std::string>& text) {
    return text ? json::value(utf8(*text)) : json::value(nullptr);
}

[[nodiscard]] inline Result<json::object> read_object(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(text, error, {}, {.max_depth = 32});
    if (error || !value.is_object())
        return fail(Errc::parse, "the control process answered with something else than JSON");
    return std::move(value.get_object());
}

[[nodiscard]] inline std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

template <class Number>
[[nodiscard]] Number number_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return 0;
    json::error_code error;
    const auto number = value->to_number<Number>(error);
    return error ? Number{0} : number;
}

[[nodiscard]] inline bool flag_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

[[nodiscard]] inline std::optional<std::string> optional_text_of(const json::object& object,
                                                                 std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

/// What `read` makes of each object in the list `key`; what is no object is
/// left out.
template <class Row, class Read>
[[nodiscard]] std::vector<Row> rows_of(const json::object& object, std::string_view key,
                                       Read read) {
    std::vector<Row> rows;
    const json::value* list = object.if_contains(key);
    if (list == nullptr || !list->is_array()) return rows;
    for (const json::value& value : list->get_array()) {
        if (value.is_object()) rows.push_back(read(value.get_object()));
    }
    return rows;
}

/// `{"KEY": [ row, … ]}`
template <class Row, class Write>
[[nodiscard]] std::string list_json(std::string_view key, const std::vector<Row>& rows,
                                    Write write) {
    json::array list;
    list.reserve(rows.size());
    for (const Row& row : rows) list.push_back(write(row));
    return json::serialize(json::object{{key, std::move(list)}});
}

// In api_json.cpp.
[[nodiscard]] json::object ps_object(const ActorRow& row);  ///< The columns of `ps`.
[[nodiscard]] json::object log_object(const LogRow& row);
[[nodiscard]] LogRow log_of(const json::object& object);

}  // namespace streamlib::supervision::fields
