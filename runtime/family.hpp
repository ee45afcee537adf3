// SPDX-License-Identifier: Apache-2.0
/// @file
/// Families of actor classes whose libraries are heavy: what their zygote loads before it forks.
///
///     const FamilyRegistration ffmpeg{"ffmpeg", [] { return load_ffmpeg(); }};   // at namespace scope, beside the classes
///
/// Model     A class names its family with Actor::needs_family(). Its processes are forked from a zygote which has called the
///           family's function once, so that no actor loads the libraries again. The function must start no thread.
/// Threads   Registration happens before main() or inside load_plugin(); afterwards read-only.
#pragma once

#include <string_view>

#include "ipc/base/error.hpp"

namespace streamlib {

class FamilyRegistration {
public:
    FamilyRegistration(const char* family, Result<> (*preload)());
};

/// Zygote: calls what the family registered. A family that registered nothing is fine: its actors load for themselves. [setup]
[[nodiscard]] Result<> preload_family(std::string_view family);

}  // namespace streamlib
