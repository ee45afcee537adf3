// SPDX-License-Identifier: Apache-2.0
#include "supervisor/node/left_groups.hpp"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace streamlib::supervision {
namespace {

namespace fs = std::filesystem;

constexpr int most_levels = 12;
constexpr std::string_view prefix = "streamlib-";
constexpr std::time_t young_s = 2;

bool is_old(const std::string& group) {
    struct stat status {};
    return ::lstat(group.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           ::time(nullptr) - status.st_mtime > young_s;
}

}  // namespace

std::vector<std::string> group_mounts(std::string_view mounts) {
    std::vector<std::string> points;
    std::istringstream lines{std::string(mounts)};
    for (std::string line; std::getline(lines, line);) {
        // 36 35 0:27 ROOT POINT options … - cgroup2 source options
        if (line.find(" - cgroup2 ") == std::string::npos) continue;
        std::istringstream words(line);
        std::string word;
        for (int n = 0; n < 5 && words; ++n) words >> word;
        if (words && word.starts_with("/")) points.push_back(word);
    }
    return points;
}

std::vector<std::string> nodes_of_group(std::string_view group) {
    std::vector<std::string> nodes;
    if (!group.starts_with(prefix)) return nodes;
    const std::string_view rest = group.substr(prefix.size());
    for (auto at = rest.find('-', 1); at != std::string_view::npos; at = rest.find('-', at + 1))
        if (at + 1 < rest.size()) nodes.emplace_back(rest.substr(0, at));
    return nodes;
}

void remove_left_groups(const std::string& root,
                        const std::function<bool(const std::string&)>& is_alive,
                        const std::function<void(const std::string&)>& removed) {
    std::error_code error;
    fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied,
                                           error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry.depth() >= most_levels) entry.disable_recursion_pending();
        const auto nodes = nodes_of_group(entry->path().filename().string());
        if (nodes.empty()) continue;
        entry.disable_recursion_pending();
        const std::string group = entry->path().string();
        if (!is_old(group) || std::any_of(nodes.begin(), nodes.end(), is_alive)) continue;
        if (::rmdir(group.c_str()) == 0) removed(group);
    }
}

}  // namespace streamlib::supervision
