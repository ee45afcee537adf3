// SPDX-License-Identifier: Apache-2.0
/// @file
/// Compares what outputs carry with what inputs take, once every actor has configured.
/// Threads   Pure. Errors: findings that name both ends, both formats and the actor that would
///           convert.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/format.hpp"
#include "runtime/graph/check_graph.hpp"

namespace streamlib {

/// One link after configure.
struct LinkFormats {
    std::uint32_t link = 0;  ///< Into `GraphPlan::links`.
    MediaFormat given{};     ///< What the output carries; kind `none`: nothing.
    /// What the input takes, any one of them; empty: all of its kind.
    std::vector<MediaFormat> accepted;
    std::string refusal;  ///< Why the consumer's configure() refused this input; empty: it did not.
};

/// The links that cannot work. `classes` decides which converters can be offered.
[[nodiscard]] std::vector<Finding> check_formats(const GraphPlan& plan,
                                                 std::span<const LinkFormats> links,
                                                 const KnownClasses& classes);

/// The class that converts from one format to the other, or "": none is known or none could
/// (another frame rate).
[[nodiscard]] std::string converter_between(const MediaFormat& given, const MediaFormat& wanted,
                                            const KnownClasses& classes);

}  // namespace streamlib
