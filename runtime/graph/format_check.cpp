// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/format_check.hpp"

#include <algorithm>

namespace streamlib {
namespace {

std::string converter_of(MediaKind kind, const KnownClasses& classes) {
    const char* name = kind == MediaKind::video   ? "ColorConvert"
                       : kind == MediaKind::audio ? "Resample"
                                                  : "";
    return *name != '\0' && classes.lookup && classes.lookup(name) != nullptr ? name : "";
}

/// "put ColorConvert between: clip.video >> ColorConvert >> out.video".
std::string fix(const std::string& converter, const std::string& from, const std::string& to) {
    if (converter.empty()) return "; no class here converts between them: change one of the two";
    return "; put " + converter + " between: " + from + " >> " + converter + " >> " + to;
}

/// The accepted format that differs least, by the length of the description.
const MediaFormat& closest(const LinkFormats& link) {
    return *std::min_element(link.accepted.begin(), link.accepted.end(),
                             [&](const auto& a, const auto& b) {
                                 return describe_difference(link.given, a).size() <
                                        describe_difference(link.given, b).size();
                             });
}

std::string problem(const LinkFormats& link, const PortSpec& input, const std::string& from,
                    const std::string& to, const KnownClasses& classes) {
    if (link.given.kind == MediaKind::none) {
        return from + " carries nothing (its actor gave it no format), and " + to +
               " needs a stream; remove the link";
    }
    const std::string gives = from + " carries " + to_string(link.given) + ", ";
    if (!link.refusal.empty()) {
        return gives + to + " refuses it: " + link.refusal +
               fix(converter_of(link.given.kind, classes), from, to);
    }
    if (input.kind != MediaKind::none && input.kind != link.given.kind) {
        return gives + to + " takes " + std::string(to_string(input.kind)) +
               "; link an output of that kind";
    }
    const bool taken =
        link.accepted.empty() ||
        std::any_of(link.accepted.begin(), link.accepted.end(), [&](const auto& wanted) {
            return describe_difference(link.given, wanted).empty();
        });
    if (taken) return {};
    const MediaFormat& wanted = closest(link);
    std::string takes;
    for (std::size_t i = 0; i < link.accepted.size() && i < 4; ++i) {
        takes += (i > 0 ? " or " : "") + to_string(link.accepted[i]);
    }
    if (link.accepted.size() > 4) takes += " or others";
    return gives + to + " takes " + takes + " (" + describe_difference(link.given, wanted) + ")" +
           fix(converter_between(link.given, wanted, classes), from, to);
}

}  // namespace

std::vector<Finding> check_formats(const GraphPlan& plan, std::span<const LinkFormats> links,
                                   const KnownClasses& classes) {
    std::vector<Finding> findings;
    for (const auto& formats : links) {
        const auto& link = plan.links[formats.link];
        const PortSpec& input = plan.actors[link.to].spec->inputs[link.input];
        auto text =
            problem(formats, input, output_name(plan, link), input_name(plan, link), classes);
        if (!text.empty()) findings.push_back({link.place, "links", std::move(text)});
    }
    return findings;
}

std::string converter_between(const MediaFormat& given, const MediaFormat& wanted,
                              const KnownClasses& classes) {
    if (given.kind != wanted.kind) return {};
    if (given.kind == MediaKind::video) {
        // A converter changes pictures, not when they come: what is left after rate and interlace
        // must differ.
        const bool same_time = given.video.rate == wanted.video.rate || wanted.video.rate.num == 0;
        if (!same_time || given.video.interlace != wanted.video.interlace) return {};
    }
    return converter_of(given.kind, classes);
}

}  // namespace streamlib
