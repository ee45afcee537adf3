// SPDX-License-Identifier: Apache-2.0
// The reactor's io_uring: one multishot receive or poll a slot, all receives from one ring of buffers.
//
// A request is named by slot, generation and purpose. What completes under a name that is not the slot's any more only gives
// its buffer back. A receive that ends (no buffer, an error that passes) is begun again before the next sleep.
//
// The socket outlives the process, so who is killed and does not die (D state) must not take what is its successor's. It does
// not: a packet only queues work for the process that asked, which receives inside its own io_uring_enter(); on its way out
// that work is cancelled; and receives wait beside each other, so no wake-up is used up by one that is held. That would no
// longer hold with a thread of the kernel's that receives (IORING_SETUP_SQPOLL, IOSQE_ASYNC): use neither here.
#include <array>
#include <bit>
#include <cerrno>
#include <utility>

#include "runtime/net/poller.hpp"
#include "runtime/net/uring.hpp"

namespace streamlib::net {

namespace {

enum class Purpose : std::uint8_t { receive = 1, watch = 2, cancel = 3 };

std::uint64_t tag(SlotName name, Purpose purpose) {
    return std::uint64_t{name.generation} << 32 | std::uint64_t{name.slot} << 8 |
           static_cast<std::uint8_t>(purpose);
}

class UringPoller final : public Poller {
public:
    explicit UringPoller(std::unique_ptr<Uring> ring) : ring_(std::move(ring)) {
        shape_.msg_namelen = name_bytes;
        shape_.msg_controllen = control_bytes;
    }
    ~UringPoller() override { end_all(); }

    Result<> watch_datagrams(SlotName name, int fd) override {
        return begin(name, fd, Purpose::receive);
    }
    Result<> watch_readable(SlotName name, int fd) override {
        return begin(name, fd, Purpose::watch);
    }

    void forget(SlotName name) override {
        Slot& slot = slots_[name.slot];
        if (!slot.wanted || slot.generation != name.generation) return;
        slot.wanted = false;
        if (!slot.under_way) return;
        const SlotName own{name.slot, slot.generation};
        while (!ring_->cancel(tag(own, slot.purpose), tag(own, Purpose::cancel)))
            if (ring_->submit() < 0) return;
        // Now, not at the next sleep: the caller may close the descriptor, or hand it to the next reactor.
        (void)ring_->flush();
    }

    bool wait(MonotonicTime until, PollerSink& sink) override {
        begin_again(sink);
        if (next_ ==
            count_) {  // else a handler threw, and the rest of that lot is still to be told
            (void)ring_->wait(until);
            count_ = ring_->take(taken_);
            next_ = 0;
        }
        bool told = false;
        while (next_ < count_) told |= handle(taken_[next_++], sink);
        ring_->publish_buffers();
        return told;
    }

private:
    struct Slot {
        int fd = -1;
        std::uint32_t generation = 0;
        Purpose purpose = Purpose::receive;
        bool wanted = false, under_way = false;
    };

    Result<> begin(SlotName name, int fd, Purpose purpose) {
        slots_[name.slot] = Slot{fd, name.generation, purpose, true, false};
        again_ = true;
        return {};
    }

    /// What is wanted and not under way.
    void begin_again(PollerSink& sink) {
        if (!again_) return;
        again_ = false;
        for (std::uint32_t i = 0; i < slots_.size(); ++i) {
            Slot& slot = slots_[i];
            if (!slot.wanted || slot.under_way) continue;
            const SlotName name{i, slot.generation};
            const auto queue = [&] {
                return slot.purpose == Purpose::receive
                           ? ring_->receive(slot.fd, shape_, tag(name, Purpose::receive))
                           : ring_->watch(slot.fd, tag(name, Purpose::watch));
            };
            int error = 0;
            while (!queue() && error == 0) error = ring_->submit();
            slot.under_way = error == 0;
            alive_ += error == 0 ? 1 : 0;
            if (error == 0) continue;
            again_ = true;
            sink.on_error(name, -error, false);
        }
    }

    /// A completion is the end of its request, or not; its buffer goes back in any case.
    class Held {
    public:
        Held(Uring& ring, const Completion& one) : ring_(ring), one_(one) {}
        ~Held() {
            if (one_.has_buffer) ring_.give_back(one_.buffer);
        }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

