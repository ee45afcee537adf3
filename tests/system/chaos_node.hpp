// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the chaos test needs of a running node: its processes by name, somebody who hurts them, and somebody who watches.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ipc/base/time.hpp"

namespace streamlib::test {

/// One child of a launcher. Zygotes' children belong here once the launcher has adopted them.
struct NodeProcess {
    pid_t pid = 0;
    std::uint64_t born = 0;  ///< Clock ticks since boot: with the pid it names this very process.
    char state = '?';
    std::string comm;
};

/// Neither zombies nor what is being taken down.
[[nodiscard]] std::vector<NodeProcess> living_children(pid_t launcher);
/// Whether that very process still lives.
[[nodiscard]] bool still_lives(const NodeProcess& process);
/// To that very process; false: it is gone.
bool send_signal(const NodeProcess& process, int number);

/// What a launcher holds.
struct Holdings {
    std::size_t descriptors = 0, mappings = 0;
    std::uint64_t own_kilobytes = 0;  ///< RssAnon.
};
[[nodiscard]] Holdings holdings_of(pid_t launcher);
/// What its descriptors are, counted by kind; for a failure's text.
[[nodiscard]] std::string descriptor_kinds(pid_t launcher);

/// Samples the launcher's children all the time: two that live at the same moment under one actor's name are a failure.
class Watcher {
public:
    Watcher(pid_t launcher, std::vector<std::string> names);
    ~Watcher() { end(); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    void end();
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    /// Sum over the samples of the actors seen: proof that it looks at something.
    [[nodiscard]] std::uint64_t sightings() const { return sightings_; }
    /// Only after end().
    [[nodiscard]] const std::vector<std::string>& doubles() const { return doubles_; }

private:
    void look();
    pid_t launcher_;
    std::vector<std::string> names_;
    std::atomic<bool> goes_on_{true};
    std::atomic<std::uint64_t> samples_{0}, sightings_{0};
    std::vector<std::string> doubles_;
    std::thread thread_;
};

/// Does random harm, the same for the same seed as far as the machine allows.
class Monkey {
public:
    Monkey(pid_t launcher, std::vector<std::string> actors, std::uint32_t seed);
    /// One act, then a pause of 10 to 110 ms.
    void act();
    /// Lets everything go on that it has stopped.
    void release_all();
    [[nodiscard]] const std::map<std::string, int>& done() const { return done_; }
    [[nodiscard]] int count(const std::string& what) const;

private:
    struct Stopped {
        NodeProcess process;
        MonotonicTime until{};
        bool then_kill = false;
    };
    void hurt_actor(const NodeProcess& target);
    void hurt_service(const NodeProcess& target);
    void stop(const NodeProcess& target, bool then_kill);
    void release(bool all);
    void send(const NodeProcess& target, int number, const std::string& what);
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_()) % bound;
    }

    pid_t launcher_;
    std::vector<std::string> actors_;
    std::mt19937 random_;
    std::vector<Stopped> stopped_;
    std::map<std::string, int> done_;
};

}  // namespace streamlib::test
