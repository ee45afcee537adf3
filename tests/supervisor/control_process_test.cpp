// SPDX-License-Identifier: Apache-2.0
// The control process against a launcher that is this test: its directory, its pages, its end of the channel.
#include "supervisor/control/control_main.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <thread>

#include "ipc/actor_page.hpp"
#include "ipc/channel.hpp"
#include "ipc/directory.hpp"
#include "ipc/segment.hpp"
#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/api_json.hpp"
#include "supervisor/control_link.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using testing::HasSubstr;

namespace {

constexpr Nanoseconds second = 1'000'000'000;

MonotonicTime soon() { return MonotonicTime::now() + 20 * second; }

class ControlProcess : public testing::Test {
protected:
    void SetUp() override {
        run_dir_ =
            std::filesystem::temp_directory_path() / ("sl-control-" + std::to_string(::getpid()));
        std::filesystem::create_directories(run_dir_);
        directory_ = std::move(*ipc::Directory::create({16, 16}));
        start();
    }
    void TearDown() override {
        end();
        std::filesystem::remove_all(run_dir_);
    }

    /// Starts one and tells it everything, as a launcher does.
    void start() {
        auto ends = ipc::Channel::pair();
        ASSERT_TRUE(ends);
        channel_ = std::move(ends->first);
        pid_ = ::fork();
        ASSERT_GE(pid_, 0);
        if (pid_ == 0) {
            channel_.close();
            ::_exit(control_main(UniqueFd(ends->second.release())));
        }
        ends->second.close();
        control_link::NodeNotice node;
        node.name.set("studio");
        node.host.set("host");
        node.run_dir.set(run_dir_.string());
        node.launcher_pid = ::getpid();
        node.started_monotonic_ns = MonotonicTime::now().ns;
        ASSERT_TRUE(channel_.send(control_link::bytes_of(node)));
        const auto fd = directory_.reopen_read_only();
        const int fds[] = {fd->get()};
        ASSERT_TRUE(channel_.send(control_link::bytes_of(control_link::DirectoryNotice{}), fds));
        for (const Actor& actor : actors_) tell(actor);
        const auto request = next_request();
        ASSERT_TRUE(request);
        ASSERT_EQ(request->kind, control_link::RequestKind::listening);
    }

    /// The launcher's end goes away; so must the process, by itself.
    void end() {
        if (pid_ <= 0) return;
        channel_.close();
        int status = 0;
        ASSERT_EQ(::waitpid(pid_, &status, 0), pid_);
        pid_ = 0;
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }

    struct Actor {
        ipc::ActorId id;
        ipc::OwnedSegment page;
        ipc::ActorPage& counts() const {
            return *reinterpret_cast<ipc::ActorPage*>(page.payload());
        }
    };

    Actor& add(const std::string& name, ipc::ActorState state) {
        ipc::ActorRecord record;
        record.name.set(name);
        record.class_name.set("Null");
        record.dispatcher.set("process");
        record.state = state;
        record.pid = state == ipc::ActorState::running ? ::getpid() : 0;
        record.incarnation = 1;
        record.started_monotonic_ns = MonotonicTime::now().ns;
        Actor actor;
        actor.id = *directory_.add(record);
        actor.page = std::move(
            *ipc::OwnedSegment::create({"page " + name, sizeof(ipc::ActorPage),
                                        ipc::actor_page_layout_hash, ipc::SegmentKind::control}));
        tell(actor);
        actors_.push_back(std::move(actor));
        return actors_.back();
    }

    void tell(const Actor& actor) {
        control_link::ActorPageNotice notice;
        notice.actor_index = actor.id.index;
        notice.actor_generation = actor.id.generation;
        const auto fd = actor.page.reopen_read_only();
        const int fds[] = {fd->get()};
        ASSERT_TRUE(channel_.send(control_link::bytes_of(notice), fds, soon()));
    }

    /// But for its saying that it lives.
    std::optional<control_link::Request> next_request(MonotonicTime until = soon()) {
        for (;;) {
            const auto message = channel_.receive_until(until);
            if (!message) return std::nullopt;
            const auto request = control_link::request_in(message->bytes);
            if (!request || request->kind != control_link::RequestKind::alive) return request;
        }
    }

    HttpAnswer call(const std::string& method, const std::string& target) {
        const auto answer =
            http_call(run_dir_.string(), "control.sock", method, target, 20 * second);
        EXPECT_TRUE(answer) << answer.error().text;
        return answer.value_or(HttpAnswer{});
    }

