// SPDX-License-Identifier: Apache-2.0
/// @file
/// What is known of an actor class before any of its actors runs: ports and properties, as declared by its members.
/// Plain values; written once by constructing the class, read by `inspect`, `check` and the launcher.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/format.hpp"
#include "runtime/tick.hpp"

namespace streamlib {

enum class PropertyType : std::uint8_t { boolean, integer, real, text, path };

struct PropertySpec {
    std::string name;
    PropertyType type = PropertyType::text;
    std::string text;                  ///< One sentence for a person.
    std::string unit;                  ///< "Hz", "dB", "ms", "px"; empty: none.
    std::string default_value;         ///< In text form.
    std::optional<double> min, max;    ///< Inclusive range of numbers.
    std::vector<std::string> choices;  ///< Legal words of a text property; empty: any.
    bool required = false;             ///< The graph must give it.
    bool must_exist = false;           ///< A path that has to exist before anything starts.
};

struct PortSpec {
    std::string name;
    MediaKind kind = MediaKind::none;  ///< none: carries any kind.
    std::string text;
    /// input: may stay unlinked. output: may carry nothing (decided in configure()).
    bool optional = false;
    std::uint32_t hold = 1;        ///< inputs: blocks the actor keeps pinned at once, 1 … 8.
    std::uint32_t open_slots = 1;  ///< outputs: slots being written at once (W), 1 … 8.
    std::uint32_t depth = 0;  ///< outputs: newest blocks that stay readable; 0: as few as possible.
};

struct ClassSpec {
    std::string name;
    std::string text;  ///< What it does, one or two sentences.
    /// Zygote that serves it: "" the base zygote, "ffmpeg" one with FFmpeg preloaded, or a plugin path.
    std::string family;
    Trigger trigger = Trigger::automatic;  ///< The class's own default.
    std::vector<PortSpec> inputs, outputs;
    std::vector<PropertySpec> properties;
    std::uint32_t state_version = 0;  ///< As it said in keeps_state(); 0: it keeps none.
};

}  // namespace streamlib
