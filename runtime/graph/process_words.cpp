// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/process_words.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::uint32_t most_cpus = 1024;  // as cpu_set_t
constexpr std::uint64_t least_memory = 1024 * 1024;
constexpr std::uint64_t most_memory = std::uint64_t{1} << 50;
constexpr std::uint64_t most_percent = 100'000;

/// A number at the beginning of `text`, which loses it; false: there is none, or it is too large.
bool take_number(std::string_view& text, std::uint64_t& number) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return true;
}

/// The part up to one of these characters; `text` loses both.
std::string_view take_part(std::string_view& text, std::string_view ends) {
    const auto at = std::min(text.find_first_of(ends), text.size());
    const auto part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return part;
}

Result<> set_memory(std::string_view value, ProcessWishes& wishes) {
    std::uint64_t bytes = 0;
    std::string_view rest = value;
    const bool number = take_number(rest, bytes);
    const auto unit = rest.empty() ? 0 : std::string_view("KMG").find(rest);
    const auto shift = rest.empty() ? 0U : 10U * (static_cast<unsigned>(unit) + 1U);
    if (!number || unit == std::string_view::npos || rest.size() > 1 || bytes > most_memory ||
        (bytes << shift) > most_memory || (bytes << shift) < least_memory)
        return fail(Errc::parse,
                    "memory=" + wording::quoted(value) +
                        " is not allowed; write bytes from 1M on, such as memory=512M");
    wishes.memory_bytes = bytes << shift;
    return {};
}

Result<> set_cpu(std::string_view value, ProcessWishes& wishes) {
    std::uint64_t percent = 0;
    std::string_view rest = value;
    if (!take_number(rest, percent) || rest != "%" || percent < 1 || percent > most_percent)
        return fail(Errc::parse,
                    "cpu=" + wording::quoted(value) +
                        " is not allowed; write 1% to 100000%, such as cpu=50%; 100% is "
                        "one CPU");
    wishes.cpu_percent = static_cast<std::uint32_t>(percent);
    return {};
}

}  // namespace

Result<std::vector<std::uint32_t>> parse_cpu_list(std::string_view given) {
    std::vector<std::uint32_t> cpus;
    const auto wrong = [given] {
        return fail(Errc::parse,
                    wording::quoted(given) +
                        " is no list of CPUs; write numbers below 1024 and ranges, such "
                        "as \"0-1,3\"");
    };
    std::string_view rest = wording::trimmed(given);
    if (rest.empty() || rest.ends_with(',')) return wrong();
    while (!rest.empty()) {
        std::string_view part = wording::trimmed(take_part(rest, ","));
        std::uint64_t first = 0, last = 0;
        if (!take_number(part, first)) return wrong();
        last = first;
        if (part.starts_with('-')) {
            part.remove_prefix(1);
            if (!take_number(part, last)) return wrong();
        }
        if (!part.empty() || first > last || last >= most_cpus) return wrong();
        for (; first <= last; ++first) cpus.push_back(static_cast<std::uint32_t>(first));
    }
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus;
}

Result<> parse_limits(std::string_view given, ProcessWishes& wishes) {
    std::string_view rest = given;
    bool any = false;
    wishes.memory_bytes = 0;
    wishes.cpu_percent = 0;
    while (!rest.empty()) {
        std::string_view part = take_part(rest, ", \t");
        if (part.empty()) continue;
        any = true;
        const std::string_view all = part;
        const std::string_view key = take_part(part, "=");
        const bool memory = key == "memory" && wishes.memory_bytes == 0;
        if (!memory && (key != "cpu" || wishes.cpu_percent != 0))
            return fail(Errc::parse, wording::quoted(all) +
                                         " is not allowed; write memory=SIZE and cpu=PERCENT, each "
                                         "once, such as \"memory=512M cpu=50%\"");
        if (auto set = memory ? set_memory(part, wishes) : set_cpu(part, wishes); !set) return set;
    }
    if (!any)
        return fail(Errc::parse, "an empty limit limits nothing; write \"memory=512M cpu=50%\"");
    return {};
}

}  // namespace streamlib
