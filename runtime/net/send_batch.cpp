// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/send_batch.hpp"

#include "ipc/base/assert.hpp"

namespace streamlib {

bool SendBatch::fits(std::size_t bytes, std::size_t header_bytes,
                     std::size_t parts) const noexcept {
    if (datagrams_ == max_datagrams || bytes_ + bytes > max_bytes) return false;
    if (parts_used_ + parts + 1 > max_parts || header_used_ + header_bytes > header_room)
        return false;
    if (datagrams_ == 0) return true;
    const std::size_t segment = datagrams_ == 1 ? last_bytes_ : segment_bytes_;
    return last_bytes_ == segment && bytes <= segment && bytes != 0;
}

std::span<std::byte> SendBatch::add(std::size_t header_bytes,
                                    std::span<const std::byte> payload) noexcept {
    STREAMLIB_ASSERT(datagrams_ < max_datagrams && parts_used_ + 2 <= max_parts &&
                         header_used_ + header_bytes <= header_room,
                     "fits() said so before a datagram is added");
    if (datagrams_ == 1) segment_bytes_ = last_bytes_;
    STREAMLIB_ASSERT(datagrams_ == 0 || last_bytes_ == segment_bytes_,
                     "only the last datagram is shorter");
    ++datagrams_;
    last_bytes_ = 0;
    first_part_[datagrams_] = first_part_[datagrams_ - 1];
    const std::span<std::byte> header(headers_.data() + header_used_, header_bytes);
    header_used_ += header_bytes;
    if (header_bytes != 0) add_part(header);
    add_part(payload);
    return header;
}

void SendBatch::add_part(std::span<const std::byte> payload) noexcept {
    if (payload.empty()) return;
    STREAMLIB_ASSERT(datagrams_ > 0 && parts_used_ < max_parts, "a part belongs to a datagram");
    // sendmsg() reads only, iovec has no word for that.
    parts_[parts_used_++] = {const_cast<std::byte*>(payload.data()), payload.size()};
    first_part_[datagrams_] = static_cast<std::uint16_t>(parts_used_);
    last_bytes_ += payload.size();
    bytes_ += payload.size();
    STREAMLIB_ASSERT(bytes_ <= max_bytes && (datagrams_ == 1 || last_bytes_ <= segment_bytes_),
                     "no datagram is longer than the first");
}

std::span<const iovec> SendBatch::pieces(std::size_t first, std::size_t count) const noexcept {
    const std::size_t begin = first_part_[first];
    return {parts_.data() + begin, first_part_[first + count] - begin};
}

void SendBatch::clear() noexcept {
    datagrams_ = parts_used_ = header_used_ = bytes_ = segment_bytes_ = last_bytes_ = 0;
    first_part_[0] = 0;
    launch_ = {};
}

}  // namespace streamlib
