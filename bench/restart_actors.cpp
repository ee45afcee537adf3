// SPDX-License-Identifier: Apache-2.0
// Actors of the suite `restart`: who is killed, who sees it, and who keeps the machine busy.
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <stdexcept>

#include "bench/restart_notes.hpp"
#include "runtime/actor.hpp"

namespace streamlib::bench {

RestartNotes* map_restart_notes(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    constexpr std::size_t bytes = restart_pairs * sizeof(RestartNotes);
    if (file < 0 || ::ftruncate(file, bytes) != 0) throw std::runtime_error("cannot make " + path);
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path);
    return static_cast<RestartNotes*>(memory);  // zeros are a valid beginning
}

namespace {

class Victim final : public Actor {
public:
    static constexpr const char* class_name = "BenchVictim";
    static constexpr const char* class_text = "64 bytes a tick, until it is killed";
    Output<Data> out{*this, "out", "Anything"};
    Result<> configure() override {
        out.set_format(data_format("application/octet-stream", 64));
        return {};
    }
    void process(const Tick&) override { out.claim().bytes(64).publish(); }
};
STREAMLIB_ACTOR(Victim)

class Watcher final : public Actor {
public:
    static constexpr const char* class_name = "BenchWatcher";
    static constexpr const char* class_text = "Notes when a new incarnation's first block comes";
    Property<std::string> path{*this, "path", "", {.text = "The notes"}};
    Property<std::int64_t> pair{*this, "pair", 0, {.text = "Which of them", .min = 0}};
    Input<AnyMedia> in{*this, "in", "The victim's"};
    Watcher() { default_trigger(Trigger::input); }

    Result<> start() override {
        notes_ = map_restart_notes(*path) + *pair;
        return {};
    }
    void process(const Tick&) override {
        if (in.read_latest() != InputStatus::fresh) return;
        const auto now = MonotonicTime::now();
        const auto& block = in.header();
        if (block.incarnation != incarnation_) {
            const std::uint64_t step = block.tick_index - last_index_;
            notes_->first_ns.store(now.ns, std::memory_order_relaxed);
            notes_->lost.store(step == 0 ? 0 : step - 1, std::memory_order_relaxed);
            notes_->blocks.store(0, std::memory_order_relaxed);
            incarnation_ = block.incarnation;
            // pairs with the acquire of the one who kills
            notes_->first_incarnation.store(incarnation_, std::memory_order_release);
        }
        notes_->blocks.fetch_add(1, std::memory_order_release);
        last_index_ = block.tick_index;
    }

private:
    RestartNotes* notes_ = nullptr;
    std::uint64_t incarnation_ = 0, last_index_ = 0;
};
STREAMLIB_ACTOR(Watcher)

/// Works for a part of each tick, on one CPU.
class Burner final : public Actor {
public:
    static constexpr const char* class_name = "BenchBurner";
    static constexpr const char* class_text = "Keeps one CPU busy for a part of each tick";
    Property<double> part{*this, "part", 0.7, {.text = "Of a tick's period", .min = 0, .max = 1}};
    Property<std::int64_t> cpu{*this, "cpu", 0, {.text = "Number of the CPU", .min = 0}};

    Result<> start() override {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(static_cast<unsigned>(*cpu), &set);
        if (::sched_setaffinity(0, sizeof set, &set) != 0)
            return fail_errno(Errc::io, "sched_setaffinity");
        return {};
    }
    void process(const Tick& tick) override {
        const auto end = MonotonicTime::now() +
                         static_cast<Nanoseconds>(static_cast<double>(tick.period_ns()) * *part);
        while (MonotonicTime::now() < end) {
        }
    }
};
STREAMLIB_ACTOR(Burner)

}  // namespace
}  // namespace streamlib::bench
