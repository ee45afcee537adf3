// SPDX-License-Identifier: Apache-2.0
#include "ipc/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace streamlib::detail {
namespace {
char broken_contract[256];  // read by the handler of the SIGABRT that follows
}

const char* assertion_text() noexcept { return broken_contract; }

void assertion_failed(const char* expression, const char* text, const char* file,
                      int line) noexcept {
    static_cast<void>(std::snprintf(broken_contract, sizeof broken_contract,
                                    "%s:%d: contract broken: %s (%s)", file, line, text,
                                    expression));
    std::fprintf(stderr, "streamlib: %s:%d: contract broken: %s (%s)\n", file, line, text,
                 expression);
    std::abort();
}

}  // namespace streamlib::detail
