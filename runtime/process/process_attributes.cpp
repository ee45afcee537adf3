// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/process_attributes.hpp"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "ipc/base/fd.hpp"

namespace streamlib {
namespace {

std::string refused(const std::string& what, const std::string& needs) {
    return what + " needs " + needs + " (" + ::strerror(errno) + "); it runs without";
}

/// One write, as the files of a cgroup want it.
bool write_file(const std::string& path, std::string_view text) noexcept {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file &&
           ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether a controller is among the words of cgroup.subtree_control.
bool has_word(const std::string& words, std::string_view word) {
    for (std::size_t at = words.find(word); at != std::string::npos;
         at = words.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool begins = at == 0 || words[at - 1] == ' ';
        if (begins && (end == words.size() || words[end] == ' ' || words[end] == '\n')) return true;
    }
    return false;
}

bool hands_down(const std::string& above, std::string_view controller) {
    const std::string file = above + "/cgroup.subtree_control";
    return has_word(content_of(file), controller) ||
           (write_file(file, "+" + std::string(controller)) &&
            has_word(content_of(file), controller));
}

std::string group_name(std::string_view node, std::string_view actor) {
    return "streamlib-" + std::string(node) + "-" + std::string(actor);
}

std::string own_group_above() {
    return group_above(content_of("/proc/self/mountinfo"), content_of("/proc/self/cgroup"));
}

std::string_view next_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

/// The nth word, from 0; empty: there are fewer.
std::string_view word_of(std::string_view line, int n) {
    for (; n > 0; --n) line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
    return line.substr(0, line.find(' '));
}

/// A line if that is refused; a process is told once.
std::vector<std::string> lock_what_is_touched() {
    static bool told = false;
    if (::mlockall(MCL_CURRENT | MCL_ONFAULT) == 0 || told) return {};
    told = true;
    return {refused("locking memory for realtime",
                    "CAP_IPC_LOCK or more RLIMIT_MEMLOCK (LimitMEMLOCK=infinity)")};
}

bool pin_to(const std::vector<std::uint32_t>& cpus) noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const std::uint32_t cpu : cpus)
        if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
    return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

std::string group_above(std::string_view mounts, std::string_view groups) {
    std::string_view root, point, own;
    while (!mounts.empty() && point.empty()) {
        // 36 35 0:27 ROOT POINT options … - cgroup2 source options
        const std::string_view line = next_line(mounts);
        if (line.find(" - cgroup2 ") == std::string_view::npos) continue;
        root = word_of(line, 3);
        point = word_of(line, 4);
    }
    while (!groups.empty() && own.empty()) {
        const std::string_view line = next_line(groups);
        if (line.starts_with("0::/")) own = line.substr(3);
    }
    if (point.empty() || own.size() <= 1) return {};
    if (root != "/") {
        if (!own.starts_with(root) || own.size() <= root.size()) return {};
        own.remove_prefix(root.size());
    }
    return std::string(point) + std::string(own.substr(0, own.rfind('/')));
}

Result<> limit_process(const std::string& above, const std::string& name, int pid,
                       const ProcessWishes& wishes) {
    if (above.empty()) return fail(Errc::unsupported, "no group of the node's own in a cgroup v2");
    for (const char* controller : {"memory", "cpu"}) {
        const bool wanted =
            controller[0] == 'm' ? wishes.memory_bytes != 0 : wishes.cpu_percent != 0;
        if (wanted && !hands_down(above, controller))
            return fail(Errc::no_permission, std::string("no ") + controller + " in " + above +
                                                 "/cgroup.subtree_control");
    }
    const std::string group = above + "/" + name;
    if (::mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno(Errc::io, group);
    constexpr std::uint64_t period_us = 100'000;
    const std::string memory =
        wishes.memory_bytes == 0 ? "max" : std::to_string(wishes.memory_bytes);
    const std::string cpu =
        (wishes.cpu_percent == 0 ? "max" : std::to_string(wishes.cpu_percent * period_us / 100)) +
        " " + std::to_string(period_us);
    if ((wishes.memory_bytes != 0 && !write_file(group + "/memory.max", memory)) ||
        (wishes.cpu_percent != 0 && !write_file(group + "/cpu.max", cpu)) ||
        !write_file(group + "/cgroup.procs", std::to_string(pid)))
        return fail_errno(Errc::io, group);
    return {};
}

std::vector<std::string> apply_wishes(const ProcessWishes& wishes, std::string_view node,
                                      std::string_view actor) {
    std::vector<std::string> not_granted;
    const auto tell = [&](std::string text) { not_granted.push_back(std::move(text)); };
    if (wishes.limited()) {
        const auto done =
            limit_process(own_group_above(), group_name(node, actor), ::getpid(), wishes);
        if (!done)
            tell(
                "limits need a delegated cgroup v2 (Delegate=cpu memory, DelegateSubgroup=node): " +
                done.error().text + "; it runs without");
    }
    if (!wishes.cpus.empty() && !pin_to(wishes.cpus))
        tell(refused("cpus", "one of them allowed to the node (AllowedCPUs=, taskset, cpuset)"));
    if (wishes.nice != ProcessWishes::any_nice && ::setpriority(PRIO_PROCESS, 0, wishes.nice) != 0)
        tell(refused("nice = " + std::to_string(wishes.nice), "CAP_SYS_NICE or RLIMIT_NICE of " +
                                                                  std::to_string(20 - wishes.nice) +
                                                                  " (LimitNICE=)"));
    if (wishes.realtime != 0) {
        sched_param priority{};
        priority.sched_priority = wishes.realtime;
        if (::sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
            tell(refused("realtime = " + std::to_string(wishes.realtime),
                         "CAP_SYS_NICE or RLIMIT_RTPRIO of " + std::to_string(wishes.realtime) +
                             " (LimitRTPRIO=, limits.conf rtprio)"));
        for (std::string& text : lock_what_is_touched()) tell(std::move(text));
    }
    return not_granted;
}

std::vector<std::string> lock_memory(const ProcessWishes& wishes) {
    return wishes.realtime == 0 ? std::vector<std::string>{} : lock_what_is_touched();
}

void remove_limits(std::string_view node, std::string_view actor) noexcept {
    const std::string above = own_group_above();
    if (!above.empty()) static_cast<void>(::rmdir((above + "/" + group_name(node, actor)).c_str()));
}

}  // namespace streamlib
