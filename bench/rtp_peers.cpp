// SPDX-License-Identifier: Apache-2.0
#include "bench/rtp_peers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "bench/peer_program.hpp"
#include "bench/processes.hpp"
#include "bench/rtp_node.hpp"

namespace streamlib::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string port_of(const std::string& address) { return address.substr(address.rfind(':') + 1); }

/// Reads a port all the time and counts what has the marker: frames.
class Drain {
public:
    explicit Drain(const std::string& address) : counted_(sizeof(std::atomic<std::uint64_t>)) {
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int room = 64 << 20;
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port_of(address))));
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("cannot bind " + address);
        pid_ = start_process(
            [&] {
                pin_to(1);
                read_all(fd);
            },
            300);
        ::close(fd);
    }
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;
    ~Drain() { kill_process(pid_); }
    [[nodiscard]] std::uint64_t frames() const { return count().load(); }

private:
    [[nodiscard]] std::atomic<std::uint64_t>& count() const {
        return *counted_.as<std::atomic<std::uint64_t>>();
    }
    void read_all(int fd) const {
        constexpr std::size_t at_once = 64;
        static std::array<std::array<std::uint8_t, 2048>, at_once> memory;
        std::array<iovec, at_once> parts{};
        std::array<mmsghdr, at_once> messages{};
        for (std::size_t n = 0; n < at_once; ++n) {
            parts[n] = {memory[n].data(), memory[n].size()};
            messages[n].msg_hdr.msg_iov = &parts[n];
            messages[n].msg_hdr.msg_iovlen = 1;
        }
        for (;;) {
            const int came = ::recvmmsg(fd, messages.data(), at_once, MSG_WAITFORONE, nullptr);
            for (int n = 0; n < came; ++n)
                if ((memory[static_cast<std::size_t>(n)][1] & 0x80) != 0) count().fetch_add(1);
        }
    }
    SharedBytes counted_;
    pid_t pid_ = 0;
};

/// Frames and CPU time of a program from when it has got going.
template <class Frames>
Numbers rate_of(PeerProgram& program, double seconds, const std::string& name, Frames&& frames) {
    constexpr std::uint64_t warm = 10;
    const auto limit = Clock::now() + 20s;
    while (frames() < warm) {
        if (!program.alive())
            throw Absent(name + " cannot do that here: a plugin is not installed");
        if (Clock::now() > limit) throw std::runtime_error(name + ": no frames within 20 s");
        std::this_thread::sleep_for(2ms);
    }
    const std::uint64_t frames_before = frames();
    const double cpu_before = program.cpu_seconds();
    const auto from = Clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const auto count = static_cast<double>(frames() - frames_before);
    const double cpu = program.cpu_seconds() - cpu_before;
    const double elapsed = std::chrono::duration<double>(Clock::now() - from).count();
    if (count == 0) throw std::runtime_error(name + ": no frames any more");
    return {{"frames_per_s", count / elapsed}, {"frames_per_cpu_s", count / cpu}};
}

/// Reads lines in the background and counts those with a word in them.
class LineCount {
public:
    explicit LineCount(std::string word) : word_(std::move(word)) {
        if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe");
    }
    LineCount(const LineCount&) = delete;
    LineCount& operator=(const LineCount&) = delete;
    ~LineCount() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    [[nodiscard]] int writing_end() const {
        ::fcntl(ends_[1], F_SETFL, 0);  // who writes there may wait
        return ends_[1];
    }
    [[nodiscard]] std::uint64_t operator()() {
        std::array<char, 65536> text{};
        for (ssize_t got = 0; (got = ::read(ends_[0], text.data(), text.size())) > 0;)
            rest_.append(text.data(), static_cast<std::size_t>(got));
        for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
            if (rest_.find(word_) < end) ++lines_;
            rest_.erase(0, end + 1);
        }
        return lines_;
    }

private:
    std::string word_, rest_;
    std::uint64_t lines_ = 0;
    int ends_[2]{-1, -1};
};

}  // namespace

Numbers gstreamer_sends(double seconds) {
    const std::string program = gst_launch();
    const std::string to = free_loopback_address();
    const Drain drain(to);
    PeerProgram peer(
        words(program +
              " -q videotestsrc num-buffers=1 ! "
              "video/x-raw,format=UYVP,width=1920,height=1080,framerate=60/1 ! imagefreeze ! "
              "rtpvrawpay mtu=1460 ! udpsink host=127.0.0.1 sync=false async=false port=" +
              port_of(to)),
        0);
    return rate_of(peer, seconds, "GStreamer", [&] { return drain.frames(); });
}

Numbers ffmpeg_sends(double seconds) {
    const std::string program = find_program("ffmpeg");
    if (program.empty()) throw Absent("ffmpeg is not installed");
    const std::string to = free_loopback_address();
    const Drain drain(to);
    PeerProgram peer(words(program +
                           " -nostdin -v quiet -f lavfi -i "
                           "color=c=gray:s=1920x1080:r=60,format=yuv422p10le -c:v bitpacked "
                           "-strict experimental -f rtp rtp://" +
                           to + "?pkt_size=1460"),
                     0);
    return rate_of(peer, seconds, "FFmpeg", [&] { return drain.frames(); });
}

Numbers gstreamer_receives(double seconds) {
    const std::string program = gst_launch();
    RtpNodeWish wish;
    wish.to = free_loopback_address();
    // As many as it can take on a busy machine: what is asked is the CPU time of a frame.
    wish.format = "1920x1080 YCbCr-4:2:2 10 pgroup @24";
    wish.pacing = "wide";
    wish.receives = false;
    LineCount buffers("chain");  // a line a frame
    PeerProgram peer(
        words(program +
              " -v udpsrc buffer-size=67108864 address=127.0.0.1 port=" + port_of(wish.to) +
              " caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=RAW,"
              "sampling=YCbCr-4:2:2,depth=(string)10,width=(string)1920,height=(string)1080,"
              "colorimetry=BT709 ! rtpvrawdepay ! fakesink silent=false sync=false"),
        1, buffers.writing_end());
    const RtpNode node(wish);
    return rate_of(peer, seconds, "GStreamer", buffers);
}

}  // namespace streamlib::bench
