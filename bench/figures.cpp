// SPDX-License-Identifier: Apache-2.0
#include "bench/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace streamlib::bench {
namespace {

std::string number(const std::optional<double>& value) {
    if (!value || !std::isfinite(*value)) return "null";
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", *value);
    return text;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string shown(const std::optional<double>& value) {
    if (!value) return "-";
    char text[40];
    const double size = std::abs(*value);
    const int digits = size == 0 || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    std::snprintf(text, sizeof text, "%.*f", digits, *value);
    return text;
}

Figure judge_one(const Comparison& what, const Results& results) {
    Figure figure;
    figure.what = what;
    figure.ours = results.median(what.ours, what.ours_number);
    if (figure.ours)
        std::tie(figure.least, figure.largest) = results.range(what.ours, what.ours_number);
    if (!what.peer.empty()) {
        figure.absent = results.is_absent(what.peer);
        figure.beside_value = results.median(what.peer, what.peer_number);
    }
    if (figure.ours && figure.beside_value && *figure.beside_value != 0) {
        figure.ratio = *figure.ours / *figure.beside_value;
    }
    if (what.bound == Bound::ours) figure.holds = figure.ours && *figure.ours <= what.goal;
    // A goal beside a peer that is not there can be neither met nor missed.
    if (what.bound == Bound::ratio)
        figure.holds = figure.absent || (figure.ratio && *figure.ratio <= what.goal);
    if (what.bound == Bound::ratio_at_least)
        figure.holds = figure.absent || (figure.ratio && *figure.ratio >= what.goal);
    return figure;
}

}  // namespace

std::vector<Figure> judge(const std::vector<Comparison>& wanted, const Results& results) {
    std::vector<Figure> figures;
    for (const Comparison& what : wanted) {
        if (results.has(what.ours)) figures.push_back(judge_one(what, results));
    }
    return figures;
}

void print_table(const std::vector<Figure>& figures) {
    std::size_t width = 6, beside_width = 6;
    for (const Figure& f : figures) {
        width = std::max(width, f.what.figure.size());
        beside_width = std::max(beside_width, f.what.beside.size());
    }
    std::printf("%-*s %10s %-4s %23s  %-*s %10s %7s  %-12s %s\n", static_cast<int>(width), "figure",
                "ours", "unit", "least … largest", static_cast<int>(beside_width), "beside", "its",
                "ratio", "goal", "holds");
    for (const Figure& f : figures) {
        std::string goal;
        if (f.what.bound == Bound::ratio) goal = "ratio <= " + shown(f.what.goal);
        if (f.what.bound == Bound::ratio_at_least) goal = "ratio >= " + shown(f.what.goal);
        if (f.what.bound == Bound::ours) goal = "<= " + shown(f.what.goal);
        const std::string range = shown(f.least) + " .. " + shown(f.largest);
        const char* verdict = f.what.bound == Bound::none ? ""
                              : f.absent                  ? "absent"
                              : f.holds                   ? "yes"
                                                          : "NO";
        std::printf("%-*s %10s %-4s %21s  %-*s %10s %7s  %-12s %s\n", static_cast<int>(width),
                    f.what.figure.c_str(), shown(f.ours).c_str(), f.what.unit.c_str(),
                    range.c_str(), static_cast<int>(beside_width), f.what.beside.c_str(),
                    f.absent ? "absent" : shown(f.beside_value).c_str(), shown(f.ratio).c_str(),
                    goal.c_str(), verdict);
    }
    std::fflush(stdout);
}

void write_json(const std::vector<Figure>& figures, const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder);
    std::ofstream file(path);
    for (const Figure& f : figures) {
        const std::string beside_value = f.absent ? "\"absent\"" : number(f.beside_value);
        const std::string goal = f.what.bound == Bound::none ? "null" : number(f.what.goal);
        const bool unknown =
            f.absent && (f.what.bound == Bound::ratio || f.what.bound == Bound::ratio_at_least);
        const char* holds = unknown ? "null" : f.holds ? "true" : "false";
        file << "{\"figure\": " << quoted(f.what.figure) << ", \"ours\": " << number(f.ours)
             << ", \"unit\": " << quoted(f.what.unit) << ", \"beside\": " << quoted(f.what.beside)
             << ", \"beside_value\": " << beside_value << ", \"ratio\": " << number(f.ratio)
             << ", \"goal\": " << goal << ", \"holds\": " << holds << "}\n";
    }
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

bool all_hold(const std::vector<Figure>& figures) {
    return std::all_of(figures.begin(), figures.end(), [](const Figure& f) { return f.holds; });
}

}  // namespace streamlib::bench
