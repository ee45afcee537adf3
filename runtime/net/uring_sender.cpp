// SPDX-License-Identifier: Apache-2.0
// Sending by io_uring: a request a message. Where the socket has room, it is sent inside submit() and its completion is there
// when that returns; where it has none, the kernel waits by itself and sends later. Messages go in chains, one begun when the
// one before is done, and no chain while another is under way: else what came later could take the room that became free.
#include <algorithm>
#include <bit>
#include <cerrno>

#include "runtime/net/send_slots.hpp"
#include "runtime/net/uring.hpp"

namespace streamlib::net {

namespace {

constexpr std::uint64_t cancel_tag = UINT64_MAX;

class UringSender final : public SlotSender {
public:
    UringSender(const SenderOptions& options, std::unique_ptr<Uring> ring, std::size_t longest)
        : SlotSender(options, "io_uring"),
          ring_(std::move(ring)),
          waiting_(options.depth),
          longest_(longest),
          zero_copy_(options.zero_copy) {}

    ~UringSender() override {
        const MonotonicTime until = MonotonicTime::now() + 1'000'000'000;
        while (under_way() != 0 && MonotonicTime::now() < until) (void)take_done(until);
        // Nobody takes them: what the kernel still holds ends here, before the memory does.
        if (under_way() != 0) (void)give_up(MonotonicTime::now() + 1'000'000'000);
    }

    void submit() noexcept override { send_waiting(); }

    std::span<const SendDone> take_done(MonotonicTime until) noexcept override {
        drain();
        send_waiting();
        while (!anything_done() && under_way() != 0) {
            (void)ring_->wait(until);
            if (!drain() && MonotonicTime::now() >= until) break;
            send_waiting();
        }
        return give_done();
    }
    bool give_up(MonotonicTime until) noexcept override {
        for (; queued_ != 0; --queued_, first_ = (first_ + 1) % waiting_.size())
            drop_rest(waiting(0));
        while (!all_done()) {
            if (ring_->cancel_all(cancel_tag)) (void)ring_->flush();
            if (drain()) continue;
            if (MonotonicTime::now() >= until) return false;
            (void)ring_->wait(std::min(until, MonotonicTime::now() + 1'000'000));
        }
        return true;
    }
    [[nodiscard]] bool uses_io_uring() const noexcept override { return true; }

protected:
    void queue(SendSlot& slot) noexcept override {
        waiting_[(first_ + queued_++) % waiting_.size()] = index_of(slot);
    }

private:
    SendSlot& waiting(std::size_t i) noexcept {
        return slot(waiting_[(first_ + i) % waiting_.size()]);
    }

    /// What waits, chain by chain, until one does not come back at once.
    void send_waiting() noexcept {
        while (queued_ != 0 && in_kernel_ == 0) {
            const std::size_t count = make_chain();
            // A linked request is begun when the kernel is asked for completions.
            (void)(count > 1 ? ring_->flush() : ring_->submit());
            drain();
        }
    }

    /// Of the first batches, as many messages as a chain has.
    std::size_t make_chain() noexcept {
        std::size_t wanted = 0;
        for (std::size_t b = 0; b < queued_ && wanted < longest_; ++b)
            wanted += waiting(b).message_count - waiting(b).next;
        wanted = std::min(wanted, longest_);
        std::size_t count = 0;
        while (count < wanted) {
            SendSlot& first = waiting(0);
            const std::uint64_t tag = index_of(first) << 8 | first.next;
            if (!ring_->send_fixed(first.messages[first.next].msg_hdr, zero_copy_, tag,
                                   count + 1 < wanted))
                break;  // not with an empty queue of requests, which this one is
            ++count;
            ++in_kernel_;
            if (++first.next < first.message_count) continue;
            first_ = (first_ + 1) % waiting_.size();
            --queued_;
        }
        return count;
    }

    /// Once more, behind what has been sent meanwhile.
    void queue_message(SendSlot& slot, std::size_t message) noexcept {
        const std::uint64_t tag = index_of(slot) << 8 | message;
        constexpr int most_tries = 64;
        int error = 0;
        for (int i = 0; i < most_tries; ++i) {
            if (ring_->send_fixed(slot.messages[message].msg_hdr, zero_copy_, tag)) {
                ++in_kernel_;
                return;
            }
            error = ring_->flush();  // the queue is full: the kernel takes what is there
        }
        slot.done.error = error != 0 ? -error : EBUSY;
        slot.done.status = SendStatus::failed;
        slot.done.lost += datagrams_of(slot, message);
        if (--slot.unfinished == 0) finish(slot);
    }

    /// True: a completion was there.
    bool drain() noexcept {
        bool any = false;
        for (;;) {
            const std::size_t count = ring_->take(taken_);
            for (std::size_t i = 0; i < count; ++i) complete(taken_[i]);
            any = any || count != 0;
            if (count < taken_.size()) break;
        }
        if (any && ring_->has_requests()) (void)ring_->submit();  // what is tried again
        return any;
    }

    void complete(const Completion& one) noexcept {
        if (one.data == cancel_tag) return;
        SendSlot& slot = this->slot(one.data >> 8);
        if (!one.memory_is_free) {
            --in_kernel_;
            switch (book(slot, one.data & 0xff, one.result)) {
                case Next::nothing: break;
                case Next::wait:
                case Next::resend_message:
                    if (!one.more) return queue_message(slot, one.data & 0xff);
                    break;
                case Next::resend_slot:
                    make_messages(slot, Grouping::one_by_one);
                    first_ = (first_ + waiting_.size() - 1) % waiting_.size();
                    ++queued_;
                    waiting_[first_] = index_of(slot);
                    return;
            }
            if (one.more) return;  // zero copy: the memory comes back with a second completion
        }
        if (--slot.unfinished == 0) finish(slot);
    }

    std::unique_ptr<Uring> ring_;
    std::array<Completion, 64> taken_{};
    std::vector<std::size_t> waiting_;  // a circle: slots with messages that the kernel has not
    std::size_t first_ = 0, queued_ = 0;
    std::size_t in_kernel_ = 0;  // requests without a result
    std::size_t longest_;        // messages of a chain
    bool zero_copy_;
};

}  // namespace

Result<std::unique_ptr<DatagramSender>> make_uring_sender(int fd, const SenderOptions& options) {
    const unsigned requests = std::bit_ceil(std::clamp(options.depth, 64U, 256U));
    // Without segments each datagram is a message, with zero copy each of them completes twice.
    const unsigned completions =
        std::bit_ceil(options.depth * (options.allow_segments && !options.zero_copy ? 4U : 64U) *
                          (options.zero_copy ? 2U : 1U) +
                      256U);
    auto ring = Uring::create(requests, completions);
    if (!ring) return tl::unexpected(ring.error());
    if (!(*ring)->fix_file(fd))
        return fail(Errc::unsupported, "io_uring does not register files here");
    return std::make_unique<UringSender>(options, std::move(*ring), requests);
}

}  // namespace streamlib::net
