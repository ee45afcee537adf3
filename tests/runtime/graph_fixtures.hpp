// SPDX-License-Identifier: Apache-2.0
// Actor classes and shorthands that the tests of graphs share. No actor runs here.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/graph/check_graph.hpp"
#include "runtime/graph/toml_reader.hpp"

namespace streamlib::test {

inline PortSpec port(std::string name, MediaKind kind, bool optional = false,
                     std::uint32_t hold = 1) {
    PortSpec spec;
    spec.name = std::move(name);
    spec.kind = kind;
    spec.optional = optional;
    spec.hold = hold;
    return spec;
}

inline PropertySpec property(std::string name, PropertyType type) {
    PropertySpec spec;
    spec.name = std::move(name);
    spec.type = type;
    return spec;
}

/// TestPattern, MediaFile, Blur, Gain, Mix, FileSink, Null, ColorConvert, Delay, Meta, and those that speak RTP.
inline const std::vector<ClassSpec>& classes() {
    static const std::vector<ClassSpec> all = [] {
        const auto video = MediaKind::video, audio = MediaKind::audio, any = MediaKind::none;
        auto path = property("path", PropertyType::path);
        path.required = path.must_exist = true;
        auto out_path = property("path", PropertyType::path);
        out_path.required = true;
        auto radius = property("radius", PropertyType::integer);
        radius.unit = "px";
        radius.min = 0;
        radius.max = 100;
        auto edge = property("edge", PropertyType::text);
        edge.choices = {"clamp", "wrap", "mirror"};
        std::vector<ClassSpec> list(9);
        list[0] = {"TestPattern",
                   "",
                   "",
                   Trigger::automatic,
                   {},
                   {port("video", video)},
                   {property("format", PropertyType::text)}};
        list[1] = {"MediaFile",
                   "",
                   "ffmpeg",
                   Trigger::automatic,
                   {},
                   {port("video", video), port("audio", audio)},
                   {path, property("loop", PropertyType::boolean)}};
        list[2] = {"Blur",
                   "",
                   "",
                   Trigger::automatic,
                   {port("video", video)},
                   {port("video", video)},
                   {radius, edge}};
        list[3] = {"Gain",
                   "",
                   "",
                   Trigger::automatic,
                   {port("audio", audio)},
                   {port("audio", audio)},
                   {property("gain", PropertyType::real)}};
        list[4] = {"Mix",
                   "",
                   "",
                   Trigger::automatic,
                   {port("a", video), port("b", video)},
                   {port("video", video)},
                   {}};
        list[5] = {"FileSink",
                   "",
                   "ffmpeg",
                   Trigger::input,
                   {port("video", video, true), port("audio", audio, true)},
                   {},
                   {out_path}};
        list[6] = {"Null", "", "", Trigger::automatic, {port("in", any)}, {}, {}};
        list[7] = {"ColorConvert",         "", "ffmpeg", Trigger::automatic, {port("video", video)},
                   {port("video", video)}, {}};
        list[8] = {
            "Delay", "", "", Trigger::tick, {port("in", video, false, 4)}, {port("out", video)},
            {}};
        const auto text = PropertyType::text;
        list.push_back(
            {"Meta", "", "", Trigger::automatic, {}, {port("data", MediaKind::data)}, {}});
        list.push_back({"VideoRtpSend",
                        "",
                        "",
                        Trigger::input,
                        {port("video", video)},
                        {},
                        {property("to", text)}});
        list.push_back({"AudioRtpSend",
                        "",
                        "",
                        Trigger::input,
                        {port("audio", audio)},
                        {},
                        {property("to", text)}});
        const std::vector<PropertySpec> received{property("from", text), property("format", text),
                                                 property("sdp", text)};
        list.push_back(
            {"VideoRtpReceive", "", "", Trigger::tick, {}, {port("video", video)}, received});
        list.push_back(
            {"AudioRtpReceive", "", "", Trigger::tick, {}, {port("audio", audio)}, received});
        return list;
    }();
    return all;
}

/// Those classes; only "here.mov" exists.
inline KnownClasses known() {
    KnownClasses known;
    known.lookup = [](std::string_view name) -> const ClassSpec* {
        const auto found = std::find_if(classes().begin(), classes().end(),
                                        [&](auto& c) { return c.name == name; });
        return found == classes().end() ? nullptr : &*found;
    };
    for (const auto& spec : classes()) known.names.push_back(spec.name);
    known.exists = [](const std::string& path) { return path == "here.mov"; };
    return known;
}

inline std::vector<std::string> texts(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    for (const auto& finding : findings) lines.push_back(to_string(finding));
    return lines;
}

/// A TOML text that has to read without findings.
inline GraphSpec graph_of(std::string_view toml) {
    auto read = read_graph_text(toml, "g.toml");
    EXPECT_THAT(texts(read.findings), testing::IsEmpty());
    return std::move(read.graph);
}

inline CheckedGraph check(std::string_view toml) { return check_graph(graph_of(toml), known()); }

/// A graph that has to be right.
inline GraphPlan plan_of(std::string_view toml) {
    auto checked = check(toml);
    EXPECT_THAT(texts(checked.findings), testing::IsEmpty());
    return std::move(checked.plan);
}

}  // namespace streamlib::test
