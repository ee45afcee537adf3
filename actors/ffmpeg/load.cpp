// SPDX-License-Identifier: Apache-2.0
// Finds and opens libstreamlib_ffmpeg.so.
#include <dlfcn.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "actors/ffmpeg.hpp"
#include "runtime/family.hpp"

namespace streamlib::actors {
namespace {

namespace fs = std::filesystem;

constexpr const char* library_name = "libstreamlib_ffmpeg.so";

fs::path executable_directory() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path{} : self.parent_path();
}

std::vector<fs::path> directories_to_try() {
    std::vector<fs::path> found;
    if (const char* list = std::getenv("STREAMLIB_MODULE_PATH")) {
        std::string_view rest = list;
        while (!rest.empty()) {
            const std::size_t colon = rest.find(':');
            const std::string_view one = rest.substr(0, colon);
            if (!one.empty()) found.emplace_back(one);
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
    }
    if (const fs::path beside = executable_directory(); !beside.empty()) {
        found.push_back(beside);
        found.push_back((beside / "../lib/streamlib").lexically_normal());
    }
    return found;
}

Result<const FfmpegApi*> open_library(const fs::path& path) {
    // RTLD_NOW: a library that lacks a symbol is found out here, not at the first frame.
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = ::dlerror();
        return fail(Errc::unsupported, why != nullptr ? why : "dlopen failed");
    }
    using Entry = const FfmpegApi* (*)() noexcept;
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, "streamlib_ffmpeg_api"));
    if (entry == nullptr)
        return fail(Errc::mismatch, path.string() + " is not streamlib's library");
    const FfmpegApi* api = entry();
    if (api->version != FfmpegApi::current) {
        return fail(Errc::mismatch, path.string() + " belongs to another version of streamlib");
    }
    return api;
}

Result<const FfmpegApi*> find_and_open() {
    std::string tried;
    for (const fs::path& directory : directories_to_try()) {
        const fs::path path = directory / library_name;
        std::error_code error;
        if (!fs::exists(path, error)) {
            tried += (tried.empty() ? "" : ", ") + directory.string();
            continue;
        }
        return open_library(path);
    }
    return fail(Errc::not_found, std::string(library_name) + " is not in " + tried +
                                     "; set STREAMLIB_MODULE_PATH to its folder");
}

/// The zygote of the family has the library loaded before it forks.
const FamilyRegistration ffmpeg_family{"ffmpeg",
                                       [] { return ffmpeg_load().map([](const FfmpegApi*) {}); }};

}  // namespace

Result<const FfmpegApi*> ffmpeg_load() {
    static const Result<const FfmpegApi*> loaded = find_and_open();
    return loaded;
}

}  // namespace streamlib::actors
