// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/http_server.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>
#include <utility>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;
using Stream = beast::basic_stream<Local>;

namespace {

class Session;
using Sessions = std::list<std::shared_ptr<Session>>;

/// What all sessions share; outlives them.
struct Shared {
    HttpLimits limits;
    HttpServer::Handler handler;
    Sessions sessions;  ///< Quiet longest first.
};

/// One connection: reads a request, has it answered, writes the answer, and again.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Shared& shared, Local::socket socket) : shared_(shared), stream_(std::move(socket)) {}

    void start(Sessions::iterator place) {
        place_ = place;
        read();
    }
    [[nodiscard]] bool reading() const noexcept { return reading_; }
    void close() {
        if (std::exchange(closed_, true)) return;
        stream_.close();
        shared_.sessions.erase(place_);
    }

private:
    void read() {
        reading_ = true;
        shared_.sessions.splice(shared_.sessions.end(), shared_.sessions, place_);
        parser_.emplace();
        parser_->header_limit(shared_.limits.header_bytes);
        parser_->body_limit(shared_.limits.body_bytes);
        stream_.expires_after(shared_.limits.request_timeout);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             self->on_read(error);
                         });
    }

    void on_read(beast::error_code error) {
        reading_ = false;
        if (closed_) return;
        stream_.expires_never();
        if (!error) return take_request();
        static const auto& broken_http = http::make_error_code(http::error::bad_method).category();
        if (error == http::error::end_of_stream || error.category() != broken_http) return close();
        keep_alive_ = false;
        const bool long_one =
            error == http::error::body_limit || error == http::error::header_limit;
        write(error_response(long_one ? 413U : 400U, Errc::parse,
                             long_one ? "the request is too long" : "this is no HTTP request"));
    }

    void take_request() {
        auto message = parser_->release();
        keep_alive_ = message.keep_alive();
        HttpRequest request{std::string(message.method_string()), std::string(message.target()),
                            std::move(message.body())};
        // Kept by whoever answers later; a second call finds the session gone on and does nothing.
        auto self = shared_from_this();
        shared_.handler(std::move(request), [self, round = ++round_](HttpResponse response) {
            if (round == self->round_ && !std::exchange(self->answered_, true))
                self->write(std::move(response));
        });
    }

    void write(HttpResponse response) {
        if (closed_) return;
        answer_ = {static_cast<http::status>(response.status), 11};
        answer_.set(http::field::server, "streamlib");
        answer_.set(http::field::content_type,
                    beast::string_view(response.type.data(), response.type.size()));
        answer_.keep_alive(keep_alive_);
        answer_.body() = std::move(response.body);
        if (response.type == HttpResponse{}.type) answer_.body().push_back('\n');
        answer_.prepare_payload();
        stream_.expires_after(shared_.limits.answer_timeout);
        http::async_write(stream_, answer_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (self->closed_) return;
                              if (error || !self->keep_alive_) return self->close();
                              self->answered_ = false;
                              self->read();
                          });
    }

    Shared& shared_;
    Stream stream_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> answer_;
    Sessions::iterator place_;
    std::uint64_t round_ = 0;
    bool keep_alive_ = false, reading_ = false, answered_ = false, closed_ = false;
};

/// A path to DIRECTORY/FILE that fits in a socket's address however long DIRECTORY is.
[[nodiscard]] std::string short_path(const UniqueFd& directory, const std::string& file) {
    return "/proc/self/fd/" + std::to_string(directory.get()) + "/" + file;
}

}  // namespace

struct HttpServer::State {
    State(const HttpLimits& limits, Handler handler)
        : shared{limits, std::move(handler), {}}, acceptor(loop) {}
    ~State() {
        while (!shared.sessions.empty()) shared.sessions.front()->close();
        for (auto& watched : descriptors) watched->release();
    }

    void accept() {
        acceptor.async_accept([this](beast::error_code error, Local::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) {  // No descriptors left, most likely: try again when some may be free.
                close_quietest();
                return retry.expires_after(std::chrono::milliseconds(50)),
                       retry.async_wait([this](beast::error_code stopped) {
                           if (!stopped) accept();
                       });
            }
            if (shared.sessions.size() >= shared.limits.connections && !close_quietest()) {
                socket.close(error);  // Every connection waits for an answer.
            } else {
                auto session = std::make_shared<Session>(shared, std::move(socket));
                session->start(shared.sessions.insert(shared.sessions.end(), session));
            }
            accept();
        });
    }

    /// The one that has sent nothing for the longest time.
    bool close_quietest() {
        for (const auto& session : shared.sessions) {
            if (!session->reading()) continue;
            session->close();
            return true;
        }
        return false;
    }

    void wait_readable(asio::posix::stream_descriptor& descriptor, std::function<void()> readable) {
        descriptor.async_wait(
            asio::posix::stream_descriptor::wait_read,
            [this, &descriptor, readable = std::move(readable)](beast::error_code error) {
                if (error) return;
                readable();
                wait_readable(descriptor, readable);
            });
    }

    asio::io_context loop{1};
    Shared shared;
    Local::acceptor acceptor;
    asio::steady_timer retry{loop};
    std::list<std::unique_ptr<asio::posix::stream_descriptor>> descriptors;
};

HttpServer::HttpServer(const HttpLimits& limits, Handler handler)
    : state_(std::make_unique<State>(limits, std::move(handler))) {}
HttpServer::~HttpServer() = default;

Result<> HttpServer::listen(const std::string& directory, const std::string& file) {
    const std::string name = directory + "/" + file;
    const UniqueFd folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return fail_errno(Errc::io, "open(" + directory + ")");
    if (::unlinkat(folder.get(), file.c_str(), 0) != 0 && errno != ENOENT) {
        return fail_errno(Errc::io, "unlink(" + name + ")");
    }
    beast::error_code error;
    state_->acceptor.open(Local(), error);
    if (!error) state_->acceptor.bind(Local::endpoint(short_path(folder, file)), error);
    if (!error) state_->acceptor.listen(static_cast<int>(state_->shared.limits.connections), error);
    if (error) return fail(Errc::io, "listen(" + name + "): " + error.message());
    if (::fchmodat(folder.get(), file.c_str(), S_IRUSR | S_IWUSR, 0) != 0) {
        return fail_errno(Errc::no_permission, "chmod(" + name + ")");
    }
    state_->accept();
    return {};
}

void HttpServer::watch(int fd, std::function<void()> readable) {
    auto& kept = state_->descriptors.emplace_back(
        std::make_unique<asio::posix::stream_descriptor>(state_->loop, fd));
    state_->wait_readable(*kept, std::move(readable));
}

void HttpServer::after(std::chrono::milliseconds delay, std::function<void()> act) {
    auto timer = std::make_shared<asio::steady_timer>(state_->loop, delay);
    timer->async_wait([timer, act = std::move(act)](beast::error_code error) {
        if (!error) act();
    });
}

void HttpServer::run() { state_->loop.run(); }
void HttpServer::stop() noexcept { state_->loop.stop(); }

}  // namespace streamlib::supervision
