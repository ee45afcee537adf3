// SPDX-License-Identifier: Apache-2.0
#include "ipc/base/error.hpp"

#include <cerrno>
#include <cstring>

namespace streamlib {

std::string_view to_string(Errc code) noexcept {
    switch (code) {
        case Errc::invalid_argument: return "invalid_argument";
        case Errc::not_found: return "not_found";
        case Errc::already_exists: return "already_exists";
        case Errc::no_memory: return "no_memory";
        case Errc::no_permission: return "no_permission";
        case Errc::mismatch: return "mismatch";
        case Errc::parse: return "parse";
        case Errc::io: return "io";
        case Errc::timeout: return "timeout";
        case Errc::gone: return "gone";
        case Errc::unsupported: return "unsupported";
    }
    return "unknown";
}

Unexpected fail(Errc code, std::string text) { return Unexpected(Error{code, std::move(text)}); }

Unexpected fail_errno(Errc code, std::string_view what) {
    const int error = errno;
    return fail(code, std::string(what) + ": " + std::strerror(error));
}

}  // namespace streamlib
