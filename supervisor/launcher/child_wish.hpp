// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an actor asks of the launcher as the wish that plan_child() judges. Pure.
#pragma once

#include "runtime/graph/child_plan.hpp"
#include "runtime/process/protocol.hpp"

namespace streamlib::supervision {

/// `domain` is the asker's: its child ticks with it where nothing else is said.
[[nodiscard]] ChildWish child_wish(const protocol::Ask& ask, const std::string& domain);

}  // namespace streamlib::supervision
