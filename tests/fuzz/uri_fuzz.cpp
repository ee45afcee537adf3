// SPDX-License-Identifier: Apache-2.0
// Any text as a URI: what parses prints, and reads back as the same.
#include <string_view>

#include "ipc/base/assert.hpp"
#include "runtime/uri.hpp"

using namespace streamlib;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto uri = parse_uri(text);
    if (uri) {
        const auto again = parse_uri(to_string(*uri));
        STREAMLIB_ASSERT(again && *again == *uri, "a printed URI reads differently");
    } else {
        STREAMLIB_ASSERT(uri.error().text.ends_with('^'), "an error without a caret");
    }
    return 0;
}
