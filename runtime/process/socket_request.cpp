// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/socket_request.hpp"

#include "runtime/process/protocol.hpp"

namespace streamlib {

Result<OpenedSocket> ask_for_socket(ipc::Channel& launcher,
                                    std::deque<ipc::Channel::Message>& put_by,
                                    const std::string& endpoint, const SocketWish& wish) {
    constexpr Nanoseconds patience = 10'000'000'000;
    const MonotonicTime until = MonotonicTime::now() + patience;
    if (auto sent =
            launcher.send(protocol::encode(protocol::OpenSocket{endpoint, wish}), {}, until);
        !sent)
        return tl::unexpected(sent.error());
    for (;;) {
        auto received = launcher.receive_until(until);
        if (!received) return tl::unexpected(received.error());
        auto message = protocol::decode(received->bytes);
        if (!message) return tl::unexpected(message.error());
        auto* opened = std::get_if<protocol::SocketOpened>(&*message);
        if (opened == nullptr) {
            put_by.push_back(std::move(*received));
            continue;
        }
        if (!opened->error.empty()) return fail(opened->code, opened->error);
        if (received->fds.size() != 1 || opened->endpoint != endpoint)
            return fail(Errc::mismatch, "the launcher sent another socket than " + endpoint);
        return OpenedSocket{std::move(received->fds[0]), opened->bound,
                            std::move(opened->warnings)};
    }
}

}  // namespace streamlib
