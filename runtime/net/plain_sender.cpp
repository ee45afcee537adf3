// SPDX-License-Identifier: Apache-2.0
// Sending without io_uring: sendmmsg, batches in the order in which they were committed.
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "runtime/net/send_slots.hpp"

namespace streamlib::net {

namespace {

class PlainSender final : public SlotSender {
public:
    PlainSender(int fd, const SenderOptions& options, const std::string& why)
        : SlotSender(options, "sendmmsg (" + why + ")"), fd_(fd), queue_(options.depth) {}

    void submit() noexcept override {
        full_ = false;
        while (queued_ != 0 && !full_) send_some();
    }

    std::span<const SendDone> take_done(MonotonicTime until) noexcept override {
        if (queued_ != 0) submit();
        while (!anything_done() && queued_ != 0) {
            const Nanoseconds left =
                until.ns == INT64_MAX ? 1'000'000'000 : until - MonotonicTime::now();
            if (left <= 0) break;
            pollfd writable{fd_, POLLOUT, 0};
            const timespec span{left / 1'000'000'000, left % 1'000'000'000};
            (void)::ppoll(&writable, 1, &span, nullptr);
            submit();
        }
        return give_done();
    }
    bool give_up(MonotonicTime) noexcept override {
        for (; queued_ != 0; --queued_, first_ = (first_ + 1) % queue_.size()) drop_rest(queued(0));
        return true;
    }
    [[nodiscard]] bool uses_io_uring() const noexcept override { return false; }

protected:
    void queue(SendSlot& slot) noexcept override {
        queue_[(first_ + queued_++) % queue_.size()] = index_of(slot);
    }

private:
    SendSlot& queued(std::size_t i) noexcept { return slot(queue_[(first_ + i) % queue_.size()]); }

    /// One system call: messages of the first batches, as many as there is room for here.
    void send_some() noexcept {
        std::size_t count = 0;
        for (std::size_t b = 0; b < queued_ && count < gathered_.size(); ++b) {
            const SendSlot& batch = queued(b);
            for (std::size_t m = batch.next; m < batch.message_count && count < gathered_.size();
                 ++m)
                gathered_[count++] = batch.messages[m];
        }
        const int sent = ::sendmmsg(fd_, gathered_.data(), static_cast<unsigned>(count),
                                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) return refused(errno);
        for (int i = 0; i < sent; ++i) {
            SendSlot& batch = queued(0);
            (void)book(batch, batch.next,
                       static_cast<int>(gathered_[static_cast<std::size_t>(i)].msg_len));
            message_done(batch);
        }
    }

    void message_done(SendSlot& batch) noexcept {
        ++batch.next;
        if (--batch.unfinished != 0) return;
        first_ = (first_ + 1) % queue_.size();
        --queued_;
        finish(batch);
    }

    /// The first message did not go.
    void refused(int error) noexcept {
        SendSlot& batch = queued(0);
        switch (book(batch, batch.next, -error)) {
            case Next::nothing: return message_done(batch);
            case Next::resend_message: return;
            case Next::resend_slot: return make_messages(batch, Grouping::one_by_one);
            case Next::wait: ++counters_.full; full_ = true;
        }
    }

    int fd_;
    std::vector<std::size_t> queue_;
    std::size_t first_ = 0, queued_ = 0;
    std::array<mmsghdr, 64> gathered_{};
    bool full_ = false;
};

}  // namespace

std::unique_ptr<DatagramSender> make_plain_sender(int fd, const SenderOptions& options,
                                                  const std::string& why) {
    return std::make_unique<PlainSender>(fd, options, why);
}

}  // namespace streamlib::net
