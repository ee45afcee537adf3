// SPDX-License-Identifier: Apache-2.0
// The reactor without io_uring: ppoll, then recvmmsg from each socket that has something.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "runtime/net/poller.hpp"

namespace streamlib::net {

namespace {

class PlainPoller final : public Poller {
public:
    explicit PlainPoller(const PollerOptions& options)
        : buffer_bytes_(options.buffer_bytes),
          memory_(options.buffers * options.buffer_bytes),
          messages_(options.buffers),
          places_(options.buffers),
          sides_(options.buffers) {}

    Result<> watch_datagrams(SlotName name, int fd) override { return begin(name, fd, true); }
    Result<> watch_readable(SlotName name, int fd) override { return begin(name, fd, false); }

    void forget(SlotName name) override {
        Slot& slot = slots_[name.slot];
        if (slot.generation == name.generation) slot.fd = -1;
        changed_ = true;
    }

    bool wait(MonotonicTime until, PollerSink& sink) override {
        if (changed_) list();
        const Nanoseconds left = until.ns == INT64_MAX
                                     ? INT64_MAX
                                     : std::max<Nanoseconds>(until - MonotonicTime::now(), 0);
        const timespec span{left / 1'000'000'000, left % 1'000'000'000};
        const int ready =
            ::ppoll(polled_.data(), count_, left == INT64_MAX ? nullptr : &span, nullptr);
        if (ready <= 0) return false;
        bool told = false;
        const std::size_t count = count_;
        for (std::size_t i = 0; i < count; ++i)
            if (polled_[i].revents != 0) told |= serve(polled_slots_[i], polled_[i].revents, sink);
        return told;
    }

private:
    struct Slot {
        int fd = -1;
        std::uint32_t generation = 0;
        bool datagrams = false;
    };
    struct Side {
        alignas(sockaddr_storage) std::array<std::byte, name_bytes> name;
        alignas(cmsghdr) std::array<std::byte, control_bytes> control;
    };

    Result<> begin(SlotName name, int fd, bool datagrams) {
        slots_[name.slot] = Slot{fd, name.generation, datagrams};
        changed_ = true;
        return {};
    }

    void list() {
        changed_ = false;
        count_ = 0;
        for (std::uint32_t i = 0; i < slots_.size(); ++i) {
            if (slots_[i].fd < 0) continue;
            polled_[count_] = {slots_[i].fd, POLLIN, 0};
            polled_slots_[count_++] = {i, slots_[i].generation};
        }
    }

    [[nodiscard]] bool wanted(SlotName name) const {
        const Slot& slot = slots_[name.slot];
        return slot.fd >= 0 && slot.generation == name.generation;
    }

    bool serve(SlotName name, short events, PollerSink& sink) {
        if (!wanted(name)) return false;
        if ((events & POLLNVAL) != 0) {
            forget(name);
            sink.on_error(name, EBADF, true);
            return true;
        }
        if (!slots_[name.slot].datagrams) {
            sink.on_readable(name);
            return true;
        }
        return receive(name, sink);
    }

    bool receive(SlotName name, PollerSink& sink) {
        for (std::size_t i = 0; i < messages_.size(); ++i) prepare(i);
        const int count =
            ::recvmmsg(slots_[name.slot].fd, messages_.data(),
                       static_cast<unsigned>(messages_.size()), MSG_DONTWAIT, nullptr);
        if (count < 0) {
            if (errno == EAGAIN || errno == EINTR) return false;
            const int error = errno;
            if (!passes(error)) forget(name);
            sink.on_error(name, error, !passes(error));
            return true;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            if (!wanted(name)) break;  // its handler has had enough
            tell(name, i, sink);
        }
        return count > 0;
    }

    void prepare(std::size_t i) {
        places_[i] = {memory_.data() + i * buffer_bytes_, buffer_bytes_};
        msghdr& header = messages_[i].msg_hdr;
        header = {};
        header.msg_name = sides_[i].name.data();
        header.msg_namelen = name_bytes;
        header.msg_iov = &places_[i];
        header.msg_iovlen = 1;
        header.msg_control = sides_[i].control.data();
        header.msg_controllen = control_bytes;
    }

    void tell(SlotName name, std::size_t i, PollerSink& sink) {
        const msghdr& header = messages_[i].msg_hdr;
        Datagrams arrival;
        arrival.bytes = {memory_.data() + i * buffer_bytes_,
                         std::min<std::size_t>(messages_[i].msg_len, buffer_bytes_)};
        arrival.segment_bytes = static_cast<std::uint32_t>(arrival.bytes.size());
        arrival.from = from_kernel(sides_[i].name.data(),
                                   std::min<std::size_t>(header.msg_namelen, name_bytes));
        arrival.truncated = (header.msg_flags & MSG_TRUNC) != 0;
        read_control(
            {sides_[i].control.data(), std::min<std::size_t>(header.msg_controllen, control_bytes)},
            arrival);
        sink.on_arrival(name, arrival);
    }

    std::size_t buffer_bytes_;
    std::vector<std::byte> memory_;
    std::vector<mmsghdr> messages_;
    std::vector<iovec> places_;
    std::vector<Side> sides_;
    std::array<Slot, max_slots> slots_{};
    std::array<pollfd, max_slots> polled_{};
    std::array<SlotName, max_slots> polled_slots_{};
    std::size_t count_ = 0;
    bool changed_ = false;
};

}  // namespace

Result<std::unique_ptr<Poller>> make_plain_poller(const PollerOptions& options) {
    PollerOptions bounded = options;
    bounded.buffers = std::min<std::uint32_t>(options.buffers, 64);
    return std::make_unique<PlainPoller>(bounded);
}

}  // namespace streamlib::net
