// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/reactor.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "ipc/base/assert.hpp"
#include "runtime/net/poller.hpp"
#include "runtime/net/uring.hpp"

namespace streamlib {

namespace {

using net::SlotName;

constexpr std::uint32_t max_timers = 256, timer_bit = 1U << 31;
constexpr MonotonicTime not_armed{INT64_MAX};

struct Watched {
    Reactor::DatagramHandler on_arrival;
    Reactor::Handler on_wake;
    ReceiveCounters counters;
    int fd = -1;
    std::uint32_t generation = 0;
    bool used = false, removed = false;
};

struct Timer {
    Reactor::Handler handler;
    MonotonicTime when = not_armed;
    std::uint32_t generation = 0;
    bool used = false, removed = false;
};

template <class Table>
std::uint32_t free_entry(const Table& table) {
    std::uint32_t i = 0;
    while (i < table.size() && (table[i].used || table[i].removed)) ++i;
    return i;
}

/// Drops the handlers of what was removed while one ran: it may have been that one.
template <class Table>
void sweep(Table& table) {
    for (auto& one : table) {
        if (!one.removed) continue;
        const std::uint32_t generation = one.generation;
        one = {};
        one.generation = generation;
    }
}

/// True for as long as it lives, also where a handler throws.
class Running {
public:
    explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
    ~Running() { flag_ = false; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    bool& flag_;
};

}  // namespace

struct Reactor::State final : net::PollerSink {
    std::unique_ptr<net::Poller> poller;
    std::string method;
    bool uring = false;
    std::vector<Watched> watched = std::vector<Watched>(net::max_slots);
    std::vector<Timer> timers = std::vector<Timer>(max_timers);
    MonotonicTime earliest = not_armed;
    std::uint32_t timers_used = 0;  // of the table, from its front
    bool running = false, any_removed = false;

    Watched* find(SlotName name) {
        Watched& one = watched[name.slot];
        return one.used && one.generation == name.generation ? &one : nullptr;
    }
    Timer* find_timer(ReactorHandle handle) {
        if (handle.slot == UINT32_MAX || (handle.slot & timer_bit) == 0) return nullptr;
        Timer& one = timers[handle.slot & ~timer_bit];
        return one.used && one.generation == handle.generation ? &one : nullptr;
    }

    void on_arrival(SlotName name, const Datagrams& arrival) override {
        Watched* one = find(name);
        if (one == nullptr) return;
        ReceiveCounters& counters = one->counters;
        ++counters.arrivals;
        counters.datagrams += arrival.size();
        counters.bytes += arrival.bytes.size();
        counters.truncated += arrival.truncated ? 1 : 0;
        if (arrival.kernel_drops != 0) counters.kernel_drops = arrival.kernel_drops;
        one->on_arrival(arrival);
    }

    void on_readable(SlotName name) override {
        Watched* one = find(name);
        if (one == nullptr) return;
        std::uint64_t count = 0;
        (void)!::read(one->fd, &count, sizeof count);
        one->on_wake();
    }

    void on_out_of_buffers(SlotName name) override {
        if (Watched* one = find(name)) ++one->counters.out_of_buffers;
    }

    void on_error(SlotName name, int error, bool for_good) override {
        Watched* one = find(name);
        if (one == nullptr) return;
        ++one->counters.errors;
        one->counters.last_error = error;
        one->counters.failed = for_good;
    }

    /// What is due, in the order of its times. A handler that arms its timer for the past again gets its turn next time.
    bool fire_timers() {
        if (earliest == not_armed) return false;
        const MonotonicTime now = MonotonicTime::now();
        bool fired = false;
        for (std::uint32_t turns = timers_used; turns != 0 && earliest <= now; --turns) {
            for (std::uint32_t i = 0; i < timers_used; ++i) {
                if (!timers[i].used || timers[i].when != earliest) continue;
                timers[i].when = not_armed;
                find_earliest();
                timers[i].handler();
                break;
            }
            fired = true;
        }
        return fired;
    }

    void find_earliest() {
        earliest = not_armed;
        for (std::uint32_t i = 0; i < timers_used; ++i)
            if (timers[i].used && timers[i].when < earliest) earliest = timers[i].when;
    }

    void sweep_removed() {
        if (!std::exchange(any_removed, false)) return;
        sweep(watched);
        sweep(timers);
    }

