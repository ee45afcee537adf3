// SPDX-License-Identifier: Apache-2.0
// Many sound streams through GStreamer, as gst-launch users would write them.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/audio_limits.hpp"
#include "bench/peer_program.hpp"
#include "bench/processes.hpp"

namespace streamlib::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// The sockets of these ports, by /proc/net/udp: local address in the second column, drops in the thirteenth.
struct Sockets {
    std::size_t open = 0;
    double dropped = 0;
};

Sockets sockets_at(const std::vector<std::uint16_t>& ports) {
    Sockets found;
    std::ifstream file("/proc/net/udp");
    std::string line;
    std::getline(file, line);  // the headings
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
        if (all.size() < 13) continue;
        const int port = std::stoi(all[1].substr(all[1].find(':') + 1), nullptr, 16);
        if (std::ranges::find(ports, port) == ports.end()) continue;
        ++found.open;
        found.dropped += std::stod(all[12]);
    }
    return found;
}

void wait_for(PeerProgram& program, const std::function<bool()>& so) {
    const auto limit = Clock::now() + std::chrono::seconds(20);
    while (!so()) {
        if (!program.alive())
            throw Absent("GStreamer cannot do that here: a plugin is not installed");
        if (Clock::now() > limit) throw std::runtime_error("GStreamer does not begin");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

struct Watched {
    double cpu = 0, seconds = 0;
};
Watched watch(const PeerProgram& program, double seconds) {
    const double before = program.cpu_seconds();
    const auto from = Clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    return {program.cpu_seconds() - before,
            std::chrono::duration<double>(Clock::now() - from).count()};
}

/// A process that ends with this object.
class Killed {
public:
    explicit Killed(pid_t pid) : pid_(pid) {}
    Killed(const Killed&) = delete;
    Killed& operator=(const Killed&) = delete;
    ~Killed() { kill_process(pid_); }

private:
    pid_t pid_;
};

}  // namespace

Numbers audio_gstreamer_sends(const AudioLoad& load, double seconds) {
    const std::string program = gst_launch();
    const AudioDrain drain(load.streams);
    const std::string time = std::to_string(load.packet_us * 1000);
    std::string line = program +
                       " -q audiotestsrc is-live=true wave=silence samplesperbuffer=480 ! "
                       "audioconvert ! audio/x-raw,format=S24BE,rate=48000,channels=8 ! tee name=t";
    for (const std::uint16_t port : drain.ports())
        line += " t. ! queue ! rtpL24pay min-ptime=" + time + " max-ptime=" + time +
                " ! udpsink host=127.0.0.1 port=" + std::to_string(port);
    PeerProgram peer(words(line), -1);
    wait_for(peer, [&] { return drain.packets() > load.packets_per_second() / 2; });
    const double before = drain.packets();
    const Watched seen = watch(peer, seconds);
    const double packets = drain.packets() - before;
    if (packets == 0) throw std::runtime_error("GStreamer sends nothing any more");
    return {{"kpps", packets / seen.seconds / 1e3},
            {"send_ns", seen.cpu / packets * 1e9},
            {"send_cpu", 100 * seen.cpu / seen.seconds}};
}

Numbers audio_gstreamer_receives(const AudioLoad& load, double seconds) {
    const std::string program = gst_launch();
    const std::vector<std::uint16_t> ports = AudioDrain(load.streams).ports();  // free again
    std::string line = program + " -q";
    for (const std::uint16_t port : ports)
        line += " udpsrc buffer-size=4194304 address=127.0.0.1 port=" + std::to_string(port) +
                " caps=application/x-rtp,media=audio,clock-rate=48000,encoding-name=L24,"
                "channels=8,payload=97 ! rtpL24depay ! fakesink sync=false";
    PeerProgram peer(words(line), -1);
    wait_for(peer, [&] { return sockets_at(ports).open >= ports.size(); });
    const Killed sender(start_audio_sender(load, ports));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const double before = sockets_at(ports).dropped;
    const Watched seen = watch(peer, seconds);
    const double lost = sockets_at(ports).dropped - before,
                 packets = load.packets_per_second() * seen.seconds - lost;
    return {{"kpps", packets / seen.seconds / 1e3},
            {"receive_ns", seen.cpu / packets * 1e9},
            {"receive_cpu", 100 * seen.cpu / seen.seconds},
            {"lost", lost}};
}

}  // namespace streamlib::bench
