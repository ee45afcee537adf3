// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/node_client.hpp"

#include <chrono>
#include <thread>

#include "runtime/uri.hpp"
#include "supervisor/cli/http_client.hpp"
#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_json.hpp"
#include "supervisor/control/target.hpp"
#include "supervisor/node/run_directory.hpp"

namespace streamlib::supervision {

namespace {

constexpr Nanoseconds call_timeout_ns = 10'000'000'000;
constexpr Nanoseconds replace_timeout_ns = 20'000'000'000;
constexpr Nanoseconds control_back_ns =
    3'000'000'000;  // In which a control process that died is back.
constexpr std::chrono::milliseconds look_again{
    10};  // There is nothing to wait on: no process, no socket.

[[nodiscard]] Errc code_of(unsigned status) noexcept {
    if (status == 404) return Errc::not_found;
    if (status == 409) return Errc::gone;
    if (status == 503) return Errc::timeout;
    return Errc::invalid_argument;
}

[[nodiscard]] std::string actor_target(std::string_view actor, std::string_view verb) {
    std::string target = "/v1/actors/" + percent_encoded(actor);
    if (!verb.empty()) target.append("/").append(verb);
    return target;
}

[[nodiscard]] std::string line_query(std::uint64_t from, std::optional<std::uint64_t> last) {
    return last ? "?last=" + std::to_string(*last) : "?from=" + std::to_string(from);
}

}  // namespace

Result<std::string> instance_name(std::string_view name_or_uri) {
    if (!looks_like_uri(name_or_uri)) return std::string(name_or_uri);
    return parse_uri(name_or_uri).map([](const Uri& uri) { return uri.instance; });
}

Result<NodeClient> NodeClient::find(std::string_view node) {
    const std::string name(node.empty() ? "local" : node);
    auto directory = run_directory_path(run_environment(), name);
    if (!directory) return tl::unexpected(directory.error());
    if (!node_is_alive(*directory)) {
        return fail(Errc::not_found, "no node \"" + name + "\" is running: looked in " +
                                         *directory + "; start one with: streamlib run GRAPH" +
                                         (name == "local" ? "" : " --node " + name));
    }
    return NodeClient(name, std::move(*directory));
}

Result<NodeClient> NodeClient::wait_for(std::string_view node, MonotonicTime deadline) {
    for (;;) {
        auto found = find(node);
        const bool may_come = !found && found.error().code == Errc::not_found;
        if (!may_come || MonotonicTime::now() >= deadline) return found;
        std::this_thread::sleep_for(look_again);
    }
}

bool NodeClient::alive() const { return node_is_alive(directory_); }

Result<std::string> NodeClient::call(std::string_view method, const std::string& target,
                                     Nanoseconds timeout_ns) const {
    const MonotonicTime give_up = MonotonicTime::now() + control_back_ns;
    for (;;) {
        auto answer = http_call(directory_, "control.sock", method, target, timeout_ns);
        if (answer && answer->status == 200) return std::move(answer->body);
        if (answer) return fail(code_of(answer->status), read_error(answer->body));
        if (answer.error().code != Errc::gone) return tl::unexpected(answer.error());
        if (!alive()) return fail(Errc::gone, "node " + name_ + " has ended");
        if (MonotonicTime::now() >= give_up) return tl::unexpected(answer.error());
        std::this_thread::sleep_for(look_again);
    }
}

Result<std::string> NodeClient::get(const std::string& target) const {
    return call("GET", target, call_timeout_ns);
}

Result<> NodeClient::post(const std::string& target) const {
    const auto answer = call("POST", target, call_timeout_ns);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

Result<NodeRow> NodeClient::node() const { return get("/v1/node").and_then(read_node); }
Result<std::vector<ActorRow>> NodeClient::actors() const {
    return get("/v1/actors").and_then(read_actors);
}
Result<std::vector<RingRow>> NodeClient::rings() const {
    return get("/v1/rings").and_then(read_rings);
}

Result<ActorRow> NodeClient::actor(std::string_view name_or_uri) const {
    const auto name = instance_name(name_or_uri);
    if (!name) return tl::unexpected(name.error());
    auto row = get(actor_target(*name, "")).and_then(read_actor);
    if (!row || !looks_like_uri(name_or_uri)) return row;
    auto wanted = parse_uri(name_or_uri);
    wanted->port.clear();
    const auto own = parse_uri(row->uri);
    if (own && *own == *wanted) return row;
    return fail(Errc::not_found, "no actor " + std::string(name_or_uri) + " in node " + name_ +
                                     "; " + *name + " is " + row->uri);
}

Result<LogPage> NodeClient::logs(std::string_view actor, std::uint64_t from,
                                 std::optional<std::uint64_t> last) const {
    return get(actor_target(actor, "logs") + line_query(from, last)).and_then(read_logs);
}

Result<std::vector<SupervisorRow>> NodeClient::supervisors() const {
    return get("/v1/supervisors").and_then(read_supervisors);
}

Result<EventPage> NodeClient::events(std::uint64_t from, std::optional<std::uint64_t> last) const {
    return get("/v1/events" + line_query(from, last)).and_then(read_events);
}

Result<CrashReport> NodeClient::crash(std::string_view actor) const {
    return get(actor_target(actor, "crash")).and_then(read_crash);
}

Result<std::vector<CounterRow>> NodeClient::counters(std::string_view actor) const {
    return get(actor.empty() ? "/v1/counters" : actor_target(actor, "counters"))
        .and_then(read_counters);
}

Result<std::string> NodeClient::sdp(std::string_view actor) const {
    return get(actor_target(actor, "sdp"));
}

Result<> NodeClient::stop_node() const { return post("/v1/stop"); }

Result<> NodeClient::stop_actor(const ActorRow& actor) const {
    // Whichever runs: it may be restarted meanwhile, and is to stay down all the same.
    return post(actor_target(actor.name, "stop"));
}

Result<> NodeClient::kill_actor(const ActorRow& actor, int signal) const {
    return post(actor_target(actor.name, "kill") + "?incarnation=" +
                std::to_string(actor.incarnation) + "&signal=" + std::to_string(signal));
}

Result<std::uint64_t> NodeClient::restart_actor(const ActorRow& actor) const {
    return call("POST",
                actor_target(actor.name, "restart") +
                    "?incarnation=" + std::to_string(actor.incarnation),
                call_timeout_ns)
        .and_then(read_done)
        .map([](const DoneAnswer& done) { return done.incarnation; });
}

Result<std::uint64_t> NodeClient::replace_actor(const ActorRow& actor,
                                                const std::vector<std::string>& sets) const {
    std::string target = actor_target(actor.name, "replace");
    for (std::size_t n = 0; n < sets.size(); ++n)
        target.append(n == 0 ? "?set=" : "&set=").append(percent_encoded(sets[n]));
    return call("POST", target, replace_timeout_ns)
        .and_then(read_done)
        .map([](const DoneAnswer& done) { return done.incarnation; });
}

Result<SnapshotRow> NodeClient::snapshot(const ActorRow& actor, Nanoseconds timeout_ns) const {
    return call("POST",
                actor_target(actor.name, "snapshot") +
                    "?timeout_ms=" + std::to_string(timeout_ns / 1'000'000),
                timeout_ns + call_timeout_ns)
        .and_then(read_snapshot);
}

Result<std::string> NodeClient::snapshot_file(const ActorRow& actor) const {
    return get(actor_target(actor.name, "snapshot"));
}

Result<WaitAnswer> NodeClient::wait(std::string_view actor, std::string_view state,
                                    Nanoseconds timeout_ns, std::uint64_t incarnation) const {
    const std::string target = "/v1/wait?actor=" + percent_encoded(actor) +
                               "&state=" + percent_encoded(state) +
                               "&timeout_ms=" + std::to_string(timeout_ns / 1'000'000) +
                               "&incarnation=" + std::to_string(incarnation);
    return call("GET", target, timeout_ns + call_timeout_ns).and_then(read_wait);
}

}  // namespace streamlib::supervision
