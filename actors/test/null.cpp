// SPDX-License-Identifier: Apache-2.0
#include "actors/test/null.hpp"

namespace streamlib::actors {

STREAMLIB_ACTOR(Null)

}  // namespace streamlib::actors
