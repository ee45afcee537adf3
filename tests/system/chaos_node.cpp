// SPDX-License-Identifier: Apache-2.0
#include "tests/system/chaos_node.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ipc/base/fd.hpp"
#include "tests/system/chaos_actors.hpp"

namespace streamlib::test {
namespace {

namespace fs = std::filesystem;

constexpr Nanoseconds millisecond = 1'000'000;

struct Stat {
    NodeProcess process;
    pid_t parent = 0;
};

/// pid 0: it is not there.
Stat stat_of(pid_t pid) {
    Stat stat;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string
        text;  // getline: a read from a process that has just gone is an error, and rdbuf() would throw it
    std::getline(file, text, '\0');
    const auto open = text.find('('), close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos) return stat;
    stat.process.comm = text.substr(open + 1, close - open - 1);
    std::istringstream rest(text.substr(close + 1));
    rest >> stat.process.state >> stat.parent;
    std::string skipped;
    for (int field = 5; field < 22; ++field) rest >> skipped;
    rest >> stat.process.born;
    if (rest) stat.process.pid = pid;
    return stat;
}

bool lives(const NodeProcess& process) {
    return process.pid != 0 && process.state != 'Z' && process.state != 'X';
}

void pause_ms(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

}  // namespace

std::vector<NodeProcess> living_children(pid_t launcher) {
    std::vector<NodeProcess> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0) continue;
        Stat stat = stat_of(pid);
        if (stat.parent == launcher && lives(stat.process))
            found.push_back(std::move(stat.process));
    }
    return found;
}

bool still_lives(const NodeProcess& process) {
    const NodeProcess now = stat_of(process.pid).process;
    return lives(now) && now.born == process.born && now.comm == process.comm;
}

bool send_signal(const NodeProcess& process, int number) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (!pidfd || stat_of(process.pid).process.born != process.born) return false;
    return ::syscall(SYS_pidfd_send_signal, pidfd.get(), number, nullptr, 0) == 0;
}

Holdings holdings_of(pid_t launcher) {
    Holdings holdings;
    const std::string proc = "/proc/" + std::to_string(launcher);
    std::error_code ignored;
    holdings.descriptors = static_cast<std::size_t>(
        std::distance(fs::directory_iterator(proc + "/fd", ignored), fs::directory_iterator{}));
    std::ifstream maps(proc + "/maps");
    for (std::string line; std::getline(maps, line);) ++holdings.mappings;
    std::ifstream status(proc + "/status");
    for (std::string word; status >> word;) {
        if (word == "RssAnon:") status >> holdings.own_kilobytes;
    }
    return holdings;
}

std::string descriptor_kinds(pid_t launcher) {
    std::map<std::string, int> kinds;
    std::error_code ignored;
    for (const auto& entry :
         fs::directory_iterator("/proc/" + std::to_string(launcher) + "/fd", ignored)) {
        std::string kind = fs::read_symlink(entry.path(), ignored).string();
        ++kinds[kind.substr(0, kind.find_first_of("0123456789["))];
    }
    std::string text;
    for (const auto& [kind, count] : kinds) text += kind + " " + std::to_string(count) + "; ";
    return text;
}

Watcher::Watcher(pid_t launcher, std::vector<std::string> names)
    : launcher_(launcher), names_(std::move(names)), thread_([this] {
          for (; goes_on_; pause_ms(2)) look();
      }) {}

void Watcher::end() {
    goes_on_ = false;
    if (thread_.joinable()) thread_.join();
}

void Watcher::look() {
    std::map<std::string, NodeProcess> by_name;
    for (const NodeProcess& process : living_children(launcher_)) {
        if (std::find(names_.begin(), names_.end(), process.comm) == names_.end()) continue;
        ++sightings_;
        const auto [other, first] = by_name.emplace(process.comm, process);
        if (first) continue;
        // One may have gone since it was read, and the other come after that: only who outlives the sight of the other
        // has been there together with it.
        const NodeProcess later = process, earlier = other->second;
        if (still_lives(later) && still_lives(earlier))
            doubles_.push_back(process.comm + ": " + std::to_string(earlier.pid) + " and " +
                               std::to_string(later.pid));
    }
    ++samples_;
}

Monkey::Monkey(pid_t launcher, std::vector<std::string> actors, std::uint32_t seed)
    : launcher_(launcher), actors_(std::move(actors)), random_(seed) {}

int Monkey::count(const std::string& what) const {
    const auto found = done_.find(what);
    return found == done_.end() ? 0 : found->second;
}

void Monkey::send(const NodeProcess& target, int number, const std::string& what) {
    if (send_signal(target, number)) ++done_[what];
}

void Monkey::stop(const NodeProcess& target, bool then_kill) {
    send(target, SIGSTOP, then_kill ? "stop, then kill" : "stop, then go on");
    const Nanoseconds how_long = (20 + below(280)) * millisecond;
    stopped_.push_back({target, MonotonicTime::now() + how_long, then_kill});
}

void Monkey::release(bool all) {
    const MonotonicTime now = MonotonicTime::now();
    std::erase_if(stopped_, [&](const Stopped& one) {
        if (!all && now < one.until) return false;
        send_signal(one.process, one.then_kill && !all ? SIGKILL : SIGCONT);
        return true;
    });
}

void Monkey::release_all() { release(true); }

void Monkey::hurt_actor(const NodeProcess& target) {
    const auto wish = [&](ChaosWish wanted, const char* what) {
        send(target, SIGRTMIN + static_cast<int>(wanted), what);
    };
    const std::uint32_t kind = below(100);
    if (kind < 34) return send(target, SIGKILL, "SIGKILL");
    if (kind < 44) return stop(target, false);
    if (kind < 50) return stop(target, true);
    if (kind < 58) return send(target, SIGSEGV, "SIGSEGV");
    if (kind < 65) return send(target, SIGABRT, "SIGABRT");
    if (kind < 75) return wish(ChaosWish::exception, "exception");
    if (kind < 84) return wish(ChaosWish::exit_3, "exit 3");
    if (kind < 87) return wish(ChaosWish::hang, "hang");
    if (kind < 94) return wish(ChaosWish::wild_store, "wild store");
    wish(ChaosWish::abort, "abort");
}

void Monkey::hurt_service(const NodeProcess& target) {
    if (below(3) == 0) return stop(target, below(2) == 0);
    send(target, SIGKILL, "SIGKILL of " + target.comm);
}

void Monkey::act() {
    release(false);
    std::vector<NodeProcess> actors, services;
    for (NodeProcess& process : living_children(launcher_)) {
        const bool actor = std::find(actors_.begin(), actors_.end(), process.comm) != actors_.end();
        (actor ? actors : services).push_back(std::move(process));
    }
    const bool service = !services.empty() && below(7) == 0;
    const auto& targets = service || actors.empty() ? services : actors;
    if (!targets.empty()) {
        const NodeProcess& target = targets[below(static_cast<std::uint32_t>(targets.size()))];
        if (&targets == &services)
            hurt_service(target);
        else
            hurt_actor(target);
        // Sometimes another one in the same moment.
        if (actors.size() > 1 && below(5) == 0)
            hurt_actor(actors[below(static_cast<std::uint32_t>(actors.size()))]);
    }
    pause_ms(static_cast<int>(10 + below(100)));
}

}  // namespace streamlib::test