    Result<ReactorHandle> watch(int fd, DatagramHandler on_arrival_call, Handler on_wake_call) {
        const std::uint32_t slot = free_entry(watched);
        if (slot == watched.size())
            return fail(Errc::no_memory, "reactor: more than 256 sockets; use a second actor");
        Watched& one = watched[slot];
        const bool socket = on_arrival_call != nullptr;
        one = Watched{std::move(on_arrival_call),
                      std::move(on_wake_call),
                      {},
                      fd,
                      one.generation + 1,
                      true,
                      false};
        const SlotName name{slot, one.generation};
        auto done = socket ? poller->watch_datagrams(name, fd) : poller->watch_readable(name, fd);
        if (done) return ReactorHandle{slot, name.generation};
        one.used = false;
        return tl::unexpected(done.error());
    }
};

Reactor::Reactor() : state_(std::make_unique<State>()) {}
Reactor::~Reactor() { STREAMLIB_ASSERT(!state_->running, "a reactor outlives its own handlers"); }

Result<std::unique_ptr<Reactor>> Reactor::create(const ReactorOptions& options) {
    if (!std::has_single_bit(options.buffers) || options.buffers > 4096)
        return fail(Errc::invalid_argument, "reactor: buffers is a power of two up to 4096, not " +
                                                std::to_string(options.buffers));
    if (options.buffer_bytes < 64 || options.buffer_bytes > 1U << 20)
        return fail(Errc::invalid_argument, "reactor: buffer_bytes is 64 to 1048576, not " +
                                                std::to_string(options.buffer_bytes));
    std::unique_ptr<Reactor> reactor(new Reactor);
    State& state = *reactor->state_;
    const net::PollerOptions wanted{options.buffers, options.buffer_bytes};
    std::string why =
        options.allow_io_uring ? "STREAMLIB_NO_IO_URING is set" : "io_uring is not wanted";
    if (options.allow_io_uring && !net::io_uring_unwanted()) {
        auto made = net::make_uring_poller(wanted);
        if (made) {
            state.poller = std::move(*made);
            state.method = "io_uring";
            state.uring = true;
            return reactor;
        }
        why = made.error().text;
    }
    auto plain = net::make_plain_poller(wanted);
    if (!plain) return tl::unexpected(plain.error());
    state.poller = std::move(*plain);
    state.method = "recvmmsg (" + why + ")";
    return reactor;
}

Result<ReactorHandle> Reactor::on_datagrams(int fd, DatagramHandler handler) {
    STREAMLIB_ASSERT(fd >= 0 && handler != nullptr, "a socket and what to do");
    return state_->watch(fd, std::move(handler), nullptr);
}

Result<ReactorHandle> Reactor::add_wake(int eventfd, Handler handler) {
    STREAMLIB_ASSERT(eventfd >= 0 && handler != nullptr, "an eventfd and what to do");
    return state_->watch(eventfd, nullptr, std::move(handler));
}

Result<ReactorHandle> Reactor::add_timer(Handler handler) {
    STREAMLIB_ASSERT(handler != nullptr, "what to do");
    const std::uint32_t slot = free_entry(state_->timers);
    if (slot == max_timers) return fail(Errc::no_memory, "reactor: more than 256 timers");
    Timer& timer = state_->timers[slot];
    timer = Timer{std::move(handler), not_armed, timer.generation + 1, true, false};
    state_->timers_used = std::max(state_->timers_used, slot + 1);
    return ReactorHandle{slot | timer_bit, timer.generation};
}

void Reactor::arm(ReactorHandle handle, MonotonicTime when) noexcept {
    Timer* timer = state_->find_timer(handle);
    if (timer == nullptr) return;
    timer->when = when;
    state_->find_earliest();
}

void Reactor::remove(ReactorHandle handle) {
    State& state = *state_;
    if (Timer* timer = state.find_timer(handle)) {
        timer->used = false;
        timer->removed = true;
        state.find_earliest();
    } else if (handle.slot < net::max_slots) {
        Watched* one = state.find({handle.slot, handle.generation});
        if (one == nullptr) return;
        state.poller->forget({handle.slot, handle.generation});
        one->used = false;
        one->removed = true;
    }
    state.any_removed = true;
    if (!state.running) state.sweep_removed();
}

bool Reactor::run_once(MonotonicTime until) {
    State& state = *state_;
    STREAMLIB_ASSERT(!state.running, "run_once() is not called by handlers");
    bool handled = false;
    {
        const Running running(state.running);
        handled = state.fire_timers();
        const MonotonicTime deadline = handled ? MonotonicTime{0} : std::min(until, state.earliest);
        handled |= state.poller->wait(deadline, state);
        handled |= state.fire_timers();
    }
    state.sweep_removed();
    return handled;
}

ReceiveCounters Reactor::counters(ReactorHandle socket) const noexcept {
    if (socket.slot >= net::max_slots) return {};
    const Watched* one = state_->find({socket.slot, socket.generation});
    return one != nullptr ? one->counters : ReceiveCounters{};
}

std::string_view Reactor::method() const noexcept { return state_->method; }
bool Reactor::uses_io_uring() const noexcept { return state_->uring; }

}  // namespace streamlib
