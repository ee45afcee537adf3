// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where a node lives in the file system, and how one knows that it lives.
///
/// Model     `$STREAMLIB_RUN_DIR/NODE`, else `$XDG_RUNTIME_DIR/streamlib/NODE`, else `/tmp/streamlib-UID/NODE`; mode 0700, ours.
///           A node is alive while somebody holds the flock of its `lock` file, never because of a pid.
/// Crash     The lock goes with its holder. The directory stays for the next launcher; a clean end removes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

/// The variables that decide; empty: not set.
struct RunEnvironment {
    std::string streamlib_run_dir, xdg_runtime_dir;
    std::uint32_t uid = 0;
};
[[nodiscard]] RunEnvironment run_environment();

/// Pure. Errors: invalid_argument (a node name is [A-Za-z0-9_-]{1,63}; a Unix socket in it must fit 107 characters).
[[nodiscard]] Result<std::string> run_directory_path(const RunEnvironment& environment,
                                                     std::string_view node);

/// The node's directory, locked: this process is its launcher for as long as this object lives.
class NodeLock {
public:
    NodeLock() = default;
    NodeLock(NodeLock&&) noexcept = default;
    NodeLock& operator=(NodeLock&&) noexcept = default;
    ~NodeLock();

    /// Makes directory and lock. Errors: already_exists (another launcher runs that node), no_permission, io.
    [[nodiscard]] static Result<NodeLock> acquire(std::string_view node);
    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

private:
    std::string directory_;
    UniqueFd lock_;
};

/// Whether a launcher runs that node now.
[[nodiscard]] bool node_is_alive(const std::string& directory);

}  // namespace streamlib::supervision
