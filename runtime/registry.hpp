// SPDX-License-Identifier: Apache-2.0
/// @file
/// The actor classes a process knows: linked in, or from plugins.
/// Threads   Registration happens before main() or inside load_plugin(); afterwards read-only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/class_spec.hpp"

namespace streamlib {

class Actor;

/// Name, text and maker of one class. A name registered twice is a broken contract.
struct ClassEntry {
    std::string name;
    std::string text;
    std::function<std::unique_ptr<Actor>()> make;
    std::string plugin;  ///< Path of the .so it came from; empty: linked in.
};

/// All classes, in order of name.
[[nodiscard]] std::vector<std::string> class_names();
/// nullptr: no such class.
[[nodiscard]] const ClassEntry* find_class(std::string_view name);
/// Makes the spec by constructing one object. Cheap enough for tools, not for the frame path.
[[nodiscard]] ClassSpec describe_class(const ClassEntry& entry);
/// Loads a .so whose STREAMLIB_ACTOR registers classes. Runs foreign code: never in the launcher. [setup]
[[nodiscard]] Result<> load_plugin(const std::string& path);

/// What STREAMLIB_ACTOR makes one of.
class ClassRegistration {
public:
    ClassRegistration(const char* name, const char* text, std::unique_ptr<Actor> (*make)());
};

}  // namespace streamlib

/// Registers an actor class under its `class_name`. At namespace scope, in one source file, in the class's namespace.
#define STREAMLIB_ACTOR(Class)                                                                     \
    namespace {                                                                                    \
    const ::streamlib::ClassRegistration streamlib_registration_##Class{                           \
        Class::class_name, Class::class_text,                                                      \
        +[]() -> std::unique_ptr<::streamlib::Actor> { return std::make_unique<Class>(); }};       \
    }
