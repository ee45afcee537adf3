// SPDX-License-Identifier: Apache-2.0
/// @file
/// Sends batches of datagrams from one connected socket: io_uring, or sendmmsg where that is forbidden.
///
///     SendBatch* batch = sender->open();              // nullptr: all are under way, take_done() first
///     while (batch->fits(1452, 20)) write_header(batch->add(20, slot.subspan(at, 1432)));
///     sender->commit(*batch, token);                  // queued
///     sender->submit();                               // one system call for all that is queued
///     for (const SendDone& d : sender->take_done(until)) payload_is_free(d.token);
///
/// Model     A batch goes as one message that the kernel segments (UDP_SEGMENT), or as a message a datagram where the
///           interface cannot. A full send buffer is waited for (io_uring: by the kernel; else by take_done()), never longer
///           than take_done() is told to. Batches keep their order, but one that is tried once more.
/// Lifetime  Headers and payloads of a batch stay untouched until its token came back. The destructor waits for that, at most
///           a second, and then closes what is under way.
/// Threads   The one that called create(), alone.
/// Errors    Nothing throws; each batch comes back with what became of it, and everything is counted.
///           A refusal (ECONNREFUSED: nobody listened to an earlier one) is tried once more: the kernel reports the past.
/// Cost      A batch: one request; submit(): one system call; take_done() of what is there: none with io_uring.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "runtime/net/send_batch.hpp"

namespace streamlib {

struct SenderOptions {
    std::uint32_t depth = 16;    ///< Batches under way at once, 1 … 256; some 13 KiB each.
    bool allow_io_uring = true;  ///< The environment's STREAMLIB_NO_IO_URING=1 forbids it, too.
    bool allow_segments = true;  ///< False: a message a datagram.
    bool zero_copy =
        false;  ///< IORING_OP_SENDMSG_ZC. On loopback the kernel copies all the same, and it costs more.
};

enum class SendStatus : std::uint8_t {
    sent,         ///< The kernel has them all.
    refused,      ///< Nobody listens there (ICMP port unreachable).
    unreachable,  ///< No route, no neighbour, interface down.
    no_buffers,   ///< The interface's queue was full: these are lost.
    too_big,      ///< Above the path's MTU.
    forbidden,    ///< A firewall.
    cancelled,    ///< The sender went first.
    failed,       ///< Any other errno.
};
[[nodiscard]] std::string_view to_string(SendStatus status) noexcept;

struct SendDone {
    std::uint64_t token = 0;
    std::uint32_t datagrams = 0;  ///< That the kernel took.
    std::uint32_t lost = 0;       ///< That it did not.
    SendStatus status = SendStatus::sent;
    int error = 0;  ///< errno of the first failure.
};

struct SendCounters {
    std::uint64_t batches = 0, datagrams = 0, bytes = 0;  ///< Taken by the kernel.
    std::uint64_t lost = 0;                               ///< Datagrams that it did not take.
    std::uint64_t refused = 0, unreachable = 0, no_buffers = 0, too_big = 0, forbidden = 0,
                  failed = 0;   ///< Batches.
    std::uint64_t retries = 0;  ///< Messages tried once more.
    std::uint64_t full =
        0;  ///< Times the send buffer was full (sendmmsg only; io_uring does not tell).
    int last_error = 0;
    bool segments_off =
        false;  ///< The interface cannot segment: found at the first batch that failed by it.
};

class DatagramSender {
public:
    /// `fd`: connected, non-blocking (open_socket()); stays the caller's and outlives the sender.
    [[nodiscard]] static Result<std::unique_ptr<DatagramSender>> create(
        int fd, const SenderOptions& options);
    virtual ~DatagramSender() = default;
    DatagramSender(const DatagramSender&) = delete;
    DatagramSender& operator=(const DatagramSender&) = delete;

    /// An empty batch, or nullptr: all are under way. At most one is open. [realtime]
    [[nodiscard]] virtual SendBatch* open() noexcept = 0;
    /// Queues the open batch; an empty one comes back as sent. [realtime]
    virtual void commit(SendBatch& batch, std::uint64_t token) noexcept = 0;
    /// Sends what is queued. [realtime]
    virtual void submit() noexcept = 0;
    /// Batches whose memory is free again; waits for the first until `until`, if any is under way. The span is good until the
    /// next call of anything here. [realtime]
    [[nodiscard]] virtual std::span<const SendDone> take_done(MonotonicTime until) noexcept = 0;

    /// Nothing waits for room any longer: what the kernel has not taken comes back with the next take_done() as lost, its
    /// memory free. False: the kernel still held some of it at `until`.
    [[nodiscard]] virtual bool give_up(MonotonicTime until) noexcept = 0;
    /// Committed, and not told of by take_done() yet.
    [[nodiscard]] virtual std::size_t under_way() const noexcept = 0;
    [[nodiscard]] virtual const SendCounters& counters() const noexcept = 0;
    /// For the log: "io_uring", "sendmmsg (STREAMLIB_NO_IO_URING is set)".
    [[nodiscard]] virtual std::string_view method() const noexcept = 0;
    [[nodiscard]] virtual bool uses_io_uring() const noexcept = 0;

protected:
    DatagramSender() = default;
};

}  // namespace streamlib