    private:
        Uring& ring_;
        const Completion& one_;
    };

    bool handle(const Completion& one, PollerSink& sink) {
        const Held held(*ring_, one);
        if (static_cast<Purpose>(one.data & 0xff) == Purpose::cancel) return false;
        if (!one.more) --alive_;
        const SlotName name{static_cast<std::uint32_t>(one.data >> 8) & (max_slots - 1),
                            static_cast<std::uint32_t>(one.data >> 32)};
        Slot& slot = slots_[name.slot];
        if (slot.generation != name.generation) return false;
        if (!one.more) {
            slot.under_way = false;
            again_ = again_ || slot.wanted;
        }
        if (!slot.wanted) return false;
        if (one.result < 0)
            fail_slot(slot, name, -one.result, sink);
        else if (slot.purpose == Purpose::watch)
            sink.on_readable(name);
        else if (one.has_buffer)
            tell(name, one, sink);
        return true;
    }

    static void fail_slot(Slot& slot, SlotName name, int error, PollerSink& sink) {
        if (error == ENOBUFS) return sink.on_out_of_buffers(name);
        const bool for_good = !passes(error);
        if (for_good) slot.wanted = false;
        sink.on_error(name, error, for_good);
    }

    void tell(SlotName name, const Completion& one, PollerSink& sink) {
        const MessageParts parts = ring_->parts_of(one, shape_);
        if (!parts.valid) return sink.on_error(name, EMSGSIZE, false);
        Datagrams arrival;
        arrival.bytes = parts.payload;
        arrival.segment_bytes = static_cast<std::uint32_t>(parts.payload.size());
        arrival.from = from_kernel(parts.name.data(), parts.name.size());
        arrival.truncated = parts.truncated;
        read_control(parts.control, arrival);
        sink.on_arrival(name, arrival);
    }

    /// Nothing of ours may be under way in the kernel when the buffers go. Bounded: a kernel that does not answer within a
    /// second is left to clean up behind the closed ring.
    void end_all() {
        for (Slot& slot : slots_) slot.wanted = false;
        end_taken();
        if (alive_ == 0) return;
        while (!ring_->cancel_all(tag({}, Purpose::cancel)))
            if (ring_->submit() < 0) return;
        const MonotonicTime until = MonotonicTime::now() + 1'000'000'000;
        while (alive_ != 0 && MonotonicTime::now() < until) {
            (void)ring_->wait(until);
            count_ = ring_->take(taken_);
            next_ = 0;
            end_taken();
        }
    }

    void end_taken() {
        for (; next_ < count_; ++next_) {
            const Completion& one = taken_[next_];
            if (one.has_buffer) ring_->give_back(one.buffer);
            if (!one.more && static_cast<Purpose>(one.data & 0xff) != Purpose::cancel) --alive_;
        }
        ring_->publish_buffers();
    }

    std::unique_ptr<Uring> ring_;
    msghdr
        shape_{};  // what every receive shall look like; the kernel reads it as long as one is under way
    std::array<Slot, max_slots> slots_{};
    std::array<Completion, 64> taken_{};
    std::size_t next_ = 0, count_ = 0;  // of taken_: still to be told
    std::uint32_t alive_ = 0;           // requests of which more completions will come
    bool again_ = false;
};

}  // namespace

Result<std::unique_ptr<Poller>> make_uring_poller(const PollerOptions& options) {
    const std::uint32_t buffers = std::bit_ceil(options.buffers);
    // Each buffer under way is one completion at most; so there is always room for those that say more.
    auto ring = Uring::create(64, std::bit_ceil(buffers + 4 * max_slots));
    if (!ring) return tl::unexpected(ring.error());
    // The kernel writes its head, the sender and the control bytes before the payload.
    const std::size_t head = 16 + name_bytes + control_bytes;
    if (auto done = (*ring)->provide_buffers(buffers, options.buffer_bytes + head); !done)
        return tl::unexpected(done.error());
    return std::make_unique<UringPoller>(std::move(*ring));
}

}  // namespace streamlib::net
