// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "bench/node.hpp"
#include "bench/processes.hpp"

namespace streamlib::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uintmax_t header_bytes =
    4096;  // the header has some 700, a lossless picture 300,000

/// The clip that the project's machines have; elsewhere the demo shows the test pattern.
fs::path clip() { return fs::path(STREAMLIB_SOURCE_DIR) / ".." / "shared" / "media" / "vtest.avi"; }

std::uintmax_t size_of(const fs::path& file) {
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    return error ? 0 : bytes;
}

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Starts the program and looks each millisecond how long its file has grown.
Numbers watch_file(const std::vector<std::string>& command, const fs::path& file) {
    const auto begin = Clock::now();
    const pid_t pid = start_process(
        [&] {
            const int null = ::open("/dev/null", O_RDWR);
            for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
            std::vector<char*> arguments;
            for (const std::string& word : command)
                arguments.push_back(const_cast<char*>(word.c_str()));
            arguments.push_back(nullptr);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        },
        30);
    Numbers numbers;
    while (!numbers.contains("first") && ms_since(begin) < 10'000) {
        const std::uintmax_t bytes = size_of(file);
        if (bytes > 0 && !numbers.contains("opened")) numbers["opened"] = ms_since(begin);
        if (bytes > header_bytes) numbers["first"] = ms_since(begin);
        ::usleep(500);
    }
    ::kill(pid, SIGTERM);
    try {
        finish_process(pid, command.front());
    } catch (const std::exception&) {  // stopped in the middle: its exit status says nothing
    }
    if (!numbers.contains("first"))
        throw std::runtime_error(command.front() + ": no picture within 10 s");
    return numbers;
}

template <class Use>
Numbers in_folder(const Use& use) {
    std::string name = (fs::temp_directory_path() / "streamlib-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    Numbers numbers;
    std::exception_ptr failed;
    try {
        numbers = use(fs::path(name));
    } catch (...) {
        failed = std::current_exception();
    }
    fs::remove_all(name);
    if (failed) std::rethrow_exception(failed);
    return numbers;
}

}  // namespace

Numbers first_frame_of_demo() {
    return in_folder([](const fs::path& folder) {
        const fs::path file = folder / "out.mkv";
        std::vector<std::string> command{STREAMLIB_BINARY_DIR "/streamlib",
                                         "run",
                                         STREAMLIB_SOURCE_DIR "/examples/clip.toml",
                                         "--node",
                                         "bench-" + std::to_string(::getpid()),
                                         "--set",
                                         "out.path=" + file.string(),
                                         "--set"};
        command.push_back(fs::exists(clip()) ? "clip.path=" + clip().string()
                                             : "clip.class=TestPattern");
        return watch_file(command, file);
    });
}

Numbers first_frame_of_ffmpeg() {
    const std::string program = find_program("ffmpeg");
    if (program.empty()) throw Absent("ffmpeg is not installed");
    if (!fs::exists(clip())) throw Absent("there is no clip");
    return in_folder([&](const fs::path& folder) {
        const fs::path file = folder / "out.mkv";
        return watch_file(
            {program, "-nostdin", "-re", "-i", clip().string(), "-pix_fmt", "yuv422p10le", "-c:v",
             "ffv1", "-flush_packets", "1", "-cluster_time_limit", "500", file.string()},
            file);
    });
}

}  // namespace streamlib::bench
