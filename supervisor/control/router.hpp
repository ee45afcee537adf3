// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a request to the control process means: a pure function of request and node.
///
/// Model     `route` answers at once, or says what has to happen first: the launcher is asked, or a state is waited for.
///           The routes are in docs/COMMANDS.md.
/// Errors    Responses with status 400, 404, 405, 409 or 503 and {"code", "error"}: the error is one line for a person.
/// Threads   One. `route` calls `NodeSource` and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/base/time.hpp"
#include "supervisor/control/api.hpp"
#include "supervisor/control/supervision_rows.hpp"
#include "supervisor/control_link.hpp"

namespace streamlib::supervision {

struct HttpRequest {
    std::string method, target, body;
};

struct HttpResponse {
    unsigned status = 200;
    std::string body;                            ///< JSON, or what `type` says.
    std::string_view type = "application/json";  ///< Of static storage.
};

struct LogQuery {
    std::uint64_t from = 0;             ///< Number of the first line wanted.
    std::optional<std::uint64_t> last;  ///< Instead: the newest so many.
};

/// The node as the control process sees it now.
class NodeSource {
public:
    NodeSource() = default;
    NodeSource(const NodeSource&) = delete;
    NodeSource& operator=(const NodeSource&) = delete;
    virtual ~NodeSource() = default;
    [[nodiscard]] virtual NodeRow node() const = 0;
    [[nodiscard]] virtual std::vector<ActorRow> actors() const = 0;
    [[nodiscard]] virtual std::optional<ActorRow> actor(std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<RingRow> rings() const = 0;
    /// Errors: not_found (its page has not come yet).
    [[nodiscard]] virtual Result<LogPage> logs(const ActorRow& actor,
                                               const LogQuery& query) const = 0;
    [[nodiscard]] virtual std::vector<SupervisorRow> supervisors() const = 0;
    /// Errors: not_found (the book has not come yet).
    [[nodiscard]] virtual Result<EventPage> events(const LogQuery& query) const = 0;
    [[nodiscard]] virtual CrashReport crash(const ActorRow& actor) const = 0;
    /// What each of them counts, in their order; nothing of one whose page has not come yet.
    [[nodiscard]] virtual std::vector<CounterRow> counters(
        const std::vector<ActorRow>& actors) const = 0;
    /// What it says of the session that it sends (RFC 8866). Errors: not_found (it sends none), io.
    [[nodiscard]] virtual Result<std::string> sdp(const ActorRow& actor) const = 0;
    /// Requests for a snapshot that it has answered, in vain or not.
    [[nodiscard]] virtual std::uint64_t snapshots_answered(const ActorRow& actor) const = 0;
    /// The newest whole one; `number` 0: there is none.
    [[nodiscard]] virtual SnapshotRow snapshot(const ActorRow& actor) const = 0;
    /// The newest whole one as a snapshot file. Errors: not_found (there is none).
    [[nodiscard]] virtual Result<std::string> snapshot_file(const ActorRow& actor) const = 0;
};

/// Once the launcher has taken a snapshot_actor: until the actor has answered, see snapshot_answer.
struct SnapshotWait {
    std::string actor;
    std::uint32_t index = 0, generation = 0;
    std::uint64_t request = 0;  ///< From the launcher's reply; 0: its class keeps no state.
    std::uint64_t before = 0;   ///< Number of the newest when it was asked.
    Nanoseconds timeout_ns = 0;
};

/// Send this to the launcher (its id is still to be set); its reply goes through `reply_response`.
struct AskLauncher {
    control_link::Request request;
    std::string subject;                            ///< "actor clip", "node local": for the error.
    std::vector<control_link::Setting> settings{};  ///< replace_actor: at most max_settings.
    SnapshotWait snapshot{};                        ///< snapshot_actor.
};

/// Look again until `wait_answer` says so or the time is over.
struct WaitFor {
    std::string actor, state;
    Nanoseconds timeout_ns = 0;
    std::uint64_t incarnation = 0;  ///< That one or a later one.
};
inline constexpr Nanoseconds max_wait_ns = 60'000'000'000;

using Routed = std::variant<HttpResponse, AskLauncher, WaitFor>;

[[nodiscard]] Routed route(const HttpRequest& request, const NodeSource& node);

[[nodiscard]] HttpResponse reply_response(const control_link::Reply& reply,
                                          std::string_view subject);
/// Where the actor is now, and whether that is what was waited for.
[[nodiscard]] WaitAnswer wait_answer(const WaitFor& wait, const std::optional<ActorRow>& actor);
/// The answer once there is one: its snapshot, or why there will be none. `is_late`: its time is over.
[[nodiscard]] std::optional<HttpResponse> snapshot_answer(const SnapshotWait& wait,
                                                          const NodeSource& node, bool is_late);
[[nodiscard]] HttpResponse wait_response(const WaitAnswer& answer);

[[nodiscard]] HttpResponse error_response(unsigned status, Errc code, std::string_view text);

}  // namespace streamlib::supervision
