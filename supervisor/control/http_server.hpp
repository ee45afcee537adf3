// SPDX-License-Identifier: Apache-2.0
/// @file
/// HTTP/1.1 on a Unix socket, and the event loop it runs in. The one place that knows Boost.Beast here.
///
/// Model     One thread. `handler` gets each request and a `Respond` to be called once, now or later, from the same thread.
/// Bounds    So many connections; one more closes the one that has been quiet longest, so that nobody can lock the door.
///           A request is bounded in bytes and in time. What is no HTTP gets 400 and is hung up on.
/// Crash     A connection that goes away while its answer is made: the answer is dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "ipc/base/error.hpp"
#include "supervisor/control/router.hpp"

namespace streamlib::supervision {

struct HttpLimits {
    std::size_t connections = 64;
    std::uint32_t header_bytes = 8192;
    std::uint64_t body_bytes = 65536;
    std::chrono::milliseconds request_timeout{
        5'000};  ///< From the first byte waited for to the last.
    std::chrono::milliseconds answer_timeout{5'000};  ///< For a client to take its answer.
};

class HttpServer {
public:
    using Respond = std::function<void(HttpResponse)>;
    using Handler = std::function<void(HttpRequest, Respond)>;

    HttpServer(const HttpLimits& limits, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Listens on DIRECTORY/FILE, in place of a socket that was left there. Mode 0600. Any length of path.
    /// Errors: io, no_permission.
    [[nodiscard]] Result<> listen(const std::string& directory, const std::string& file);

    /// Calls `readable` whenever `fd` (which stays the caller's, and open) can be read or its peer is gone.
    void watch(int fd, std::function<void()> readable);
    /// Calls `act` once, `delay` from now.
    void after(std::chrono::milliseconds delay, std::function<void()> act);

    void run();  ///< Until `stop`.
    void stop() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace streamlib::supervision
