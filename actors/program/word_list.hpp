// SPDX-License-Identifier: Apache-2.0
/// @file
/// The words of a command as a shell would part them, without a shell.
///
/// Model     Blanks part words. 'Everything' between single quotes stands for itself; between "double quotes" \" and \\ are
///           one character; elsewhere \ takes the next character as it is. "" is an empty word. Nothing is expanded: no $,
///           *, ~, |, > has a meaning; who wants a shell writes sh -c '…'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"

namespace streamlib::actors {

/// Errors: parse, for a quote that is not closed, a \ at the end, or a zero byte.
[[nodiscard]] Result<std::vector<std::string>> split_command(std::string_view text);

}  // namespace streamlib::actors
