// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/uring.hpp"

#include <liburing.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "ipc/base/assert.hpp"

namespace streamlib::net {

namespace {

/// The buffers and their ring in one mapping each, gone with the object.
class Mapping {
public:
    Mapping() = default;
    explicit Mapping(std::size_t bytes) : bytes_(bytes) {
        void* at =
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
        if (at != MAP_FAILED) at_ = static_cast<std::byte*>(at);
    }
    Mapping(Mapping&& other) noexcept
        : at_(std::exchange(other.at_, nullptr)), bytes_(other.bytes_) {}
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(at_, other.at_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Mapping() {
        if (at_ != nullptr) ::munmap(at_, bytes_);
    }
    [[nodiscard]] std::byte* data() const noexcept { return at_; }

private:
    std::byte* at_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Why the kernel refused to make a ring.
std::string refusal(int error) {
    int disabled = 0;
    if (std::FILE* file = std::fopen("/proc/sys/kernel/io_uring_disabled", "re")) {
        if (std::fscanf(file, "%d", &disabled) != 1) disabled = 0;  // NOLINT(cert-err34-c)
        std::fclose(file);
    }
    if (error == EPERM && disabled != 0)
        return "kernel.io_uring_disabled is " + std::to_string(disabled);
    if (error == EPERM || error == EACCES) return "refused (seccomp)";
    if (error == ENOSYS) return "not in this kernel, or hidden by seccomp";
    return std::string("io_uring_setup: ") + std::strerror(error);
}

}  // namespace

struct Uring::Ring {
    io_uring ring{};
    bool made = false;
    Mapping entries,
        memory;  // entries: the ring of buffers; after io_uring_queue_exit nobody writes there
    io_uring_buf_ring* buffers = nullptr;
    unsigned count = 0;
    std::size_t bytes = 0;
    int given_back = 0;

