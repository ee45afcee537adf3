// SPDX-License-Identifier: Apache-2.0
#include "bench/veth.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/trial.hpp"

namespace streamlib::bench {
namespace {

/// One request of what the program ethtool asks. `command` begins with the number of the request.
class Ethtool {
public:
    explicit Ethtool(const std::string& interface)
        : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        std::strncpy(wish_.ifr_name, interface.c_str(), sizeof wish_.ifr_name - 1);
    }
    Ethtool(const Ethtool&) = delete;
    Ethtool& operator=(const Ethtool&) = delete;
    ~Ethtool() { ::close(socket_); }
    bool ask(void* command) {
        wish_.ifr_data = static_cast<char*>(command);
        return ::ioctl(socket_, SIOCETHTOOL, &wish_) == 0;
    }

private:
    int socket_;
    ifreq wish_{};
};

void run_or_be_absent(const std::string& command) {
    if (std::system((command + " 2>/dev/null").c_str()) != 0)
        throw Absent("this does not work here: " + command);
}

/// The index of each feature that segments UDP, or all: a number of the kernel's own.
std::vector<std::uint32_t> segmenting_features(Ethtool& ethtool, std::uint32_t& count) {
    alignas(ethtool_sset_info) char asked[sizeof(ethtool_sset_info) + sizeof count]{};
    auto* sizes = reinterpret_cast<ethtool_sset_info*>(asked);
    sizes->cmd = ETHTOOL_GSSET_INFO;
    sizes->sset_mask = 1ULL << ETH_SS_FEATURES;
    count = 0;
    if (ethtool.ask(asked)) std::memcpy(&count, asked + sizeof(ethtool_sset_info), sizeof count);
    std::vector<char> memory(sizeof(ethtool_gstrings) + std::size_t{count} * ETH_GSTRING_LEN);
    auto* names = reinterpret_cast<ethtool_gstrings*>(memory.data());
    names->cmd = ETHTOOL_GSTRINGS;
    names->string_set = ETH_SS_FEATURES;
    names->len = count;
    std::vector<std::uint32_t> found;
    if (count == 0 || !ethtool.ask(memory.data())) return found;
    for (std::uint32_t n = 0; n < count; ++n) {
        const char* name = memory.data() + sizeof(ethtool_gstrings) + n * ETH_GSTRING_LEN;
        if (std::strcmp(name, "tx-udp-segmentation") == 0 ||
            std::strcmp(name, "tx-generic-segmentation") == 0 || std::strcmp(name, "rx-gro") == 0)
            found.push_back(n);
    }
    return found;
}

void switch_off_segments(const std::string& interface) {
    Ethtool ethtool(interface);
    std::uint32_t count = 0;
    const auto features = segmenting_features(ethtool, count);
    if (features.empty()) throw Absent("the kernel does not say how " + interface + " segments");
    const std::size_t blocks = (count + 31) / 32;
    std::vector<char> memory(sizeof(ethtool_sfeatures) +
                             blocks * sizeof(ethtool_set_features_block));
    auto* wish = reinterpret_cast<ethtool_sfeatures*>(memory.data());
    wish->cmd = ETHTOOL_SFEATURES;
    wish->size = static_cast<std::uint32_t>(blocks);
    auto* block =
        reinterpret_cast<ethtool_set_features_block*>(memory.data() + sizeof(ethtool_sfeatures));
    for (const std::uint32_t feature : features) block[feature / 32].valid |= 1U << feature % 32;
    if (!ethtool.ask(memory.data()))
        throw Absent("the segmentation of " + interface + " cannot be switched off");
}

}  // namespace

void enter_network_namespace() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        throw Absent("network namespaces are not permitted here");
}

void lay_cable(const std::string& near_end, const std::string& far_end, pid_t far) {
    run_or_be_absent("ip link add " + near_end + " type veth peer name " + far_end);
    run_or_be_absent("ip link set " + far_end + " netns " + std::to_string(far));
}

void bring_up(const std::string& interface, const std::string& address) {
    run_or_be_absent("ip link set lo up");
    run_or_be_absent("ip address add " + address + " dev " + interface);
    switch_off_segments(interface);
    run_or_be_absent("ip link set " + interface + " up");
}

}  // namespace streamlib::bench
