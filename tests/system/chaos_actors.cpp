// SPDX-License-Identifier: Apache-2.0
// Actors of the chaos test, as a plugin: they make and check blocks that prove themselves, keep a processor busy, and do
// what they are told by signals: throw, exit, hang, crash.
#include "tests/system/chaos_actors.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "runtime/actor.hpp"

namespace streamlib::test {
namespace {

constexpr std::uint32_t block_bytes = 24 * 1024;

volatile sig_atomic_t wish = -1;

void on_wish(int signal) { wish = signal - SIGRTMIN; }

void hear_wishes() {
    struct sigaction action {};
    action.sa_handler = on_wish;
    action.sa_flags = SA_RESTART;
    for (int n = 0; n < chaos_wishes; ++n) ::sigaction(SIGRTMIN + n, &action, nullptr);
}

void grant_wish() {
    const auto wanted = static_cast<ChaosWish>(std::exchange(wish, -1));
    switch (wanted) {
        case ChaosWish::exception: throw std::runtime_error("told to throw");
        case ChaosWish::exit_3: ::_exit(3);
        case ChaosWish::hang: std::this_thread::sleep_for(std::chrono::seconds(4)); return;
        case ChaosWish::wild_store: {
            volatile int* volatile nowhere = nullptr;
            *nowhere = 1;
            return;
        }
        case ChaosWish::abort: std::abort();
    }
}

/// Looks at each block of an input and notes what is wrong with it.
class Checker {
public:
    Result<> open(const std::string& folder, const std::string& name) {
        const std::string path = folder + "/" + name + ".verdict";
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || ::ftruncate(fd, sizeof(ChaosVerdict)) != 0)
            return fail(Errc::io, "cannot make " + path);
        void* at = ::mmap(nullptr, sizeof(ChaosVerdict), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ::close(fd);
        if (at == MAP_FAILED) return fail(Errc::io, "cannot map " + path);
        verdict_ = static_cast<ChaosVerdict*>(at);
        return {};
    }
    /// `over_lives`: what the last incarnation took must not come again, either.
    void check(InputBase& in, bool over_lives) {
        ChaosHeader header;
        const ipc::BlockHeader& ring = in.header();
        ++verdict_->blocks;
        if (!is_whole(in.payload(), header)) ++verdict_->torn;
        if (header.incarnation != ring.incarnation) ++verdict_->wrong_owner;
        if (ring.incarnation < verdict_->last_incarnation) ++verdict_->went_back;
        const bool known = over_lives || seen_;
        if (known && ring.sequence <= verdict_->last_sequence) ++verdict_->repeated;
        if (in.take_restarted()) ++verdict_->restarts_seen;
        verdict_->last_incarnation = ring.incarnation;
        verdict_->last_sequence = ring.sequence;
        seen_ = true;
    }
    /// It stays pinned until the next one comes, and must be the same then, whoever writes now.
    void keep(InputBase& in) {
        ChaosHeader header;
        if (kept_ && !is_whole(kept_.payload(), header)) ++verdict_->kept_torn;
        kept_ = in.keep();
    }

private:
    ChaosVerdict* verdict_ = nullptr;
    Block kept_;
    bool seen_ = false;
};

void spin(Nanoseconds how_long) {
    const MonotonicTime end = MonotonicTime::now() + how_long;
    while (MonotonicTime::now() < end) {
    }
}

class ChaosSource final : public Actor {
public:
    static constexpr const char* class_name = "ChaosSource";
    static constexpr const char* class_text = "Blocks that prove themselves";
    Output<Data> out{*this, "out", "Blocks", {.depth = 8}};

    Result<> configure() override {
        out.set_format(data_format("application/octet-stream", block_bytes));
        return {};
    }
    Result<> start() override {
        hear_wishes();
        return {};
    }
    void process(const Tick& tick) override {
        Slot slot = out.claim();
        if (slot) write_block(slot.payload().first(block_bytes), tick.index, incarnation());
        grant_wish();  // with a slot open
        if (slot) slot.bytes(block_bytes).publish();
    }
};
STREAMLIB_ACTOR(ChaosSource)

class ChaosRelay final : public Actor {
public:
    static constexpr const char* class_name = "ChaosRelay";
    static constexpr const char* class_text = "Checks a block and makes one of its own";
    Property<std::string> verdicts{*this, "verdicts", "/tmp", {.text = "Folder"}};
    Input<Data> in{*this, "in", "Blocks", {.hold = 2}};
    Input<Data> side{*this, "side", "More of them", {.optional = true}};
    Output<Data> out{*this, "out", "Blocks", {.depth = 8}};

    Result<> configure() override {
        out.set_format(data_format("application/octet-stream", block_bytes));
        return {};
    }
    Result<> start() override {
        hear_wishes();
        if (auto done = in_.open(*verdicts, name() + ".in"); !done) return done;
        return side.linked() ? side_.open(*verdicts, name() + ".side") : Result<>{};
    }
    void process(const Tick& tick) override {
        if (side.linked() && side.read() == InputStatus::fresh) side_.check(side, false);
        if (in.read() != InputStatus::fresh) return;
        in_.check(in, false);
        in_.keep(in);
        Slot slot = out.claim();
        if (slot) write_block(slot.payload().first(block_bytes), tick.index, incarnation());
        grant_wish();
        if (slot) slot.bytes(block_bytes).publish();
    }

private:
    Checker in_, side_;
};
STREAMLIB_ACTOR(ChaosRelay)

class ChaosJudge final : public Actor {
public:
    static constexpr const char* class_name = "ChaosJudge";
    static constexpr const char* class_text = "Takes every block once and checks it";
    Property<std::string> verdicts{*this, "verdicts", "/tmp", {.text = "Folder"}};
    Input<Data> in{*this, "in", "Blocks", {.hold = 2}};
    ChaosJudge() { default_trigger(Trigger::input); }

    Result<> start() override {
        hear_wishes();
        return in_.open(*verdicts, name() + ".in");
    }
    void process(const Tick&) override {
        while (in.read() == InputStatus::fresh) {
            in_.check(in, true);
            in_.keep(in);
        }
        grant_wish();
    }

private:
    Checker in_;
};
STREAMLIB_ACTOR(ChaosJudge)

class ChaosLoad final : public Actor {
public:
    static constexpr const char* class_name = "ChaosLoad";
    static constexpr const char* class_text = "Keeps a processor busy for a part of each tick";
    Property<std::int64_t> percent{
        *this, "percent", 30, {.text = "Of the tick", .min = 0, .max = 90}};

    Result<> start() override {
        hear_wishes();
        return {};
    }
    void process(const Tick& tick) override {
        spin(tick.period_ns() * *percent / 100);
        grant_wish();
    }
};
STREAMLIB_ACTOR(ChaosLoad)

}  // namespace
}  // namespace streamlib::test
