// SPDX-License-Identifier: Apache-2.0
/// @file
/// What both senders share: the batches, their messages, and what became of them. Private to runtime/net.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "runtime/net/send_verdict.hpp"
#include "runtime/net/sender.hpp"

namespace streamlib::net {

struct SendSlot {
    SendBatch batch;
    std::array<mmsghdr, SendBatch::max_datagrams> messages{};
    alignas(cmsghdr) std::array<std::byte, 64> control{};
    std::uint64_t token = 0;
    std::size_t message_count = 0, bytes = 0;
    std::size_t each = 1;        ///< Datagrams of a message; the last one has the rest.
    std::size_t unfinished = 0;  ///< Completions that are still to come.
    std::size_t next = 0;        ///< First message that was not handed to the kernel yet.
    unsigned tries = 0;
    SendDone done{};
    bool is_free = true;  // free: told of by take_done(), or never used
};

enum class Grouping : std::uint8_t {
    one_by_one,  ///< A message a datagram.
    all,         ///< One message, that the kernel segments.
    by_pages,  ///< As many datagrams a message as zero copy can point to: 17 pieces of pages (MAX_SKB_FRAGS).
};
/// Makes the batch's messages.
void make_messages(SendSlot& slot, Grouping grouping) noexcept;
/// How many datagrams a message of the slot is.
[[nodiscard]] std::uint32_t datagrams_of(const SendSlot& slot, std::size_t message) noexcept;

class SlotSender : public DatagramSender {
public:
    SlotSender(const SenderOptions& options, std::string method)
        : slots_(options.depth), grouping_(grouping_of(options)), method_(std::move(method)) {
        done_.reserve(options.depth);
        finished_.reserve(options.depth);
    }
    SendBatch* open() noexcept override;
    void commit(SendBatch& batch, std::uint64_t token) noexcept override;
    [[nodiscard]] std::size_t under_way() const noexcept override { return under_way_; }
    [[nodiscard]] const SendCounters& counters() const noexcept override { return counters_; }
    [[nodiscard]] std::string_view method() const noexcept override { return method_; }

protected:
    /// The slot's messages are made: send them, at submit() at the latest.
    virtual void queue(SendSlot& slot) noexcept = 0;

    /// What a message's result means. `give_up` and success are booked here; the rest is the caller's to do.
    enum class Next : std::uint8_t { nothing, resend_message, resend_slot, wait };
    [[nodiscard]] Next book(SendSlot& slot, std::size_t message, int result) noexcept;
    /// The batch is handed back by the next take_done().
    void finish(SendSlot& slot) noexcept;

    [[nodiscard]] SendSlot& slot(std::size_t index) noexcept { return slots_[index]; }
    [[nodiscard]] std::size_t index_of(const SendSlot& slot) const noexcept {
        return static_cast<std::size_t>(&slot - slots_.data());
    }
    /// Its messages from `next` on are not sent any more; finished, if the kernel has none of the others.
    void drop_rest(SendSlot& slot) noexcept;
    [[nodiscard]] bool anything_done() const noexcept { return !finished_.empty(); }
    [[nodiscard]] bool all_done() const noexcept { return finished_.size() == under_way_; }
    /// What has finished, once: their slots are free from now on.
    [[nodiscard]] std::span<const SendDone> give_done() noexcept;

    SendCounters counters_;

private:
    [[nodiscard]] static Grouping grouping_of(const SenderOptions& options) noexcept {
        if (!options.allow_segments) return Grouping::one_by_one;
        return options.zero_copy ? Grouping::by_pages : Grouping::all;
    }

    std::vector<SendSlot> slots_;
    std::vector<SendSlot*> finished_;  // not told of yet
    std::vector<SendDone> done_;       // told of last
    SendSlot* open_ = nullptr;
    std::size_t under_way_ = 0, next_free_ = 0;
    Grouping grouping_;
    std::string method_;
};

/// Errc::unsupported with the reason where there is no io_uring.
[[nodiscard]] Result<std::unique_ptr<DatagramSender>> make_uring_sender(
    int fd, const SenderOptions& options);
[[nodiscard]] std::unique_ptr<DatagramSender> make_plain_sender(int fd,
                                                                const SenderOptions& options,
                                                                const std::string& why);

}  // namespace streamlib::net
