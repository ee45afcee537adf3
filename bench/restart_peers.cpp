// SPDX-License-Identifier: Apache-2.0
// Supervisors that people use today, at the same job: a small program is killed, how long until the next one runs.
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "bench/processes.hpp"
#include "bench/restart_node.hpp"
#include "bench/restart_notes.hpp"
#include "ipc/base/time.hpp"

namespace streamlib::bench {
namespace {

using std::chrono::milliseconds;

/// A folder of its own, gone with it.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "restart-peer-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return (path_ / name).string();
    }
    void write(const std::string& name, const std::string& text, bool program = false) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
        if (program) std::filesystem::permissions(path_ / name, std::filesystem::perms::owner_all);
    }

private:
    std::filesystem::path path_;
};

std::string own_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

pid_t start_program(const std::vector<std::string>& command, const std::string& directory) {
    return start_process(
        [&] {
            ::setpgid(0, 0);
            if (::chdir(directory.c_str()) != 0) ::_exit(127);
            std::vector<char*> arguments;
            for (const std::string& word : command)
                arguments.push_back(const_cast<char*>(word.c_str()));
            arguments.push_back(nullptr);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        },
        600);
}

bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return true;
}

/// Each kill after the program has run for a second: what s6 asks for before it restarts at once.
Numbers kill_under(const std::vector<std::string>& command, const Folder& folder,
                   std::uint32_t kills) {
    RestartNotes& notes = *map_restart_notes(folder / "notes");
    const pid_t peer = start_program(command, folder / ".");
    std::vector<double> ms;
    std::string broken;
    for (std::uint32_t n = 0; n <= kills && broken.empty(); ++n) {
        if (!eventually([&] { return notes.incarnation.load(std::memory_order_acquire) > n; })) {
            broken = "the program did not come back";
            break;
        }
        if (n > 0)
            ms.push_back(static_cast<double>(notes.ready_ns.load() - notes.detected_ns.load()) /
                         1e6);
        if (n == kills) break;
        std::this_thread::sleep_for(milliseconds(1100));
        notes.detected_ns = MonotonicTime::now().ns;  // of the kill
        ::kill(notes.pid.load(), SIGKILL);
    }
    ::kill(-peer, SIGKILL);
    ::kill(notes.pid.load(), SIGKILL);
    kill_process(peer);
    if (!broken.empty()) throw std::runtime_error(broken);
    return summary_of(ms);
}

std::string program_of(const char* name) {
    const std::string program = find_program(name);
    if (program.empty()) throw Absent(std::string(name) + " is not installed");
    return program;
}

}  // namespace

[[noreturn]] void live_as_peers_child(const std::string& path) {
    RestartNotes& notes = *map_restart_notes(path);
    notes.pid.store(::getpid());
    notes.ready_ns.store(MonotonicTime::now().ns);
    notes.incarnation.fetch_add(1, std::memory_order_release);
    for (;;) ::pause();
}

Numbers restarts_by_s6(std::uint32_t kills) {
    const std::string s6 = program_of("s6-supervise");
    const Folder folder;
    folder.write("service/run",
                 "#!/bin/sh\nexec " + own_program() + " --child " + (folder / "notes") + "\n",
                 true);
    return kill_under({s6, "service"}, folder, kills);
}

Numbers restarts_by_supervisord(std::uint32_t kills) {
    const std::string supervisord = program_of("supervisord");
    const Folder folder;
    folder.write("supervisord.conf",
                 "[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=" +
                     (folder / "pid") + "\n[program:child]\ncommand=" + own_program() +
                     " --child " + (folder / "notes") + "\nautorestart=true\n");
    return kill_under({supervisord, "-n", "-s", "-c", folder / "supervisord.conf"}, folder, kills);
}

Numbers restarts_by_erlang(std::uint32_t kills) {
    const std::string erl = program_of("erl"), erlc = program_of("erlc");
    const Folder folder;
    std::filesystem::copy_file(STREAMLIB_SOURCE_DIR "/bench/port_sup.erl", folder / "port_sup.erl");
    static_cast<void>(output_of({erlc, "-o", folder / ".", folder / "port_sup.erl"}));
    const std::string start = "port_sup:start(\"" + own_program() + "\", \"" + (folder / "notes") +
                              "\"), receive after infinity -> ok end.";
    return kill_under(
        {erl, "-noshell", "-kernel", "logger_level", "none", "-pa", folder / ".", "-eval", start},
        folder, kills);
}

}  // namespace streamlib::bench
