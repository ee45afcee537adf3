// SPDX-License-Identifier: Apache-2.0
// Sending by io_uring: a request a message. Where the socket has room, it is sent inside submit() and its completion is there
// when that returns; where it has none, the kernel waits by itself and sends later.
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
    UringSender(const SenderOptions& options, std::unique_ptr<Uring> ring)
        : SlotSender(options, "io_uring"), ring_(std::move(ring)), zero_copy_(options.zero_copy) {}

    ~UringSender() override {
        const MonotonicTime until = MonotonicTime::now() + 1'000'000'000;
        (void)ring_->submit();
        while (under_way() != 0 && MonotonicTime::now() < until) (void)take_done(until);
        if (under_way() == 0) return;
        // Nobody takes them: what the kernel still holds ends here, before the memory does.
        if (!ring_->cancel_all(cancel_tag)) return;
        const MonotonicTime at_last = MonotonicTime::now() + 1'000'000'000;
        while (under_way() != 0 && MonotonicTime::now() < at_last) (void)take_done(at_last);
    }

    void submit() noexcept override { (void)ring_->submit(); }

    std::span<const SendDone> take_done(MonotonicTime until) noexcept override {
        drain();
        while (!anything_done() && under_way() != 0) {
            (void)ring_->wait(until);
            if (!drain() && MonotonicTime::now() >= until) break;
        }
        return give_done();
    }
    [[nodiscard]] bool uses_io_uring() const noexcept override { return true; }

protected:
    void queue(SendSlot& slot) noexcept override {
        for (std::size_t i = 0; i < slot.message_count; ++i) queue_message(slot, i);
    }

private:
    void queue_message(SendSlot& slot, std::size_t message) noexcept {
        const std::uint64_t tag = index_of(slot) << 8 | message;
        constexpr int most_tries = 64;
        int error = 0;
        for (int i = 0; i < most_tries; ++i) {
            if (ring_->send_fixed(slot.messages[message].msg_hdr, zero_copy_, tag)) return;
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
            switch (book(slot, one.data & 0xff, one.result)) {
                case Next::nothing: break;
                case Next::wait:
                case Next::resend_message:
                    if (!one.more) return queue_message(slot, one.data & 0xff);
                    break;
                case Next::resend_slot:
                    make_messages(slot, Grouping::one_by_one);
                    return queue(slot);
            }
            if (one.more) return;  // zero copy: the memory comes back with a second completion
        }
        if (--slot.unfinished == 0) finish(slot);
    }

    std::unique_ptr<Uring> ring_;
    std::array<Completion, 64> taken_{};
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
    return std::make_unique<UringSender>(options, std::move(*ring));
}

}  // namespace streamlib::net
