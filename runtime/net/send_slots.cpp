// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/send_slots.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ipc/base/assert.hpp"
#include "runtime/net/uring.hpp"

#ifndef SCM_TXTIME
#define SCM_TXTIME SO_TXTIME
#endif

namespace streamlib {
namespace net {

namespace {

/// Puts one control message behind the first `used` bytes; returns how many are used then.
template <class T>
std::size_t put_control(SendSlot& slot, std::size_t used, int level, int type, T value) noexcept {
    cmsghdr head{};
    head.cmsg_level = level;
    head.cmsg_type = type;
    head.cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(slot.control.data() + used, &head, sizeof head);
    std::memcpy(slot.control.data() + used + CMSG_LEN(0), &value, sizeof value);
    return used + CMSG_SPACE(sizeof value);
}

/// Into how many pieces of pages a datagram falls at worst, going by the first one.
std::size_t page_pieces(const SendBatch& batch) noexcept {
    constexpr std::size_t page = 4096;
    std::size_t count = 0;
    for (const iovec& piece : batch.pieces(0, 1)) count += (piece.iov_len + page - 2) / page + 1;
    return count;
}

std::size_t datagrams_each(const SendBatch& batch, Grouping grouping) noexcept {
    constexpr std::size_t most_pieces = 17;
    if (grouping == Grouping::one_by_one) return 1;
    if (grouping == Grouping::all) return batch.datagrams();
    return std::clamp<std::size_t>(most_pieces / page_pieces(batch), 1, batch.datagrams());
}

}  // namespace

void make_messages(SendSlot& slot, Grouping grouping) noexcept {
    const SendBatch& batch = slot.batch;
    slot.each = datagrams_each(batch, grouping);
    slot.message_count = (batch.datagrams() + slot.each - 1) / slot.each;
    std::size_t control = 0;
    if (slot.each > 1)
        control = put_control(slot, control, SOL_UDP, UDP_SEGMENT,
                              static_cast<std::uint16_t>(batch.segment_bytes()));
    if (batch.launch() != TaiTime{})
        control = put_control(slot, control, SOL_SOCKET, SCM_TXTIME,
                              static_cast<std::uint64_t>(batch.launch().ns));
    for (std::size_t i = 0; i < slot.message_count; ++i) {
        const auto pieces = batch.pieces(i * slot.each, datagrams_of(slot, i));
        msghdr& header = slot.messages[i].msg_hdr;
        header = {};
        header.msg_iov = const_cast<iovec*>(pieces.data());
        header.msg_iovlen = pieces.size();
        header.msg_control = control != 0 ? slot.control.data() : nullptr;
        header.msg_controllen = control;
    }
    slot.unfinished = slot.message_count;
    slot.next = 0;
}

std::uint32_t datagrams_of(const SendSlot& slot, std::size_t message) noexcept {
    return static_cast<std::uint32_t>(
        std::min(slot.each, slot.batch.datagrams() - message * slot.each));
}

SendBatch* SlotSender::open() noexcept {
    if (open_ != nullptr) return &open_->batch;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        SendSlot& slot = slots_[next_free_];
        next_free_ = (next_free_ + 1) % slots_.size();
        if (!slot.is_free) continue;
        slot.batch.clear();
        open_ = &slot;
        return &slot.batch;
    }
    return nullptr;
}

void SlotSender::commit(SendBatch& batch, std::uint64_t token) noexcept {
    STREAMLIB_ASSERT(open_ != nullptr && &batch == &open_->batch,
                     "commit() takes the batch that is open");
    SendSlot& slot = *std::exchange(open_, nullptr);
    slot.token = token;
    slot.done = {};
    slot.bytes = 0;
    slot.tries = 1;
    slot.is_free = false;
    ++under_way_;
    if (batch.empty()) return finish(slot);
    make_messages(slot, counters_.segments_off ? Grouping::one_by_one : grouping_);
    queue(slot);
}

SlotSender::Next SlotSender::book(SendSlot& slot, std::size_t message, int result) noexcept {
    if (result >= 0) {
        slot.done.datagrams += datagrams_of(slot, message);
        slot.bytes += static_cast<std::size_t>(result);
        return Next::nothing;
    }
    const int error = -result;
    // Of several messages the others are on their way already: only a single one can be made anew.
    switch (judge(error, slot.each > 1 && slot.message_count == 1, slot.tries)) {
        case SendVerdict::wait: return Next::wait;
        case SendVerdict::try_again:
            ++slot.tries;
            ++counters_.retries;
            return Next::resend_message;
        case SendVerdict::without_segments:
            if (error == EIO || error == EOPNOTSUPP) counters_.segments_off = true;
            ++counters_.retries;
            return Next::resend_slot;
        case SendVerdict::give_up: break;
    }
    slot.done.lost += datagrams_of(slot, message);
    if (slot.done.error == 0) {
        slot.done.error = error;
        slot.done.status = status_of(error);
    }
    return Next::nothing;
}

void SlotSender::finish(SendSlot& slot) noexcept {
    slot.done.token = slot.token;
    count(counters_, slot.done, slot.bytes);
    finished_.push_back(&slot);  // room for every slot was reserved
}

void SlotSender::drop_rest(SendSlot& slot) noexcept {
    for (; slot.next < slot.message_count; ++slot.next) {
        slot.done.lost += datagrams_of(slot, slot.next);
        --slot.unfinished;
    }
    if (slot.done.error == 0) {
        slot.done.error = ECANCELED;
        slot.done.status = SendStatus::cancelled;
    }
    if (slot.unfinished == 0) finish(slot);
}

std::span<const SendDone> SlotSender::give_done() noexcept {
    done_.clear();
    for (SendSlot* slot : finished_) {
        slot->is_free = true;
        done_.push_back(slot->done);
    }
    under_way_ -= finished_.size();
    finished_.clear();
    return done_;
}

}  // namespace net

Result<std::unique_ptr<DatagramSender>> DatagramSender::create(int fd,
                                                               const SenderOptions& options) {
    STREAMLIB_ASSERT(fd >= 0, "a connected socket");
    if (options.depth < 1 || options.depth > 256)
        return fail(Errc::invalid_argument,
                    "sender: depth is 1 to 256, not " + std::to_string(options.depth));
    if (!options.allow_io_uring)
        return net::make_plain_sender(fd, options, "io_uring is not wanted");
    if (net::io_uring_unwanted())
        return net::make_plain_sender(fd, options, "STREAMLIB_NO_IO_URING is set");
    auto made = net::make_uring_sender(fd, options);
    if (made || made.error().code != Errc::unsupported) return made;
    return net::make_plain_sender(fd, options, made.error().text);
}

}  // namespace streamlib
