// SPDX-License-Identifier: Apache-2.0
// sdpoker (an npm package that checks session descriptions against RFC 4566 and ST 2110) reads what we write, strictly;
// we read what it ships. `./dev test` puts it below build/npm; without it, or without node, the test is skipped.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "actors/st2110/sdp/write.hpp"
#include "sdp_sessions.hpp"

namespace streamlib::st2110 {
namespace {

using namespace testing;
namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path package = fs::path(STREAMLIB_SOURCE_DIR) / "build/npm/sdpoker-0.1.0";

std::string output_of(const std::string& command, int& status) {
    std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    std::string text;
    std::array<char, 4096> part{};
    while (pipe != nullptr && std::fgets(part.data(), part.size(), pipe) != nullptr)
        text += part.data();
    status = pipe == nullptr ? -1 : pclose(pipe);
    return text;
}

/// Empty if sdpoker can be run.
std::string why_not() {
    if (!fs::exists(package / "checkST2110.js"))
        return "SKIPPED WHOLE: no sdpoker in " + package.string() +
               "; ./dev test fetches it with npm";
    int status = 0;
    output_of("node --version", status);
    return status == 0 ? "" : "SKIPPED WHOLE: no node to run sdpoker with";
}

#define NEEDS_SDPOKER()                                                                            \
    if (const std::string why = why_not(); !why.empty()) {                                         \
        std::puts(why.c_str());                                                                    \
        GTEST_SKIP() << why;                                                                       \
    }                                                                                              \
    static_assert(true)

class Folder {
public:
    Folder() : path_(fs::path(std::getenv("STREAMLIB_RUN_DIR")) / "sdpoker") {
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void write(const std::string& name, const std::string& text) {
        std::ofstream(path_ / name, std::ios::binary) << text;
        files_ += " " + (path_ / name).string();
    }
    [[nodiscard]] const std::string& files() const { return files_; }

private:
    fs::path path_;
    std::string files_;
};

std::string check(const std::string& files) {
    int status = 0;
    return output_of(
        "node " +
            (fs::path(STREAMLIB_SOURCE_DIR) / "tests/actors/st2110/sdpoker_check.js").string() +
            " " + package.string() + files,
        status);
}

TEST(Sdpoker, passes_everything_that_is_written) {
    NEEDS_SDPOKER();
    Folder folder;
    std::map<std::string, std::string> names;
    for (const NamedSession& one : all_sessions()) {
        const std::string file = std::to_string(names.size()) + ".sdp";
        folder.write(file, *write_sdp(one.session));
        names[file] = one.name;
    }
    const std::string said = check(folder.files());
    EXPECT_THAT(said, HasSubstr(std::to_string(names.size()) + " files"));
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        const std::string& name = names[line.substr(0, colon)];
        // It looks for a parameter 'interlaced', which no edition of the standard has: theirs, not ours.
        const bool its_own =
            line.find("'segmented' is signalled without 'interlaced'") != std::string::npos;
        EXPECT_TRUE(its_own && name.find("psf") != std::string::npos) << name << ": " << line;
    }
}

TEST(Sdpoker, complains_about_what_is_wrong) {
    NEEDS_SDPOKER();
    const std::string good = *write_sdp(all_sessions()[0].session);
    const std::pair<const char*, const char*> damage[] = {
        {"\r\n", "\n"}, {"TP=2110T", "TP=T"},     {"; \r\n", "\r\n"},     {"width=1920", "width=0"},
        {"SSN=", "S="}, {"direct=0", "direct=1"}, {"RTP/AVP", "RTP/SAVP"}};
    for (const auto& [from, to] : damage) {
        Folder folder;
        std::string text = good;
        text.replace(text.find(from), std::string(from).size(), to);
        folder.write("damaged.sdp", text);
        EXPECT_THAT(check(folder.files()), HasSubstr("damaged.sdp: ")) << from;
    }
}

struct Sample {
    const char* file;
    const char* video;  ///< The picture, or what is said instead.
    const char* audio;
    std::size_t warnings;
};

// The samples of the package. MP2T is no ST 2110 stream, so there is nothing to receive in two of them;
// "st2110-10.not" differs from its valid twin in its line ends only, which are tolerated.
constexpr Sample samples[] = {
    {"aes67-mcast.sdp", "the description has 0 video streams", "48000 8ch s24in32 block=48", 0},
    {"rfc7104_sep_dest.sdp", "the description has 0 video streams",
     "the description has 0 audio streams", 0},
    {"rfc7104_sep_source.sdp", "the description has 0 video streams",
     "the description has 0 audio streams", 0},
    {"st2110-10.sdp", "1280x720 YCbCr-4:2:2 10 @60000/1001 pgroup",
     "the description has 0 audio streams", 0},
    {"st2110-10.not", "1280x720 YCbCr-4:2:2 10 @60000/1001 pgroup",
     "the description has 0 audio streams", 0},
};

TEST(Sdpoker, samples_are_read) {
    NEEDS_SDPOKER();
    std::size_t seen = 0;
    for (const auto& entry : fs::directory_iterator(package / "examples")) {
        const std::string file = entry.path().filename();
        const auto* known = std::find_if(std::begin(samples), std::end(samples),
                                         [&](const Sample& s) { return file == s.file; });
        ASSERT_NE(known, std::end(samples)) << "a sample nobody has judged: " << file;
        ++seen;
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        const Reading reading = read_sdp(text);
        EXPECT_EQ(reading.error(), nullptr) << reading.error()->text;
        EXPECT_EQ(reading.findings.size(), known->warnings) << file;
        const auto video = video_reception(reading);
        EXPECT_THAT(video ? to_string(video->format) : video.error().text, HasSubstr(known->video));
        const auto audio = audio_reception(reading);
        EXPECT_THAT(audio ? to_string(audio->format) : audio.error().text, HasSubstr(known->audio));
        EXPECT_EQ(video && video->second_leg, file.starts_with("st2110-10")) << file;
    }
    EXPECT_EQ(seen, std::size(samples));
}

}  // namespace
}  // namespace streamlib::st2110
