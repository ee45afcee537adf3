// SPDX-License-Identifier: Apache-2.0
/// @file
/// One HTTP request over a Unix socket. The one place that knows Boost.Beast here.
/// Threads   Any; one call makes, uses and closes one connection. Cost: about 0.2 ms, plus what the other side takes.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::supervision {

struct HttpAnswer {
    unsigned status = 0;
    std::string body;
};

/// `method` is "GET" or "POST"; the answer at most 64 MiB.
/// Errors: gone (nobody listens, or hung up), timeout, io.
[[nodiscard]] Result<HttpAnswer> http_call(const std::string& directory,
                                           const std::string& socket_file, std::string_view method,
                                           std::string_view target, Nanoseconds timeout_ns);

}  // namespace streamlib::supervision
