// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/description_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "actors/st2110/send_plan.hpp"

namespace streamlib::st2110 {
namespace {

namespace fs = std::filesystem;

/// Of "o=- SESSION VERSION IN IP4 ADDRESS"; 0: there is none.
std::uint64_t version_in(const fs::path& file) {
    std::ifstream text(file, std::ios::binary);
    for (std::string line; std::getline(text, line);) {
        if (!line.starts_with("o=")) continue;
        std::istringstream words(line);
        std::string user, session;
        std::uint64_t version = 0;
        return words >> user >> session >> version ? version : 0;
    }
    return 0;
}

std::uint64_t milliseconds_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

}  // namespace

void DescriptionFile::place(const std::string& directory, const std::string& actor) {
    path_ = directory.empty() ? fs::path() : fs::path(directory) / "sdp" / (actor + ".sdp");
    actor_ = actor;
    session_ = name_hash(directory + "/" + actor);
}

bool DescriptionFile::is_ours() const {
    return !path_.empty() && version_ != 0 && version_in(path_) == version_;
}

Result<> DescriptionFile::write(Media media, const StreamAddress& address) {
    if (path_.empty()) return {};
    version_ = std::max(milliseconds_now(), std::max(version_, version_in(path_)) + 1);
    auto text = describe_stream(actor_, std::move(media), address, session_, version_);
    if (!text) return tl::unexpected(text.error());
    std::error_code made;
    fs::create_directories(path_.parent_path(), made);
    // Of its own: another incarnation may be writing as well.
    const fs::path fresh =
        path_.parent_path() / ("." + actor_ + "." + std::to_string(::getpid()) + ".new");
    std::ofstream file(fresh, std::ios::binary);
    if (!(file << *text).flush()) return fail(Errc::io, fresh.string() + " cannot be written");
    file.close();
    fs::rename(fresh, path_, made);
    if (made) return fail(Errc::io, path_.string() + ": " + made.message());
    return {};
}

Result<> DescriptionFile::write_anew(Media media, const StreamAddress& address) {
    return is_ours() ? write(std::move(media), address) : Result<>{};
}

void DescriptionFile::withdraw() {
    std::error_code gone;
    if (is_ours()) fs::remove(path_, gone);
}

}  // namespace streamlib::st2110
