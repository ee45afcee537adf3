// SPDX-License-Identifier: Apache-2.0
/// @file
/// From the node's time to a person's.
#pragma once

#include "ipc/base/time.hpp"

namespace streamlib::supervision {

/// TAI - UTC as the system has it now, in whole seconds.
[[nodiscard]] Nanoseconds tai_offset();

}  // namespace streamlib::supervision
