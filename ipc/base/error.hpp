// SPDX-License-Identifier: Apache-2.0
/// @file
/// What set-up and control functions return when they fail.
///
/// Model     `Result<T>` is a value or an `Error`: one code, one line of text that names the place and the fix.
/// Threads   Values; no shared state.
/// Cost      Not for the frame path, which returns small status enums and counts instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace streamlib {

/// The kind of an error; a program decides by it, a person reads `Error::text`.
enum class Errc : std::uint8_t {
    invalid_argument,  ///< The caller or the user gave something that is not allowed.
    not_found,         ///< A thing that was named does not exist.
    already_exists,    ///< A thing with that name or place exists.
    no_memory,         ///< Shared memory, a table or a limit is full.
    no_permission,     ///< The operating system refused.
    mismatch,          ///< Two sides disagree: formats, layouts, versions.
    parse,             ///< Text from outside could not be read.
    io,                ///< A system call or a file failed.
    timeout,           ///< It did not happen in time.
    gone,              ///< The other side has died or closed.
    unsupported,       ///< Known, but not possible here.
};

/// Short name of a code, for machine-readable output ("not_found").
[[nodiscard]] std::string_view to_string(Errc code) noexcept;

struct Error {
    Errc code = Errc::io;
    std::string text;  ///< One line, no trailing full stop, names place and fix.
};

template <class T = void>
using Result = tl::expected<T, Error>;

using Unexpected = tl::unexpected<Error>;

/// Makes the failed side of any `Result`: `return fail(Errc::not_found, "no such file: x.toml");`
[[nodiscard]] Unexpected fail(Errc code, std::string text);

/// The same, with the text of errno appended: "open(/x): Permission denied".
[[nodiscard]] Unexpected fail_errno(Errc code, std::string_view what);

}  // namespace streamlib
