// SPDX-License-Identifier: Apache-2.0
#include "ipc/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace streamlib::detail {

void assertion_failed(const char* expression, const char* text, const char* file,
                      int line) noexcept {
    std::fprintf(stderr, "streamlib: %s:%d: contract broken: %s (%s)\n", file, line, text,
                 expression);
    std::abort();
}

}  // namespace streamlib::detail
