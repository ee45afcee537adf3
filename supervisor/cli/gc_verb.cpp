// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "ipc/segment.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/node/left_groups.hpp"
#include "supervisor/node/run_directory.hpp"

namespace streamlib::supervision {

namespace {

namespace fs = std::filesystem;

/// Only what a node makes is ever removed: a directory with a lock file that nobody holds.
[[nodiscard]] bool is_left_over(const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(directory, error)) || error) return false;
    return fs::is_regular_file(fs::symlink_status(directory / "lock", error)) &&
           !node_is_alive(directory.string());
}

/// Becomes the dead node's launcher for a moment, since a launcher that ends takes its directory away.
[[nodiscard]] bool remove_node(const fs::path& directory) {
    {
        const auto lock = NodeLock::acquire(directory.filename().string());
        if (!lock) return false;
    }
    std::error_code error;
    return !fs::exists(directory, error);
}

/// What killed launchers have left of the cgroups of their limited actors.
[[nodiscard]] std::size_t remove_groups(const CommandLine& line, Screen& screen) {
    std::ifstream file("/proc/self/mountinfo");
    const std::string mounts((std::istreambuf_iterator<char>(file)), {});
    std::size_t removed = 0;
    const auto is_alive = [](const std::string& node) {
        const auto directory = run_directory_path(run_environment(), node);
        return directory && node_is_alive(*directory);
    };
    for (const std::string& root : group_mounts(mounts))
        remove_left_groups(root, is_alive, [&](const std::string& group) {
            ++removed;
            if (!line.json) screen.line("removed " + group);
        });
    return removed;
}

}  // namespace

int gc_verb(const CommandLine& line, Screen& screen) {
    const auto local = run_directory_path(run_environment(), "local");
    if (!local) return failed(screen, local.error());
    std::vector<fs::path> left;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(fs::path(*local).parent_path(), error)) {
        if (is_left_over(entry.path())) left.push_back(entry.path());
    }
    std::size_t removed = 0;
    for (const fs::path& directory : left) {
        if (!remove_node(directory)) continue;
        ++removed;
        if (!line.json) screen.line("removed " + directory.string());
    }
    const std::size_t groups = remove_groups(line, screen);
    const std::size_t segments = ipc::sweep_leftovers();
    if (line.json) {
        screen.line("{\"directories\":" + std::to_string(removed) + ",\"groups\":" +
                    std::to_string(groups) + ",\"segments\":" + std::to_string(segments) + "}");
    } else {
        screen.line(std::to_string(removed) + " directories, " + std::to_string(groups) +
                    " cgroups and " + std::to_string(segments) + " shared memory segments removed");
    }
    return 0;
}

}  // namespace streamlib::supervision
