// SPDX-License-Identifier: Apache-2.0
#include "tests/system/system_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "supervisor/control/api_json.hpp"

namespace streamlib::test {
namespace {

namespace fs = std::filesystem;

void pause_ms(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

[[noreturn]] void become(std::vector<std::string>& words, const fs::path& folder,
                         const fs::path& out, const fs::path& error) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that is killed leaves no node behind.
    ::setpgid(0, 0);
    const int to_out = ::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
    const int to_error = ::open(error.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
    ::dup2(to_out, STDOUT_FILENO);
    ::dup2(to_error, STDERR_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    std::array<char, 4096> part{};
    for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
        text.append(part.data(), n);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return text;
}

}  // namespace

Program::Program(const fs::path& folder, std::vector<std::string> words) {
    static int number = 0;
    const std::string name = std::to_string(number++);
    out_ = folder / (name + ".stdout");
    error_ = folder / (name + ".stderr");
    pid_ = first_pid_ = ::fork();
    if (pid_ == 0) become(words, folder, out_, error_);
}

Program::~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    static_cast<void>(::waitpid(pid_, nullptr, 0));
}

Answer Program::so_far() const { return {-1000, content(out_), content(error_)}; }

Answer Program::wait(Nanoseconds timeout) {
    Answer answer;
    answer.status = -1000;
    int status = 0;
    for (const MonotonicTime give_up = MonotonicTime::now() + timeout;
         MonotonicTime::now() < give_up; pause_ms(2)) {
        if (::waitpid(pid_, &status, WNOHANG) != pid_) continue;
        pid_ = 0;
        answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        break;
    }
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        static_cast<void>(::waitpid(pid_, nullptr, 0));
        pid_ = 0;
    }
    answer.out = content(out_);
    answer.error = content(error_);
    return answer;
}

void SystemTest::SetUp() {
    std::string name = (fs::temp_directory_path() / "sl-system-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::create_directories(folder_ / "build");
    fs::create_directory_symlink(STREAMLIB_SOURCE_DIR "/examples", folder_ / "examples");
    fs::create_directory_symlink(STREAMLIB_BINARY_DIR, folder_ / "build/release");
    ASSERT_EQ(::setenv("STREAMLIB_RUN_DIR", (folder_ / "run").c_str(), 1), 0);
}

void SystemTest::TearDown() {
    for (const std::string& node : nodes_) {
        // A killed launcher's actors have a second to go.
        for (int left = 2000; left > 0 && !processes_of(node).empty(); --left) pause_ms(1);
        EXPECT_EQ(processes_of(node).size(), 0U) << "processes left of node " << node;
    }
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
        for (const pid_t launcher : launchers_) {
            const std::string begin = "streamlib-" + std::to_string(launcher) + "-";
            EXPECT_FALSE(entry.path().filename().string().starts_with(begin)) << entry.path();
        }
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

Answer SystemTest::call(std::vector<std::string> words, Nanoseconds timeout) {
    return Program(folder_, std::move(words)).wait(timeout);
}

Answer SystemTest::streamlib(std::vector<std::string> words, Nanoseconds timeout) {
    words.insert(words.begin(), STREAMLIB_BINARY_DIR "/streamlib");
    return call(std::move(words), timeout);
}

std::unique_ptr<Program> SystemTest::start(std::vector<std::string> words) {
    static int count = 0;
    node_ = "sys-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
    nodes_.push_back(node_);
    words.insert(words.begin(), {STREAMLIB_BINARY_DIR "/streamlib", "run"});
    words.insert(words.end(), {"--node", node_});
    auto program = std::make_unique<Program>(folder_, std::move(words));
    launchers_.push_back(program->pid());
    return program;
}

Answer SystemTest::run(std::vector<std::string> words, Nanoseconds timeout) {
    return start(std::move(words))->wait(timeout);
}

std::vector<supervision::ActorRow> SystemTest::ps() {
    std::vector<supervision::ActorRow> rows;
    const Answer answer = streamlib({"ps", "--json", "--node", node_});
    EXPECT_EQ(answer.status, 0) << answer.error;
    for (const std::string& line : lines_of(answer.out)) {
        auto row = supervision::read_actor(line);
        EXPECT_TRUE(row) << line;
        if (!row) continue;
        row->name = row->uri.substr(row->uri.rfind('/') + 1);
        rows.push_back(*row);
    }
    return rows;
}

supervision::ActorRow SystemTest::ps(const std::string& actor) {
    for (const supervision::ActorRow& row : ps()) {
        if (row.name == actor) return row;
    }
    ADD_FAILURE() << "ps shows no actor " << actor;
    return {};
}

void SystemTest::wait_for(const std::string& actor, const std::string& state) {
    Answer answer;  // Until the control process listens, there is no node.
    for (const MonotonicTime give_up = MonotonicTime::now() + 30 * second;
         MonotonicTime::now() < give_up; pause_ms(10)) {
        answer = streamlib({"wait", actor, "--state", state, "--timeout", "30s", "--node", node_});
        if (answer.status == 0) return;
    }
    ADD_FAILURE() << actor << " does not become " << state << ": " << answer.error;
}

bool SystemTest::wait_for_ticks(const std::string& actor, std::uint64_t ticks) {
    for (const MonotonicTime give_up = MonotonicTime::now() + 30 * second;
         MonotonicTime::now() < give_up; pause_ms(10)) {
        if (ps(actor).ticks >= ticks) return true;
    }
    return false;
}

double SystemTest::counter(const std::string& actor, const std::string& name) {
    const Answer answer = streamlib({"counters", actor, "--node", node_, "--json"});
    for (const std::string& line : lines_of(answer.out))
        if (line.find("\"" + name + "\"") != std::string::npos) return json_number(line, "value");
    ADD_FAILURE() << actor << " counts no " << name << ": " << answer.out << answer.error;
    return -1;
}

std::string SystemTest::write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return path(name);
}

std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::stringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + part.size()))
        ++count;
    return count;
}

