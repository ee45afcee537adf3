// SPDX-License-Identifier: Apache-2.0
#include "bench/rtp_node.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "bench/processes.hpp"
#include "runtime/format.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

using namespace std::chrono_literals;

/// In the launcher's process: who is who.
class Watch final : public RunObserver {
public:
    explicit Watch(RtpNotes* notes) : notes_(notes) {}
    void findings(std::span<const Finding> findings) override {
        for (const Finding& finding : findings)
            std::fprintf(stderr, "%s\n", to_string(finding).c_str());
    }
    void planned(const std::string&, const std::string&,
                 std::span<const supervision::ShownChild> children) override {
        for (const auto& child : children)
            pids_.push_back(child.name == "send"      ? &notes_->send_pid
                            : child.name == "receive" ? &notes_->receive_pid
                                                      : &notes_->source_pid);
    }
    void actor_changed(const supervision::ActorEvent& event) override {
        if (event.state != ipc::ActorState::running || event.index >= pids_.size()) return;
        pids_[event.index]->store(event.pid);
    }

private:
    RtpNotes* notes_;
    std::vector<std::atomic<std::int32_t>*> pids_;
};

ActorDecl declared(const std::string& name, const char* class_name,
                   const std::map<std::string, std::string>& properties) {
    ActorDecl actor;
    actor.name = name;
    actor.class_name = class_name;
    for (const auto& [key, value] : properties) actor.properties[key] = {value, {}};
    return actor;
}

GraphSpec graph_of(const RtpNodeWish& wish, const std::string& notes) {
    GraphSpec graph;
    graph.clock.rate = parse_video_format(wish.format).value().rate;
    ActorDecl source = declared(
        "frames", "BenchFrames",
        {{"path", notes}, {"format", wish.format}, {"window", std::to_string(wish.window)}});
    source.trigger = wish.window != 0 || !wish.sends ? Trigger::input : Trigger::tick;
    graph.actors = {source};
    if (wish.sends) {
        ActorDecl send = declared(
            "send", "VideoRtpSend",
            {{"to", wish.to}, {"pacing", wish.pacing}, {"troff", std::to_string(wish.troff_us)}});
        if (wish.pinned) send.cpus = "0";
        graph.actors.push_back(send);
        graph.links.push_back({"frames", "", "send", "", {}});
    }
    if (!wish.receives) return graph;
    // Without pacing a sender that waits for its turn stops in the middle of a frame: no loss of the network's.
    const std::string patience = wish.window != 0 ? "500" : "10";
    ActorDecl receive =
        declared("receive", "VideoRtpReceive",
                 {{"from", wish.to}, {"format", wish.format}, {"window", patience}});
    if (wish.pinned) receive.cpus = "1";
    receive.depth = wish.window + 6;  // whoever counts may come late
    graph.actors.push_back(receive);
    graph.links.push_back({"receive", "", "frames", "back", {}});
    return graph;
}

}  // namespace

double cpu_seconds_of(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        throw std::runtime_error("process " + std::to_string(pid) + " is gone");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string free_loopback_address() {
    constexpr unsigned first = 10'000,
                       ports = 22'000;  // the kernel gives nobody one of these by itself
    static unsigned next = static_cast<unsigned>(::getpid()) * 38U;
    for (unsigned tries = 0; tries < ports; tries += 2) {
        const auto port = static_cast<std::uint16_t>(first + (next += 2) % ports);
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons(port);
        const bool is_free = ::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
        ::close(fd);
        if (is_free) return "127.0.0.1:" + std::to_string(port);
    }
    throw std::runtime_error("no free port");
}

RtpSample RtpSample::since(const RtpSample& before) const {
    return {seconds - before.seconds,
            send_cpu - before.send_cpu,
            receive_cpu - before.receive_cpu,
            published - before.published,
            whole - before.whole,
            incomplete - before.incomplete,
            lost - before.lost};
}

RtpNode::RtpNode(const RtpNodeWish& wish)
    : path_("/dev/shm/rtp-notes-" + std::to_string(::getpid())),
      notes_((std::filesystem::remove(path_), map_rtp_notes(path_))),
      sends_(wish.sends),
      receives_(wish.receives) {
    node_ = start_process(
        [&] {
            Watch watch(notes_);
            RunOptions options;
            options.node = "bench-" + std::to_string(::getpid());
            options.observer = &watch;
            if (streamlib::run(graph_of(wish, path_), options) != 0)
                throw std::runtime_error("the node failed");
        },
        600);
    const auto end = std::chrono::steady_clock::now() + 20s;
    constexpr std::uint64_t warm = 30;
    while ((receives_ ? notes_->whole : notes_->published).load() < warm) {
        const bool ended = ::waitpid(node_, nullptr, WNOHANG) == node_;
        if (ended) node_ = 0;
        if (ended || std::chrono::steady_clock::now() > end) {
            stop();
            throw std::runtime_error(ended ? "the node failed" : "no frames came within 20 s");
        }
        std::this_thread::sleep_for(2ms);
    }
}

RtpNode::~RtpNode() { stop(); }

void RtpNode::stop() noexcept {
    if (node_ != 0) {
        ::kill(node_, SIGTERM);
        ::waitpid(node_, nullptr, 0);
    }
    ::munmap(notes_, sizeof(RtpNotes));
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

RtpSample RtpNode::sample() const {
    RtpSample sample;
    sample.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    if (sends_) sample.send_cpu = cpu_seconds_of(notes_->send_pid.load());
    if (receives_) sample.receive_cpu = cpu_seconds_of(notes_->receive_pid.load());
    sample.published = notes_->published.load();
    sample.whole = notes_->whole.load();
    sample.incomplete = notes_->incomplete.load();
    sample.lost = notes_->lost.load();
    return sample;
}

RtpSample RtpNode::watch(double seconds) const {
    const RtpSample before = sample();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    return sample().since(before);
}

}  // namespace streamlib::bench
