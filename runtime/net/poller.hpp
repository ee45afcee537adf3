// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the reactor stands on: io_uring, or poll and recvmmsg. Private to runtime/net.
///
/// Model     The reactor names descriptors by slot (0 … max_slots - 1) and generation; the poller tells what came for which.
///           A generation that is forgotten is never told of again, whatever the kernel still has under way.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "runtime/net/datagrams.hpp"

namespace streamlib::net {

/// The most descriptors of one reactor.
inline constexpr std::uint32_t max_slots = 256;
/// Room for what the kernel says beside a datagram: segment size, time, drops.
inline constexpr std::size_t control_bytes = 128;
/// Room for the sender's address.
inline constexpr std::size_t name_bytes = 32;

struct SlotName {
    std::uint32_t slot = 0, generation = 0;
};

/// Called during wait(); may call watch…() and forget().
class PollerSink {
public:
    virtual void on_arrival(SlotName name, const Datagrams& arrival) = 0;
    virtual void on_readable(SlotName name) = 0;
    virtual void on_out_of_buffers(SlotName name) = 0;
    /// errno; `for_good`: nothing comes from it any more.
    virtual void on_error(SlotName name, int error, bool for_good) = 0;

protected:
    ~PollerSink() = default;
};

struct PollerOptions {
    std::uint32_t buffers = 0;
    std::size_t buffer_bytes = 0;
};

class Poller {
public:
    virtual ~Poller() = default;
    [[nodiscard]] virtual Result<> watch_datagrams(SlotName name, int fd) = 0;
    [[nodiscard]] virtual Result<> watch_readable(SlotName name, int fd) = 0;
    /// The descriptor may be closed afterwards.
    virtual void forget(SlotName name) = 0;
    /// Tells the sink what is there, a bounded lot; sleeps until `until` if nothing is. True: something was told.
    virtual bool wait(MonotonicTime until, PollerSink& sink) = 0;
};

[[nodiscard]] Result<std::unique_ptr<Poller>> make_uring_poller(const PollerOptions& options);
[[nodiscard]] Result<std::unique_ptr<Poller>> make_plain_poller(const PollerOptions& options);

/// Fills segment size, time and drops from a message's control bytes; what is malformed is passed over. [realtime]
void read_control(std::span<const std::byte> control, Datagrams& arrival) noexcept;

/// Whether a receive that failed with this errno may be begun again: the socket is whole, the network was not.
[[nodiscard]] bool passes(int error) noexcept;

}  // namespace streamlib::net