std::vector<pid_t> processes_of(const std::string& node) {
    std::vector<pid_t> found;
    const std::string wanted = "--streamlib-node=" + node;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0) continue;
        const std::string words = content(entry.path() / "cmdline") + std::string(1, '\0');
        if (words.find(wanted + std::string(1, '\0')) != std::string::npos) found.push_back(pid);
    }
    return found;
}

double json_number(const std::string& json, const std::string& key, const std::string& object) {
    std::size_t at = object.empty() ? 0 : json.find("\"" + object + "\":");
    if (at != std::string::npos) at = json.find("\"" + key + "\":", at);
    if (at == std::string::npos) return -1;
    return std::atof(json.c_str() + at + key.size() + 3);
}

Totals totals_of(const std::string& out) {
    // "done after 2.0s: 362 ticks, 0 dropped, …": the last line; how it ended is its first word.
    for (const std::string& line : lines_of(out.substr(out.find("\nup after ") + 1))) {
        unsigned long long n[5] = {};
        const std::size_t figures =
            line.find(" after ") == std::string::npos ? std::string::npos : line.find(": ");
        if (figures == std::string::npos) continue;
        if (std::sscanf(
                line.c_str() + figures,
                ": %llu ticks, %llu dropped, %llu block%*[s] published, %llu missed, %llu restarts",
                &n[0], &n[1], &n[2], &n[3], &n[4]) == 5) {
            Totals totals{true, n[0], n[1], n[2], n[3], n[4]};
            const std::size_t skipped = line.find(" skipped by the clock");
            if (skipped != std::string::npos) {
                totals.skipped =
                    std::strtoull(line.c_str() + line.rfind(", ", skipped) + 2, nullptr, 10);
            }
            return totals;
        }
    }
    return {};
}

std::string ffmpeg(const std::string& arguments) {
    return output_of("ffmpeg -nostdin -v error -y " + arguments);
}
std::string ffprobe(const std::string& arguments) {
    return output_of("ffprobe -v error -of csv=p=0 " + arguments);
}

std::vector<std::string> picture_hashes(const std::string& file, const std::string& filter) {
    std::vector<std::string> hashes;
    const std::string with = filter.empty() ? "" : " -vf " + filter;
    for (const std::string& line : lines_of(ffmpeg("-i " + file + " -map 0:v:0" + with +
                                                   " -fps_mode passthrough -f framemd5 -"))) {
        if (!line.starts_with("#")) hashes.push_back(line.substr(line.rfind(' ') + 1));
    }
    return hashes;
}

std::vector<double> picture_times(const std::string& file) {
    std::vector<double> times;
    for (const std::string& line :
         lines_of(ffprobe("-select_streams v:0 -show_entries packet=pts_time " + file))) {
        times.push_back(std::atof(line.c_str()));
    }
    for (std::size_t i = times.size(); i-- > 0;) times[i] -= times[0];
    return times;
}

}  // namespace streamlib::test
