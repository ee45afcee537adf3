// SPDX-License-Identifier: Apache-2.0
/// @file
/// The command line as a script uses it: a program in its own process, and a run directory of the test's own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "ipc/base/time.hpp"
#include "supervisor/control/api_json.hpp"

namespace streamlib::supervision::test {

namespace fs = std::filesystem;

constexpr Nanoseconds second = 1'000'000'000;
constexpr const char* program = STREAMLIB_BINARY_DIR "/tests/cli_program";

inline std::string content(const fs::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The program with its output in two files.
class Started {
public:
    Started(const fs::path& folder, std::vector<std::string> words) {
        static int number = 0;
        const std::string name = std::to_string(number++);
        out_ = folder / (name + ".out");
        error_ = folder / (name + ".err");
        pid_ = ::fork();
        if (pid_ == 0) become(std::move(words));
    }
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
    ~Started() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        static_cast<void>(::waitpid(pid_, nullptr, 0));
    }

    /// The exit status; -1 if a signal ended it or it did not end in time.
    int wait(Nanoseconds timeout = 30 * second) {
        for (const MonotonicTime give_up = MonotonicTime::now() + timeout;
             MonotonicTime::now() < give_up;) {
            int status = 0;
            if (::waitpid(pid_, &status, WNOHANG) == pid_) {
                pid_ = 0;
                return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return -1;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::string out() const { return content(out_); }
    [[nodiscard]] std::string error() const { return content(error_); }

private:
    [[noreturn]] void become(std::vector<std::string> words) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that is killed leaves no node behind.
        const int out = ::open(out_.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
        const int error = ::open(error_.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_APPEND, 0600);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(error, STDERR_FILENO);
        std::vector<char*> arguments{const_cast<char*>(program)};
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        ::execv(program, arguments.data());
        ::_exit(127);
    }
    fs::path out_, error_;
    pid_t pid_ = 0;
};

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::stringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

class Cli : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("sl-cli-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        ASSERT_EQ(::setenv("STREAMLIB_RUN_DIR", (folder_ / "run").c_str(), 1), 0);
    }
    void TearDown() override {
        node_.reset();
        fs::remove_all(folder_);
    }

    /// A node with `chatter >> listener` and all of it RUNNING.
    void start_node(std::vector<std::string> more = {}) { start("Chatter >> Listener", more); }
    /// The same with a graph that has actors of these names.
    void start(const std::string& graph, std::vector<std::string> more = {}) {
        std::vector<std::string> words{"run", graph};
        words.insert(words.end(), more.begin(), more.end());
        node_ = std::make_unique<Started>(folder_, words);
        ASSERT_EQ(call({"wait", "listener", "--timeout", "30s"}), 0) << error_ << node_->error();
        ASSERT_EQ(call({"wait", "chatter", "--timeout", "30s"}), 0) << error_;
    }

    int call(std::vector<std::string> words) {
        Started started(folder_, std::move(words));
        const int status = started.wait(60 * second);
        out_ = started.out();
        error_ = started.error();
        return status;
    }

    /// Starts one and goes on.
    std::unique_ptr<Started> begin(std::vector<std::string> words) {
        return std::make_unique<Started>(folder_, std::move(words));
    }

    template <class Condition>
    [[nodiscard]] bool eventually(const Condition& holds) {
        for (const MonotonicTime give_up = MonotonicTime::now() + 30 * second;
             MonotonicTime::now() < give_up;) {
            if (holds()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    ActorRow ps(const std::string& name) {
        EXPECT_EQ(call({"ps", "--json"}), 0) << error_;
        for (const std::string& line : lines_of(out_)) {
            const auto row = read_actor(line);
            EXPECT_TRUE(row) << line;
            if (row && row->uri.ends_with("/" + name)) return *row;
        }
        ADD_FAILURE() << "no " << name << " in\n" << out_;
        return {};
    }

    fs::path folder_;
    std::unique_ptr<Started> node_;
    std::string out_, error_;
};

}  // namespace streamlib::supervision::test
