// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/control_main.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "ipc/channel.hpp"
#include "supervisor/control/http_server.hpp"
#include "supervisor/control/node_view.hpp"
#include "supervisor/control/router.hpp"
#include "supervisor/control_link.hpp"

namespace streamlib::supervision {

namespace {

using control_link::NoticeKind;
using std::chrono::milliseconds;

constexpr Nanoseconds launcher_timeout_ns = 5'000'000'000;
/// It answers when the new process is warm, which takes 10 s at most.
constexpr Nanoseconds replace_timeout_ns = 15'000'000'000;
constexpr milliseconds look_again{5};  // While somebody waits for a state.
constexpr milliseconds first_notice_timeout{10'000};
constexpr milliseconds say_alive_every{1'000};
constexpr std::size_t max_asked = 256;  // Requests that the launcher has not answered yet.

/// The loop's owner: turns messages into answers and the other way round.
class ControlProcess {
public:
    explicit ControlProcess(ipc::Channel channel)
        : channel_(std::move(channel)),
          server_({}, [this](HttpRequest request, HttpServer::Respond respond) {
              handle(request, std::move(respond));
          }) {}

    [[nodiscard]] Result<> start() {
        if (auto met = meet_launcher(); !met) return met;
        if (auto listening = server_.listen(node_->run_dir(), "control.sock"); !listening)
            return listening;
        control_link::Request request;
        request.kind = control_link::RequestKind::listening;
        return channel_.send(control_link::bytes_of(request));
    }

    void run() {
        server_.watch(channel_.fd(), [this] { take_notices(); });
        server_.after(say_alive_every, [this] { say_alive(); });
        server_.run();
    }

private:
    /// Where this loop stands still, the launcher hears of it by hearing nothing.
    void say_alive() {
        control_link::Request request;
        request.kind = control_link::RequestKind::alive;
        static_cast<void>(channel_.send(control_link::bytes_of(request)));  // full: it hears enough
        server_.after(say_alive_every, [this] { say_alive(); });
    }

    struct Asked {
        HttpServer::Respond respond;
        std::string subject;
        std::optional<SnapshotWait> snapshot{};
    };
    struct Keeping {
        SnapshotWait wait;
        MonotonicTime deadline;
        HttpServer::Respond respond;
    };
    struct Waiting {
        WaitFor wait;
        MonotonicTime deadline;
        HttpServer::Respond respond;
    };

    /// The first two notices, without which there is nothing to tell.
    [[nodiscard]] Result<> meet_launcher() {
        const MonotonicTime deadline =
            MonotonicTime::now() + std::chrono::nanoseconds(first_notice_timeout).count();
        auto first = channel_.receive_until(deadline);
        if (!first) return tl::unexpected(first.error());
        const auto notice = control_link::record_in<control_link::NodeNotice>(first->bytes);
        auto second = channel_.receive_until(deadline);
        if (!second) return tl::unexpected(second.error());
        const bool fits =
            control_link::record_in<control_link::DirectoryNotice>(second->bytes).has_value();
        if (!notice || notice->kind != NoticeKind::node || !fits || second->fds.size() != 1) {
            return fail(Errc::mismatch, "control: the launcher is of another build");
        }
        auto directory = ipc::DirectoryView::map(second->fds[0].get());
        if (!directory) return tl::unexpected(directory.error());
        node_.emplace(*notice, std::move(*directory));
        return {};
    }

    void take_notices() {
        for (;;) {
            auto message = channel_.receive();
            if (!message) {
                if (message.error().code == Errc::invalid_argument) continue;  // Was dropped whole.
                return server_.stop();
            }
            if (!*message) return;
            take(**message);
        }
    }

    void take(ipc::Channel::Message& message) {
        const auto kind = control_link::notice_kind(message.bytes);
        if (kind == NoticeKind::actor_page && message.fds.size() == 1) {
            const auto notice =
                control_link::record_in<control_link::ActorPageNotice>(message.bytes);
            if (!notice) return;
            if (const auto added = node_->add_page(*notice, std::move(message.fds[0])); !added) {
                std::fprintf(stderr, "control: %s\n", added.error().text.c_str());
            }
        } else if (kind == NoticeKind::events && message.fds.size() == 1) {
            if (const auto added = node_->add_events(std::move(message.fds[0])); !added)
                std::fprintf(stderr, "control: %s\n", added.error().text.c_str());
        } else if (kind == NoticeKind::reply) {
            const auto reply = control_link::record_in<control_link::Reply>(message.bytes);
            if (reply) answer(*reply);
        }
    }

    void answer(const control_link::Reply& reply) {
        const auto found = asked_.find(reply.id);
        if (found == asked_.end()) return;  // Too late.
        Asked asked = std::move(found->second);
        asked_.erase(found);
        if (!asked.snapshot || reply.outcome != control_link::Outcome::ok)
            return asked.respond(reply_response(reply, asked.subject));
        if (keeping_.size() >= max_asked)
            return asked.respond(
                error_response(503, Errc::timeout, asked.subject + ": too many wait already"));
        asked.snapshot->request = reply.incarnation;
        const Nanoseconds timeout_ns = asked.snapshot->timeout_ns;
        keeping_.push_back({std::move(*asked.snapshot), MonotonicTime::now() + timeout_ns,
                            std::move(asked.respond)});
        if (keeping_.size() == 1) look_at_snapshots();
    }

    /// As look(), for those who wait for a snapshot: no change of the directory tells of one.
    void look_at_snapshots() {
        const MonotonicTime now = MonotonicTime::now();
        for (auto each = keeping_.begin(); each != keeping_.end();) {
            auto answer = snapshot_answer(each->wait, *node_, now >= each->deadline);
            if (!answer) {
                ++each;
                continue;
            }
            each->respond(std::move(*answer));
            each = keeping_.erase(each);
        }
        if (!keeping_.empty()) server_.after(look_again, [this] { look_at_snapshots(); });
    }

    void handle(const HttpRequest& request, HttpServer::Respond respond) {
        Routed routed = route(request, *node_);
        if (auto* response = std::get_if<HttpResponse>(&routed))
            return respond(std::move(*response));
        if (auto* asked = std::get_if<AskLauncher>(&routed))
            return ask(std::move(*asked), std::move(respond));
        const auto& wait = std::get<WaitFor>(routed);
        waiting_.push_back({wait, MonotonicTime::now() + wait.timeout_ns, std::move(respond)});
        seen_changes_.reset();
        if (waiting_.size() == 1) look();
    }

    [[nodiscard]] Result<> send(const AskLauncher& asked) {
        if (asked.request.kind != control_link::RequestKind::replace_actor)
            return channel_.send(control_link::bytes_of(asked.request));
        control_link::ReplaceRequest replace;
        replace.request = asked.request;
        replace.count = static_cast<std::uint32_t>(asked.settings.size());
        std::copy(asked.settings.begin(), asked.settings.end(), replace.settings);
        return channel_.send(control_link::bytes_of(replace));
    }

    void ask(AskLauncher asked, HttpServer::Respond respond) {
        asked.request.id = ++last_id_;
        const bool room = asked_.size() < max_asked;
        if (!room || !send(asked)) {
            return respond(error_response(503, Errc::timeout,
                                          asked.subject + ": the launcher is busy; try again"));
        }
        const std::uint64_t id = asked.request.id;
        const bool keeps = asked.request.kind == control_link::RequestKind::snapshot_actor;
        asked_.emplace(id, Asked{std::move(respond), asked.subject,
                                 keeps ? std::optional(std::move(asked.snapshot)) : std::nullopt});
        const bool replaces = asked.request.kind == control_link::RequestKind::replace_actor;
        const Nanoseconds timeout_ns = replaces ? replace_timeout_ns : launcher_timeout_ns;
        server_.after(milliseconds(timeout_ns / 1'000'000), [this, id, timeout_ns] {
            const auto found = asked_.find(id);
            if (found == asked_.end()) return;
            const Asked late = std::move(found->second);
            asked_.erase(found);
            late.respond(error_response(503, Errc::timeout,
                                        late.subject + ": the launcher did not answer in " +
                                            std::to_string(timeout_ns / 1'000'000'000) + " s"));
        });
    }

    /// Answers those whose state has come or whose time is over; comes back while there are others.
    void look() {
        const bool changed = !seen_changes_ || *seen_changes_ != node_->changes();
        seen_changes_ = node_->changes();
        const MonotonicTime now = MonotonicTime::now();
        for (auto each = waiting_.begin(); each != waiting_.end();) {
            const bool late = now >= each->deadline;
            if (!changed && !late) {
                ++each;
                continue;
            }
            const WaitAnswer answer = wait_answer(each->wait, node_->actor(each->wait.actor));
            if (!answer.reached && !late) {
                ++each;
                continue;
            }
            each->respond(wait_response(answer));
            each = waiting_.erase(each);
        }
        if (!waiting_.empty()) server_.after(look_again, [this] { look(); });
    }

    ipc::Channel channel_;
    std::optional<NodeView> node_;
    std::map<std::uint64_t, Asked> asked_;
    std::list<Waiting> waiting_;
    std::list<Keeping> keeping_;
    std::optional<std::uint64_t> seen_changes_;
    std::uint64_t last_id_ = 0;
    HttpServer server_;
};

[[nodiscard]] int serve(UniqueFd channel) {
    ControlProcess control{ipc::Channel(std::move(channel))};
    if (const auto started = control.start(); !started) {
        if (started.error().code == Errc::gone) return 0;
        std::fprintf(stderr, "control: %s\n", started.error().text.c_str());
        return 1;
    }
    control.run();
    return 0;
}

}  // namespace

int control_main(UniqueFd channel) noexcept {
    // Whoever floods it takes time from it, never from an actor. Best effort.
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, 10));
    try {
        return serve(std::move(channel));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "control: %s\n", error.what());
        return 1;
    }
}

}  // namespace streamlib::supervision