    [[nodiscard]] io_uring_sqe* next() noexcept { return io_uring_get_sqe(&ring); }
    [[nodiscard]] std::byte* buffer(std::uint32_t id) const noexcept {
        return memory.data() + id * bytes;
    }
};

Uring::Uring() : ring_(std::make_unique<Ring>()) {}

Uring::~Uring() {
    if (ring_->made) io_uring_queue_exit(&ring_->ring);
}

Result<std::unique_ptr<Uring>> Uring::create(unsigned requests, unsigned completions) {
    std::unique_ptr<Uring> made(new Uring);
    Ring& own = *made->ring_;
    io_uring_params params{};
    // Work is done when we ask for completions, in batches, and interrupts nothing else that we do.
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = completions;
    int error = io_uring_queue_init_params(requests, &own.ring, &params);
    if (error == -EINVAL)
        return fail(Errc::unsupported, "this kernel's io_uring is older than Linux 6.1");
    if (error < 0) return fail(Errc::unsupported, refusal(-error));
    own.made = true;
    if ((params.features & IORING_FEAT_EXT_ARG) == 0)
        return fail(Errc::unsupported, "this kernel's io_uring is older than Linux 6.1");
    (void)io_uring_register_ring_fd(
        &own.ring);  // spares the kernel a look-up a call; not everywhere
    return made;
}

Result<> Uring::provide_buffers(unsigned count, std::size_t bytes) {
    STREAMLIB_ASSERT(std::has_single_bit(count) && count <= 32768, "a power of two of buffers");
    Ring& own = *ring_;
    own.entries = Mapping(count * sizeof(io_uring_buf));
    own.memory = Mapping(count * bytes);
    if (own.entries.data() == nullptr || own.memory.data() == nullptr)
        return fail_errno(Errc::no_memory, "receive buffers");
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(own.entries.data());
    registration.ring_entries = count;
    if (const int error = io_uring_register_buf_ring(&own.ring, &registration, 0); error < 0)
        return fail(Errc::unsupported,
                    std::string("provided buffer ring: ") + std::strerror(-error));
    own.buffers = reinterpret_cast<io_uring_buf_ring*>(own.entries.data());
    own.count = count;
    own.bytes = bytes;
    io_uring_buf_ring_init(own.buffers);
    for (unsigned i = 0; i < count; ++i) give_back(i);
    publish_buffers();
    return {};
}

void Uring::give_back(std::uint32_t buffer) noexcept {
    Ring& own = *ring_;
    io_uring_buf_ring_add(own.buffers, own.buffer(buffer), static_cast<unsigned>(own.bytes),
                          static_cast<unsigned short>(buffer), io_uring_buf_ring_mask(own.count),
                          own.given_back++);
}

void Uring::publish_buffers() noexcept {
    if (ring_->given_back == 0) return;
    // Release: pairs with the kernel's acquire of the buffer ring's tail.
    io_uring_buf_ring_advance(ring_->buffers, std::exchange(ring_->given_back, 0));
}

MessageParts Uring::parts_of(const Completion& completion, const msghdr& shape) const noexcept {
    MessageParts parts;
    const std::byte* at = ring_->buffer(completion.buffer);
    const auto length = static_cast<std::size_t>(completion.result);
    io_uring_recvmsg_out head{};
    const std::size_t before = sizeof head + shape.msg_namelen + shape.msg_controllen;
    if (length < before) return parts;
    std::memcpy(&head, at, sizeof head);
    const std::byte* name = at + sizeof head;
    const std::byte* control = name + shape.msg_namelen;
    parts.name = {name, std::min<std::size_t>(head.namelen, shape.msg_namelen)};
    parts.control = {control, std::min<std::size_t>(head.controllen, shape.msg_controllen)};
    parts.payload = {at + before, length - before};
    parts.truncated = (head.flags & static_cast<unsigned>(MSG_TRUNC)) != 0;
    parts.valid = true;
    return parts;
}

bool Uring::fix_file(int fd) noexcept { return io_uring_register_files(&ring_->ring, &fd, 1) == 0; }

bool Uring::receive(int fd, msghdr& shape, std::uint64_t data) noexcept {
    io_uring_sqe* request = ring_->next();
    if (request == nullptr) return false;
    io_uring_prep_recvmsg_multishot(request, fd, &shape, 0);
    io_uring_sqe_set_data64(request, data);
    request->flags |= IOSQE_BUFFER_SELECT;
    request->buf_group = 0;
    return true;
}

bool Uring::watch(int fd, std::uint64_t data) noexcept {
    io_uring_sqe* request = ring_->next();
    if (request == nullptr) return false;
    io_uring_prep_poll_multishot(request, fd, POLLIN);
    io_uring_sqe_set_data64(request, data);
    return true;
}

bool Uring::send_fixed(const msghdr& message, bool zero_copy, std::uint64_t data,
                       bool linked) noexcept {
    io_uring_sqe* request = ring_->next();
    if (request == nullptr) return false;
    if (zero_copy)
        io_uring_prep_sendmsg_zc(request, 0, &message, MSG_NOSIGNAL);
    else
        io_uring_prep_sendmsg(request, 0, &message, MSG_NOSIGNAL);
    io_uring_sqe_set_data64(request, data);
    request->flags |= IOSQE_FIXED_FILE;
    if (linked) request->flags |= IOSQE_IO_HARDLINK;
    return true;
}

bool Uring::cancel(std::uint64_t target, std::uint64_t data) noexcept {
    io_uring_sqe* request = ring_->next();
    if (request == nullptr) return false;
    io_uring_prep_cancel64(request, target, 0);
    io_uring_sqe_set_data64(request, data);
    return true;
}

bool Uring::cancel_all(std::uint64_t data) noexcept {
    io_uring_sqe* request = ring_->next();
    if (request == nullptr) return false;
    io_uring_prep_cancel64(request, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
    io_uring_sqe_set_data64(request, data);
    return true;
}

int Uring::submit() noexcept {
    const int done = io_uring_submit(&ring_->ring);
    return done < 0 ? done : 0;
}

int Uring::flush() noexcept {
    const int done = io_uring_submit_and_get_events(&ring_->ring);
    return done < 0 ? done : 0;
}

int Uring::wait(MonotonicTime until) noexcept {
    io_uring* ring = &ring_->ring;
    if (io_uring_cq_ready(ring) != 0) return io_uring_sq_ready(ring) != 0 ? submit() : 0;
    const Nanoseconds left = until.ns == INT64_MAX ? INT64_MAX : until - MonotonicTime::now();
    if (left <= 0) return flush();
    __kernel_timespec span{left / 1'000'000'000, left % 1'000'000'000};
    io_uring_cqe* first = nullptr;
    const int done = io_uring_submit_and_wait_timeout(ring, &first, 1,
                                                      left == INT64_MAX ? nullptr : &span, nullptr);
    return done < 0 ? done : 0;
}

std::size_t Uring::take(std::span<Completion> into) noexcept {
    io_uring* ring = &ring_->ring;
    std::size_t taken = 0;
    unsigned head = 0;
    io_uring_cqe* cqe = nullptr;
    io_uring_for_each_cqe(ring, head, cqe) {
        if (taken == into.size()) break;
        Completion& one = into[taken++];
        one.data = cqe->user_data;
        one.result = cqe->res;
        one.has_buffer = (cqe->flags & IORING_CQE_F_BUFFER) != 0;
        one.buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
        one.more = (cqe->flags & IORING_CQE_F_MORE) != 0;
        one.memory_is_free = (cqe->flags & IORING_CQE_F_NOTIF) != 0;
    }
    io_uring_cq_advance(ring, static_cast<unsigned>(taken));
    return taken;
}

bool Uring::has_requests() const noexcept { return io_uring_sq_ready(&ring_->ring) != 0; }

bool io_uring_unwanted() noexcept {
    const char* word = std::getenv("STREAMLIB_NO_IO_URING");
    return word != nullptr && word[0] != '\0' && std::strcmp(word, "0") != 0;
}

}  // namespace streamlib::net
