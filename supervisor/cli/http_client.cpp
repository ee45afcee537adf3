// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/http_client.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

/// A connected socket. By hand, since Asio takes a Unix socket whose queue is full (EAGAIN) for a connected one; this
/// waits in the queue. Errors: errno.
[[nodiscard]] UniqueFd connect_to(const std::string& path, Nanoseconds timeout_ns) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{timeout_ns / 1'000'000'000, timeout_ns / 1'000 % 1'000'000};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
        return {};
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return {};
    return fd;
}

/// Writes, reads; the first error ends it.
class Call {
public:
    Call(UniqueFd socket, std::string_view method, std::string_view target, Nanoseconds timeout_ns)
        : stream_(loop_) {
        stream_.socket().assign(asio::local::stream_protocol(), socket.release());
        request_.version(11);
        request_.method_string(method);
        request_.target(target);
        request_.set(http::field::host, "localhost");
        request_.keep_alive(false);
        request_.prepare_payload();
        parser_.body_limit(std::uint64_t{64} << 20);
        stream_.expires_after(std::chrono::nanoseconds(timeout_ns));
    }

    /// Until the answer is there or an error is.
    beast::error_code run() {
        http::async_write(stream_, request_, [this](beast::error_code written, std::size_t) {
            if (failed(written)) return;
            http::async_read(stream_, buffer_, parser_,
                             [this](beast::error_code read, std::size_t) { failed(read); });
        });
        loop_.run();
        return error_;
    }

    [[nodiscard]] HttpAnswer answer() {
        auto message = parser_.release();
        return {message.result_int(), std::move(message.body())};
    }

private:
    bool failed(beast::error_code error) {
        error_ = error;
        return static_cast<bool>(error);
    }

    asio::io_context loop_{1};
    beast::basic_stream<asio::local::stream_protocol> stream_;
    http::request<http::empty_body> request_;
    http::response_parser<http::string_body> parser_;
    beast::flat_buffer buffer_;
    beast::error_code error_;
};

}  // namespace

Result<HttpAnswer> http_call(const std::string& directory, const std::string& socket_file,
                             std::string_view method, std::string_view target,
                             Nanoseconds timeout_ns) {
    const std::string name = directory + "/" + socket_file;
    const UniqueFd folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return fail_errno(Errc::gone, name);
    // Through the descriptor, since a socket's address has room for 107 characters only.
    const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + socket_file;
    UniqueFd socket = connect_to(path, timeout_ns);
    if (!socket) {
        const bool nobody = errno == ECONNREFUSED || errno == ENOENT;
        return fail_errno(nobody ? Errc::gone : errno == EAGAIN ? Errc::timeout : Errc::io, name);
    }
    Call call(std::move(socket), method, target, timeout_ns);
    const beast::error_code error = call.run();
    if (error == beast::error::timeout) return fail(Errc::timeout, name + ": no answer in time");
    const bool gone = error == asio::error::connection_reset || error == asio::error::broken_pipe ||
                      error == http::error::end_of_stream || error == http::error::partial_message;
    if (error) return fail(gone ? Errc::gone : Errc::io, name + ": " + error.message());
    return call.answer();
}

}  // namespace streamlib::supervision
