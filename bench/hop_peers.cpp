// SPDX-License-Identifier: Apache-2.0
// Peers that copy: every byte goes into the message and out of it.
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <cstring>

#include "bench/hops.hpp"
#include "bench/ping_pong.hpp"

namespace streamlib::bench {
namespace {

/// A message's first and last 8 bytes carry its number.
void mark(std::vector<char>& bytes, std::uint64_t i) {
    std::memcpy(bytes.data(), &i, sizeof i);
    std::memcpy(bytes.data() + bytes.size() - sizeof i, &i, sizeof i);
}

void check(const std::vector<char>& bytes, std::uint64_t i) {
    std::uint64_t first = 0, last = 0;
    std::memcpy(&first, bytes.data(), sizeof first);
    std::memcpy(&last, bytes.data() + bytes.size() - sizeof last, sizeof last);
    expect(first == i && last == i);
}

/// How many rounds take a second or so.
std::uint64_t rounds_for(std::size_t bytes) { return bytes <= small_bytes ? 10'000 : 200; }

class QueueEnd {
public:
    using Queue = boost::interprocess::message_queue;
    QueueEnd(Queue& out, Queue& in) : out_(out), in_(in), bytes_(small_bytes) {}
    void send(std::uint64_t i) {
        mark(bytes_, i);
        out_.send(bytes_.data(), bytes_.size(), 0);
    }
    void receive(std::uint64_t i) {
        Queue::size_type got = 0;
        unsigned priority = 0;
        in_.receive(bytes_.data(), bytes_.size(), got, priority);
        check(bytes_, i);
    }

private:
    Queue &out_, &in_;
    std::vector<char> bytes_;
};

class ZeroMqEnd {
public:
    ZeroMqEnd(const std::string& address, std::size_t bytes, int side)
        : context_(::zmq_ctx_new()), socket_(::zmq_socket(context_, ZMQ_PAIR)), bytes_(bytes) {
        const int failed = side == 0 ? ::zmq_bind(socket_, address.c_str())
                                     : ::zmq_connect(socket_, address.c_str());
        if (failed != 0)
            throw std::runtime_error(std::string("ZeroMQ: ") + ::zmq_strerror(::zmq_errno()));
    }
    ZeroMqEnd(const ZeroMqEnd&) = delete;
    ZeroMqEnd& operator=(const ZeroMqEnd&) = delete;
    ~ZeroMqEnd() {
        ::zmq_close(socket_);
        ::zmq_ctx_term(context_);
    }
    void send(std::uint64_t i) {
        mark(bytes_, i);
        expect(::zmq_send(socket_, bytes_.data(), bytes_.size(), 0) ==
               static_cast<int>(bytes_.size()));
    }
    void receive(std::uint64_t i) {
        expect(::zmq_recv(socket_, bytes_.data(), bytes_.size(), 0) ==
               static_cast<int>(bytes_.size()));
        check(bytes_, i);
    }

private:
    void *context_, *socket_;
    std::vector<char> bytes_;
};

class SocketEnd {
public:
    SocketEnd(int fd, std::size_t bytes) : fd_(fd), bytes_(bytes) {}
    void send(std::uint64_t i) {
        mark(bytes_, i);
        for (std::size_t at = 0; at < bytes_.size();) {
            at += some(::write(fd_, bytes_.data() + at, bytes_.size() - at));
        }
    }
    void receive(std::uint64_t i) {
        for (std::size_t at = 0; at < bytes_.size();) {
            at += some(::read(fd_, bytes_.data() + at, bytes_.size() - at));
        }
        check(bytes_, i);
    }

private:
    static std::size_t some(ssize_t count) {
        expect(count > 0);
        return static_cast<std::size_t>(count);
    }
    int fd_;
    std::vector<char> bytes_;
};

}  // namespace

Numbers hop_of_message_queue() {
    namespace bi = boost::interprocess;
    const std::string name = "streamlib-bench-" + std::to_string(::getpid());
    QueueEnd::Queue there(bi::create_only, (name + "-there").c_str(), 4, small_bytes);
    QueueEnd::Queue back(bi::create_only, (name + "-back").c_str(), 4, small_bytes);
    QueueEnd::Queue::remove((name + "-there").c_str());  // both processes have the mappings already
    QueueEnd::Queue::remove((name + "-back").c_str());
    return ping_pong(rounds_for(small_bytes), [&](int side) {
        return QueueEnd(side == 0 ? there : back, side == 0 ? back : there);
    });
}

Numbers hop_of_zeromq(std::size_t bytes) {
    const std::string path = "/tmp/streamlib-bench-" + std::to_string(::getpid()) + ".zmq";
    const Numbers numbers = ping_pong(
        rounds_for(bytes), [&](int side) { return ZeroMqEnd("ipc://" + path, bytes, side); });
    ::unlink(path.c_str());
    return numbers;
}

Numbers hop_of_unix_socket(std::size_t bytes) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("socketpair failed");
    const Numbers numbers =
        ping_pong(rounds_for(bytes), [&](int side) { return SocketEnd(ends[side], bytes); });
    ::close(ends[0]);
    ::close(ends[1]);
    return numbers;
}

}  // namespace streamlib::bench
