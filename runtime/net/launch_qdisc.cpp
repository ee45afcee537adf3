// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/launch_qdisc.hpp"

#include <ifaddrs.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ipc/base/fd.hpp"

namespace streamlib {
namespace {

std::string interface_with(const SocketAddress& address) {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return {};
    std::string name;
    for (const ifaddrs* one = all; one != nullptr && name.empty(); one = one->ifa_next)
        if (one->ifa_addr != nullptr &&
            from_kernel(one->ifa_addr, sizeof(sockaddr_storage)).same_host(address))
            name = one->ifa_name;
    ::freeifaddrs(all);
    return name;
}

/// What one message of the kernel's list says about interface `index`.
void take_qdisc(const nlmsghdr& message, int index, LaunchQdisc& found) {
    const auto* traffic = static_cast<const tcmsg*>(NLMSG_DATA(&message));
    if (traffic->tcm_ifindex != index) return;
    auto left = static_cast<int>(message.nlmsg_len - NLMSG_LENGTH(sizeof *traffic));
    const auto* part = reinterpret_cast<const rtattr*>(reinterpret_cast<const char*>(traffic) +
                                                       NLMSG_ALIGN(sizeof *traffic));
    for (; RTA_OK(part, left); part = RTA_NEXT(part, left)) {
        if (part->rta_type != TCA_KIND) continue;
        const auto* text = static_cast<const char*>(RTA_DATA(part));
        const std::string kind(text, ::strnlen(text, RTA_PAYLOAD(part)));
        const LaunchTimes times = kind == "etf"  ? LaunchTimes::tai
                                  : kind == "fq" ? LaunchTimes::monotonic
                                                 : LaunchTimes::none;
        // The root speaks for the interface, but where one below it holds packets (mq, mqprio).
        if (times != LaunchTimes::none || (traffic->tcm_parent == TC_H_ROOT && found.kind.empty()))
            found.kind = kind;
        if (times != LaunchTimes::none) found.times = times;
    }
}

Result<> ask_kernel(LaunchQdisc& found) {
    const auto index = static_cast<int>(::if_nametoindex(found.interface.c_str()));
    const UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    struct {
        nlmsghdr head;
        tcmsg body;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = RTM_GETQDISC;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.tcm_family = AF_UNSPEC;
    const timeval patience{1, 0};
    if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        ::send(fd.get(), &request, sizeof request, 0) < 0)
        return fail_errno(Errc::io, "rtnetlink: the qdiscs cannot be asked for");
    alignas(nlmsghdr) std::array<char, 32768> answer;
    constexpr int most_answers = 1024;
    for (int n = 0; n < most_answers; ++n) {
        const ssize_t bytes = ::recv(fd.get(), answer.data(), answer.size(), 0);
        if (bytes < 0) return fail_errno(Errc::io, "rtnetlink: the qdiscs were not told");
        auto left = static_cast<unsigned>(bytes);
        const auto* message = reinterpret_cast<const nlmsghdr*>(answer.data());
        for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_type == NLMSG_DONE) return {};
            if (message->nlmsg_type == NLMSG_ERROR)
                return fail(Errc::io, "rtnetlink: the qdiscs were refused");
            if (message->nlmsg_type == RTM_NEWQDISC) take_qdisc(*message, index, found);
        }
    }
    return fail(Errc::io, "rtnetlink: the list of qdiscs has no end");
}

}  // namespace

Result<LaunchQdisc> launch_qdisc(const SocketAddress& from) {
    LaunchQdisc found;
    found.interface = interface_with(from);
    if (found.interface.empty())
        return fail(Errc::not_found, "no interface has the address " + to_string(from));
    if (auto asked = ask_kernel(found); !asked) return tl::unexpected(asked.error());
    if (found.kind.empty()) found.kind = "noqueue";
    return found;
}

Result<LaunchTimes> choose_launch_times(const std::string& pacing_by, const LaunchQdisc& qdisc) {
    if (pacing_by == "thread") return LaunchTimes::none;
    if (pacing_by == "auto" || qdisc.times != LaunchTimes::none) return qdisc.times;
    return fail(Errc::unsupported, "pacing_by: launch_time needs the fq or ETF qdisc, and " +
                                       qdisc.interface + " has " + qdisc.kind +
                                       "; tc qdisc replace dev " + qdisc.interface +
                                       " root fq, or pacing_by = \"thread\"");
}

Result<> ask_for_launch_times(int fd, LaunchTimes times) {
    if (times == LaunchTimes::none) return {};
    const sock_txtime wish{times == LaunchTimes::tai ? CLOCK_TAI : CLOCK_MONOTONIC, 0};
    if (::setsockopt(fd, SOL_SOCKET, SO_TXTIME, &wish, sizeof wish) == 0) return {};
    return fail_errno(Errc::io,
                      "pacing_by: launch times (SO_TXTIME) were refused; ETF needs "
                      "CAP_NET_ADMIN; or pacing_by = \"thread\"");
}

TaiTime launch_time(MonotonicTime time, LaunchTimes times) noexcept {
    if (times != LaunchTimes::tai) return {time.ns};
    timespec tai{};
    ::clock_gettime(CLOCK_TAI, &tai);
    const std::int64_t now = std::int64_t{tai.tv_sec} * 1'000'000'000 + tai.tv_nsec;
    return {time.ns + (now - MonotonicTime::now().ns)};
}

}  // namespace streamlib
