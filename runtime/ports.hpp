// SPDX-License-Identifier: Apache-2.0
/// @file
/// The typed ends of links inside an actor: Input<> and Output<>.
#pragma once

#include "runtime/input.hpp"   // IWYU pragma: export
#include "runtime/output.hpp"  // IWYU pragma: export
