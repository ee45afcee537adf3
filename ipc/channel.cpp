// SPDX-License-Identifier: Apache-2.0
#include "ipc/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace streamlib::ipc {
namespace {

constexpr std::size_t kernel_max_fds = 253;  // SCM_MAX_FD

union ControlBuffer {
    cmsghdr alignment;
    char bytes[CMSG_SPACE(sizeof(int) * kernel_max_fds)];
};

Unexpected peer_gone() { return fail(Errc::gone, "channel: the other process has gone"); }

/// False when the deadline passed first.
bool wait_for(int fd, short events, MonotonicTime deadline) {
    for (;;) {
        const Nanoseconds left = std::max<Nanoseconds>(deadline - MonotonicTime::now(), 0);
        const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
        pollfd entry{fd, events, 0};
        if (::ppoll(&entry, 1, &timeout, nullptr) != 0) {
            if (errno != EINTR || entry.revents != 0)
                return true;  // ready, or the next call says why not
        } else if (left == 0) {
            return false;
        }
    }
}

/// Takes over every descriptor that came with a message, wanted or not, so that none leaks.
std::vector<UniqueFd> adopt_fds(msghdr& header) {
    std::vector<UniqueFd> fds;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t number = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t n = 0; n < number; ++n) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + n * sizeof(int), sizeof fd);
            fds.emplace_back(fd);
        }
    }
    return fds;
}

/// Length of the next message, -1 with errno. A peer that closed without reading all it was sent makes the kernel say
/// ECONNRESET once, before what that peer had sent: then look again.
ssize_t next_length(int socket) {
    for (int attempt = 0;; ++attempt) {
        const ssize_t length = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        if (length >= 0 || (errno != EINTR && (errno != ECONNRESET || attempt > 0))) return length;
    }
}

}  // namespace

Channel::Channel(UniqueFd socket) noexcept : socket_(std::move(socket)) {
    if (!socket_) return;
    ::fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
}

Result<std::pair<Channel, Channel>> Channel::pair() {
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) != 0) {
        return fail_errno(Errc::io, "channel: socketpair");
    }
    return std::pair(Channel(UniqueFd(sockets[0])), Channel(UniqueFd(sockets[1])));
}

Result<> Channel::send(std::span<const std::byte> bytes, std::span<const int> fds,
                       std::optional<MonotonicTime> deadline) {
    if (bytes.empty() || bytes.size() > max_message_bytes || fds.size() > max_fds) {
        return fail(Errc::invalid_argument, "channel: a message of " +
                                                std::to_string(bytes.size()) + " bytes and " +
                                                std::to_string(fds.size()) +
                                                " descriptors; legal are 1 to 65536 and up to 250");
    }
    iovec part{const_cast<std::byte*>(bytes.data()),
               bytes.size()};  // the kernel's type; it only reads
    ControlBuffer control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!fds.empty()) {
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(fds.size_bytes());
        cmsghdr* const rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
    }
    for (;;) {
        if (::sendmsg(socket_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
        if (errno == EINTR) continue;
        if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) return peer_gone();
        if (errno != EAGAIN && errno != ENOBUFS) return fail_errno(Errc::io, "channel: sending");
        if (!deadline || !wait_for(socket_.get(), POLLOUT, *deadline)) {
            return fail(Errc::timeout, "channel: the other process does not read its messages");
        }
    }
}

Result<std::optional<Channel::Message>> Channel::receive() {
    const ssize_t length = next_length(socket_.get());
    if (length < 0 && errno == EAGAIN) return std::nullopt;
    if (length == 0 || (length < 0 && errno == ECONNRESET)) return peer_gone();
    if (length < 0) return fail_errno(Errc::io, "channel: receiving");

    const bool too_long = static_cast<std::size_t>(length) > max_message_bytes;
    Message message;
    message.bytes.resize(too_long ? 1 : static_cast<std::size_t>(length));
    iovec part{message.bytes.data(), message.bytes.size()};
    ControlBuffer control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = &control;
    header.msg_controllen = sizeof control;
    ssize_t received = 0;
    do {
        received = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return fail_errno(Errc::io, "channel: receiving");
    message.fds = adopt_fds(header);  // closed on every way out below
    if (too_long) {
        return fail(Errc::invalid_argument, "channel: dropped a message of " +
                                                std::to_string(length) + " bytes; 65536 are legal");
    }
    if ((header.msg_flags & MSG_CTRUNC) != 0 || message.fds.size() > max_fds) {
        return fail(Errc::invalid_argument,
                    "channel: dropped a message whose descriptors did not all fit (" +
                        std::to_string(message.fds.size()) +
                        " arrived); raise `ulimit -n`, or send 250 at most");
    }
    return message;
}

Result<Channel::Message> Channel::receive_until(MonotonicTime deadline) {
    for (;;) {
        auto message = receive();
        if (!message) return tl::unexpected(std::move(message.error()));
        if (message->has_value()) return std::move(**message);
        if (!wait_for(socket_.get(), POLLIN, deadline)) {
            return fail(Errc::timeout, "channel: no answer from the other process in time");
        }
    }
}

}  // namespace streamlib::ipc
