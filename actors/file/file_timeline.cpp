// SPDX-License-Identifier: Apache-2.0
#include "actors/file/file_timeline.hpp"

namespace streamlib::actors {

std::string numbered_path(const std::string& path, unsigned number) {
    if (number == 0) return path;
    std::string digits = std::to_string(number);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    const std::size_t slash = path.rfind('/');
    const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
    const std::size_t dot = path.rfind('.');
    const bool extension = dot != std::string::npos && dot > name;
    if (!extension) return path + "." + digits;
    return path.substr(0, dot) + "." + digits + path.substr(dot);
}

}  // namespace streamlib::actors
