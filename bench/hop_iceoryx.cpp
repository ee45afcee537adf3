// SPDX-License-Identifier: Apache-2.0
// iceoryx 2.0.3 as its own examples use it: loan, publish, take; the payload is not touched.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <optional>

#include "bench/hops.hpp"
#include "bench/ping_pong.hpp"
#include "iceoryx_posh/popo/untyped_publisher.hpp"
#include "iceoryx_posh/popo/untyped_subscriber.hpp"
#include "iceoryx_posh/popo/wait_set.hpp"
#include "iceoryx_posh/runtime/posh_runtime.hpp"

namespace streamlib::bench {
namespace {

std::string daemon_trouble = "RouDi was not started";  // empty: it serves

iox::RuntimeName_t join(int side) {
    iox::log::LogManager::GetLogManager().SetDefaultLogLevel(
        iox::log::LogLevel::kOff, iox::log::LogLevelOutput::kHideLogLevel);
    const std::string name = "bench_" + std::to_string(::getpid()) + "_" + std::to_string(side);
    const iox::RuntimeName_t runtime(iox::cxx::TruncateToCapacity, name);
    iox::runtime::PoshRuntime::initRuntime(runtime);
    return runtime;
}

iox::capro::ServiceDescription service(pid_t game, int direction) {
    const std::string instance = std::to_string(game);
    const iox::capro::IdString_t event(iox::cxx::TruncateToCapacity,
                                       direction == 0 ? "there" : "back");
    return {"bench", iox::capro::IdString_t(iox::cxx::TruncateToCapacity, instance), event};
}

class IceoryxEnd {
public:
    IceoryxEnd(pid_t game, std::size_t bytes, Reader reader, int side)
        : runtime_(join(side)),
          bytes_(static_cast<std::uint32_t>(bytes)),
          publisher_(service(game, side), options<iox::popo::PublisherOptions>()),
          subscriber_(service(game, 1 - side), options<iox::popo::SubscriberOptions>()) {
        if (reader == Reader::asleep) {
            wait_set_.emplace();
            wait_set_->attachState(subscriber_, iox::popo::SubscriberState::HAS_DATA)
                .or_else([](auto&) {
                    throw std::runtime_error("iceoryx: attaching to the WaitSet failed");
                });
        }
        while (!publisher_.hasSubscribers() ||
               subscriber_.getSubscriptionState() != iox::SubscribeState::SUBSCRIBED) {
            ::usleep(1000);
        }
    }
    IceoryxEnd(const IceoryxEnd&) = delete;
    IceoryxEnd& operator=(const IceoryxEnd&) = delete;

    void send(std::uint64_t) {
        publisher_.loan(bytes_)
            .and_then([&](void* payload) { publisher_.publish(payload); })
            .or_else([](auto&) { throw std::runtime_error("iceoryx: no chunk to loan"); });
    }
    void receive(std::uint64_t) {
        for (bool got = false; !got;) {
            if (wait_set_) static_cast<void>(wait_set_->wait());
            subscriber_.take().and_then([&](const void* payload) {
                subscriber_.release(payload);
                got = true;
            });
        }
    }

private:
    template <class Options>
    static Options options() {
        Options chosen;
        if constexpr (requires { chosen.queueCapacity; }) chosen.queueCapacity = 2;
        return chosen;
    }

    iox::RuntimeName_t runtime_;
    std::uint32_t bytes_;
    iox::popo::UntypedPublisher publisher_;
    iox::popo::UntypedSubscriber subscriber_;
    std::optional<iox::popo::WaitSet<1>> wait_set_;
};

/// True once the daemon says that it is ready; false when it ends or says nothing for too long.
bool wait_for_daemon(int out) {
    std::string said;
    char buffer[512];
    pollfd ready{out, POLLIN, 0};
    while (::poll(&ready, 1, 20'000) > 0) {
        const ssize_t got = ::read(out, buffer, sizeof buffer);
        if (got <= 0) return false;
        said.append(buffer, static_cast<std::size_t>(got));
        if (said.find("ready for clients") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

Numbers hop_of_iceoryx(std::size_t bytes, Reader reader) {
    if (!daemon_trouble.empty()) throw Absent(daemon_trouble);
    const std::uint64_t rounds = reader == Reader::polling ? 100'000 : 10'000;
    static int games = 0;
    const pid_t game = ::getpid() * 100 + ++games;
    return ping_pong(rounds, [&](int side) { return IceoryxEnd(game, bytes, reader, side); });
}

void Roudi::start() {
    const std::string program = find_program("iox-roudi");
    if (program.empty()) {
        daemon_trouble = "iox-roudi is not installed (Debian package iceoryx)";
        return;
    }
    const std::string config = "/tmp/streamlib-bench-roudi-" + std::to_string(::getpid()) + ".toml";
    std::ofstream file(config);
    file << "[general]\nversion = 1\n[[segment]]\n";
    for (const std::size_t bytes : {std::size_t{256}, hd_bytes + 4096, uhd_bytes + 4096}) {
        file << "[[segment.mempool]]\nsize = " << bytes / 64 * 64 << "\ncount = 16\n";
    }
    file.close();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    pid_ = start_process(
        [&] {
            ::prctl(PR_SET_PDEATHSIG,
                    SIGTERM);  // not SIGKILL: it removes its names from /dev/shm when it ends
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
            ::execl(program.c_str(), "iox-roudi", "-c", config.c_str(), "-m", "off", nullptr);
            ::_exit(127);
        },
        3600);
    ::close(ends[1]);
    daemon_trouble =
        wait_for_daemon(ends[0]) ? "" : "iox-roudi did not start (is another one running?)";
    ::unlink(config.c_str());
    // The read end stays open: a daemon whose words nobody takes must not die of SIGPIPE.
}

Roudi::~Roudi() {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    daemon_trouble = "RouDi was not started";
}

}  // namespace streamlib::bench
