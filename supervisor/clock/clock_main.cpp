// SPDX-License-Identifier: Apache-2.0
#include "supervisor/clock/clock_main.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "ipc/wake.hpp"
#include "runtime/clock/software_clock.hpp"
#include "supervisor/clock/clock_link.hpp"

namespace streamlib::supervision {
namespace {

/// One domain: its page and when it ticks.
struct Domain {
    ipc::MappedSegment segment;
    TickPage* page = nullptr;
    TickSchedule schedule;
};

Result<std::vector<Domain>> open_domains(const ipc::Channel::Message& message) {
    ClockSetup setup;
    if (message.bytes.size() != sizeof setup)
        return fail(Errc::mismatch, "clock: the setup has another size");
    std::memcpy(&setup, message.bytes.data(), sizeof setup);
    if (setup.count < 1 || setup.count > max_tick_domains || message.fds.size() != setup.count)
        return fail(Errc::mismatch, "clock: 1 to 16 tick domains, a page each");
    std::vector<Domain> domains;
    ClockLine line = system_tai().line;
    for (std::uint32_t i = 0; i < setup.count; ++i) {
        auto segment = ipc::MappedSegment::map(message.fds[i].get(), ipc::Access::read_write,
                                               tick_page_layout_hash);
        if (!segment) return tl::unexpected(segment.error());
        if (setup.rates[i].num <= 0 || setup.rates[i].den <= 0)
            return fail(Errc::invalid_argument, "clock: a rate is positive");
        auto* page = reinterpret_cast<TickPage*>(segment->payload());
        const TickReading last = read_tick(*page);
        line = continue_line(last,
                             line);  // one line for all domains: the predecessor's if there was one
        domains.push_back({std::move(*segment), page,
                           TickSchedule(setup.rates[i], line, last, MonotonicTime::now())});
    }
    return domains;
}

bool channel_ended(const ipc::Channel& channel) noexcept {
    pollfd p{channel.fd(), POLLIN, 0};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/// Sleeps to `due` with the kernel's timer slack already at its least; a futex that nobody wakes is the plainest timer.
void sleep_until(MonotonicTime due) noexcept {
    std::uint32_t nobody = 0;
    const ipc::WaitWord word{&nobody, 0};
    (void)ipc::wait_any({&word, 1}, due);
}

}  // namespace

int clock_main(UniqueFd channel_fd) noexcept {
    ipc::Channel channel(std::move(channel_fd));
    auto message = channel.receive_until(ipc::never);
    if (!message) return message.error().code == Errc::gone ? 0 : 1;
    auto domains = open_domains(*message);
    if (!domains) return 1;
    prctl(PR_SET_TIMERSLACK,
          1);  // nanosecond; the default of 50 µs would be lateness of every tick
    MonotonicTime next_look = MonotonicTime::now();
    for (;;) {
        const MonotonicTime now = MonotonicTime::now();
        if (now >= next_look) {
            if (channel_ended(channel)) return 0;
            next_look = now + 100'000'000;
        }
        MonotonicTime due = next_look;
        for (Domain& d : *domains) {
            if (const auto record = d.schedule.take(now)) publish_tick(*d.page, *record);
            due = std::min(due, d.schedule.due());
        }
        sleep_until(due);
    }
}

}  // namespace streamlib::supervision
