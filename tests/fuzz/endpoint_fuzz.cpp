// SPDX-License-Identifier: Apache-2.0
// Any text as an address: what parses prints, and reads back as the same.
#include <string_view>

#include "ipc/base/assert.hpp"
#include "runtime/net/address.hpp"

using namespace streamlib;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto endpoint = parse_endpoint(text)) {
        const auto again = parse_endpoint(to_string(*endpoint));
        STREAMLIB_ASSERT(again && *again == *endpoint, "a printed address reads differently");
    } else {
        const std::string& error = endpoint.error().text;
        STREAMLIB_ASSERT(error.find('\n') == std::string::npos && error.size() < 400,
                         "an error is one line");
    }
    if (const auto host = parse_host(text)) {
        sockaddr_storage kernel;
        const auto length = to_kernel(*host, kernel);
        STREAMLIB_ASSERT(from_kernel(&kernel, length) == *host, "the kernel's form differs");
    }
    (void)from_kernel(bytes, size);
    return 0;
}