    UniqueFd connect_raw() {
        UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = run_dir_ / "control.sock";
        std::copy(path.begin(), path.end(), address.sun_path);
        EXPECT_EQ(
            ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
        return socket;
    }

    std::filesystem::path run_dir_;
    ipc::Directory directory_;
    ipc::Channel channel_;
    std::deque<Actor> actors_;
    pid_t pid_ = 0;
};

TEST_F(ControlProcess, tells_what_directory_and_pages_say) {
    Actor& clip = add("clip", ipc::ActorState::running);
    ipc::count(clip.counts().ticks, 60);
    ipc::count(clip.counts().ticks_dropped, 2);
    // The page's notice and the request come by two roads.
    std::optional<ActorRow> row;
    for (const MonotonicTime give_up = soon();
         MonotonicTime::now() < give_up && (!row || row->ticks != 60);) {
        row = *read_actor(call("GET", "/v1/actors/clip").body);
    }
    EXPECT_EQ(row->uri, "actor://host/Null/clip");
    EXPECT_EQ(row->state, "RUNNING");
    EXPECT_EQ(row->ticks, 60U);
    EXPECT_EQ(row->ticks_dropped, 2U);
    const auto node = read_node(call("GET", "/v1/node").body);
    EXPECT_EQ(node->name, "studio");
    EXPECT_EQ(node->running, 1U);
    EXPECT_EQ(node->control_pid, pid_);
    struct stat status {};
    ASSERT_EQ(::stat((run_dir_ / "control.sock").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ControlProcess, reads_the_log_of_an_actor_that_is_dead) {
    Actor& clip = add("clip", ipc::ActorState::failed);
    ipc::LogWriter writer(&clip.counts().log, 1);
    for (int n = 0; n < 5; ++n)
        writer.write(ipc::LogLevel::info, {n + 1}, "line " + std::to_string(n));
    Result<LogPage> page = LogPage{};
    for (const MonotonicTime give_up = soon();
         MonotonicTime::now() < give_up && page->lines.empty();) {
        page = read_logs(call("GET", "/v1/actors/clip/logs?last=2").body);
        ASSERT_TRUE(page);
    }
    ASSERT_EQ(page->lines.size(), 2U);
    EXPECT_EQ(page->lines[1].text, "line 4");
    EXPECT_EQ(page->next, 5U);
}

TEST_F(ControlProcess, tells_what_an_actor_that_is_dead_has_counted) {
    Actor& clip = add("clip", ipc::ActorState::failed);
    // Not in the order of their places: the number says where a port counts.
    ipc::PortRecord port;
    port.actor = clip.id;
    port.direction = ipc::PortDirection::output;
    port.name.set("video");
    port.number = 1;
    ASSERT_TRUE(directory_.add(port));
    port.direction = ipc::PortDirection::input;
    port.name.set("in");
    port.number = 0;
    ASSERT_TRUE(directory_.add(port));
    port.number = ipc::max_port_counters;  // counts nowhere
    ASSERT_TRUE(directory_.add(port));
    ipc::ActorPage& page = clip.counts();
    ipc::count(page.ticks, 60);
    ipc::count(page.ticks_dropped, 2);
    ipc::count(page.exceptions, 7);
    ipc::count(page.ports[0].blocks, 50);
    ipc::count(page.ports[0].missed, 3);
    ipc::count(page.ports[0].repeats, 4);
    ipc::count(page.ports[1].blocks, 48);
    ipc::count(page.ports[1].bytes, 4800);
    ipc::count(page.ports[1].missed, 5);
    page.counters[0].name.set("late");
    ipc::count(page.counters[0].value, 6);
    add("other", ipc::ActorState::running);
    std::string told;
    for (const MonotonicTime give_up = soon();
         MonotonicTime::now() < give_up && told.find("other") == std::string::npos;) {
        const auto rows = read_counters(call("GET", "/v1/counters").body);
        ASSERT_TRUE(rows);
        told.clear();
        for (const CounterRow& row : *rows)
            told +=
                row.actor + "/" + row.port + "." + row.name + "=" + std::to_string(row.value) + " ";
    }
    const std::string of_clip =
        "clip/.ticks=60 clip/.ticks_dropped=2 clip/.stale_events=0 clip/.exceptions=7 "
        "clip/in.read=50 clip/in.bytes=0 clip/in.missed=3 clip/in.repeats=4 "
        "clip/video.published=48 clip/video.bytes=4800 clip/video.no_free_slot=5 clip/.late=6 ";
    EXPECT_EQ(
        told,
        of_clip +
            "other/.ticks=0 other/.ticks_dropped=0 other/.stale_events=0 other/.exceptions=0 ");
    EXPECT_EQ(read_counters(call("GET", "/v1/actors/clip/counters").body)->size(), 12U);
}

TEST_F(ControlProcess, hands_out_session_descriptions_and_nothing_else) {
    namespace fs = std::filesystem;
    add("clip", ipc::ActorState::running);
    const auto sdp = [&] { return call("GET", "/v1/actors/clip/sdp"); };
    const HttpAnswer none = sdp();
    EXPECT_EQ(none.status, 404U);
    EXPECT_THAT(read_error(none.body),
                HasSubstr("actor clip: describes no session (class Null, RUNNING)"));
    const fs::path file = run_dir_ / "sdp/clip.sdp";
    fs::create_directory(run_dir_ / "sdp");
    EXPECT_EQ(sdp().status, 404U);
    std::ofstream(file) << "v=0\r\ns=clip\r\n";
    EXPECT_EQ(sdp().status, 200U);
    EXPECT_EQ(sdp().body, "v=0\r\ns=clip\r\n");
    const std::string most(65536, 'x');
    std::ofstream(file) << most;
    EXPECT_EQ(sdp().body, most);

    const auto refused = [&](const std::string& why) {
        const HttpAnswer answer = sdp();
        EXPECT_EQ(answer.status, 409U) << why;
        EXPECT_THAT(read_error(answer.body), HasSubstr(file.string())) << why;
        EXPECT_THAT(read_error(answer.body), HasSubstr(why));
        fs::remove_all(file);
    };
    std::ofstream(file) << most + "x";
    refused("longer than 65536 bytes");
    std::ofstream(run_dir_ / "secret") << "secret";
    fs::create_symlink(run_dir_ / "secret", file);
    refused("Too many levels of symbolic links");
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    refused("is not a plain file");
    fs::create_directory(file);
    refused("is not a plain file");
    // The folder neither.
    fs::remove(run_dir_ / "sdp");
    fs::create_directory(run_dir_ / "elsewhere");
    std::ofstream(run_dir_ / "elsewhere/clip.sdp") << "secret";
    fs::create_directory_symlink(run_dir_ / "elsewhere", run_dir_ / "sdp");
    EXPECT_EQ(sdp().status, 409U);
}

TEST_F(ControlProcess, says_again_and_again_that_it_lives) {
    for (int n = 0; n < 2; ++n) {
        const auto message = channel_.receive_until(soon());
        ASSERT_TRUE(message);
        const auto request = control_link::request_in(message->bytes);
        ASSERT_TRUE(request);
        EXPECT_EQ(request->kind, control_link::RequestKind::alive);
    }
}

TEST_F(ControlProcess, hands_requests_to_the_launcher_and_its_word_back) {
    const Actor& clip = add("clip", ipc::ActorState::running);
    auto answer = std::async(std::launch::async,
                             [&] { return call("POST", "/v1/actors/clip/kill?signal=TERM"); });
    const auto request = next_request();
    ASSERT_TRUE(request);
    EXPECT_EQ(request->kind, control_link::RequestKind::kill_actor);
    EXPECT_EQ(request->actor_index, clip.id.index);
    EXPECT_EQ(request->actor_generation, clip.id.generation);
    EXPECT_EQ(request->signal, SIGTERM);
    control_link::Reply reply;
    reply.id = request->id;
    reply.outcome = control_link::Outcome::not_running;
    ASSERT_TRUE(channel_.send(control_link::bytes_of(reply)));
    const HttpAnswer said = answer.get();
    EXPECT_EQ(said.status, 409U);
    EXPECT_EQ(read_error(said.body), "actor clip: is not running");
}

TEST_F(ControlProcess, a_wait_ends_when_the_state_has_come) {
    const Actor& clip = add("clip", ipc::ActorState::starting);
    auto waiting = std::async(std::launch::async, [&] {
        return call("GET", "/v1/wait?actor=clip&state=RUNNING&timeout_ms=20000");
    });
    const auto missed =
        read_wait(call("GET", "/v1/wait?actor=clip&state=STOPPED&timeout_ms=1").body);
    EXPECT_FALSE(missed->reached);
    EXPECT_EQ(missed->state, "STARTING");
    auto record = directory_.get(clip.id);
    record.state = ipc::ActorState::running;
    directory_.update(clip.id, record);
    const auto reached = read_wait(waiting.get().body);
    EXPECT_TRUE(reached->reached);
}

TEST_F(ControlProcess, a_successor_takes_the_socket_over) {
    add("clip", ipc::ActorState::running);
    ASSERT_EQ(::kill(pid_, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(std::filesystem::exists(run_dir_ / "control.sock"));
    start();
    EXPECT_EQ(read_actors(call("GET", "/v1/actors").body)->size(), 1U);
}

TEST_F(ControlProcess, garbage_gets_400_and_changes_nothing) {
    add("clip", ipc::ActorState::running);
    std::mt19937 random(2);
    for (int round = 0; round < 200; ++round) {
        const UniqueFd socket = connect_raw();
        std::string bytes(1 + random() % 400, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        if (round % 3 == 0) bytes = "GET /v1/" + bytes + " HTTP/1.1\r\n\r\n";
        if (round % 7 == 0)
            bytes = "POST /v1/stop HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n" + bytes;
        static_cast<void>(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    const UniqueFd socket = connect_raw();
    const std::string_view no_http = "\x16\x03\x01 hello\r\n\r\n";
    ASSERT_GT(::send(socket.get(), no_http.data(), no_http.size(), MSG_NOSIGNAL), 0);
    char answer[64]{};
    ASSERT_GT(::recv(socket.get(), answer, sizeof answer - 1, 0), 0);
    EXPECT_THAT(std::string(answer), HasSubstr("HTTP/1.1 400"));
    EXPECT_EQ(read_actors(call("GET", "/v1/actors").body)->size(), 1U);
    EXPECT_FALSE(next_request(MonotonicTime::now())) << "the launcher was bothered";
}

TEST_F(ControlProcess, connections_that_say_nothing_do_not_lock_the_door) {
    std::vector<UniqueFd> silent;
    for (int n = 0; n < 300; ++n) silent.push_back(connect_raw());
    EXPECT_EQ(call("GET", "/v1/node").status, 200U);
}

}  // namespace
