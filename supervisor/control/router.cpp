// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/router.hpp"

#include <algorithm>

#include "runtime/nearest_word.hpp"
#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_json.hpp"
#include "supervisor/control/target.hpp"

namespace streamlib::supervision {

namespace {

using control_link::Outcome;
using control_link::RequestKind;

[[nodiscard]] HttpResponse failure(const Error& error) {
    return error_response(error.code == Errc::not_found ? 404U : 400U, error.code, error.text);
}

/// A page that is there, asked for in a way that it does not know.
[[nodiscard]] HttpResponse wrong_method(std::string_view wanted) {
    return error_response(405, Errc::unsupported, std::string("this takes ").append(wanted));
}

[[nodiscard]] HttpResponse no_such_actor(std::string_view name, const NodeSource& node) {
    const std::vector<ActorRow> rows = node.actors();
    std::vector<std::string_view> names;
    for (const ActorRow& row : rows) names.emplace_back(row.name);
    std::string text = "no actor \"" + std::string(name) + "\" in node " + node.node().name;
    const std::string_view nearest = nearest_word(name, names);
    if (!nearest.empty()) text.append("; did you mean \"").append(nearest).append("\"?");
    return error_response(404, Errc::not_found, text);
}

[[nodiscard]] AskLauncher ask(RequestKind kind, const ActorRow& row) {
    AskLauncher asked{{}, "actor " + row.name};
    asked.request.kind = kind;
    asked.request.actor_index = row.index;
    asked.request.actor_generation = row.generation;
    return asked;
}

[[nodiscard]] Result<LogQuery> log_query(const Target& target) {
    LogQuery query;
    const auto from = target.number("from", 0);
    const auto last = target.number("last", 0);
    if (!from || !last) return tl::unexpected(from ? last.error() : from.error());
    query.from = *from;
    if (target.value("last")) query.last = *last;
    return query;
}

[[nodiscard]] Routed logs(const Target& target, const ActorRow& row, const NodeSource& node) {
    const auto page =
        log_query(target).and_then([&](const LogQuery& query) { return node.logs(row, query); });
    if (!page) return failure(page.error());
    return HttpResponse{200, logs_json(*page)};
}

[[nodiscard]] Routed events(const Target& target, const NodeSource& node) {
    const auto page =
        log_query(target).and_then([&](const LogQuery& query) { return node.events(query); });
    if (!page) return failure(page.error());
    return HttpResponse{200, events_json(*page)};
}

/// What is done to an actor, by its word.
[[nodiscard]] std::optional<RequestKind> request_kind(std::string_view verb) noexcept {
    if (verb == "stop") return RequestKind::stop_actor;
    if (verb == "kill") return RequestKind::kill_actor;
    if (verb == "restart") return RequestKind::restart_actor;
    if (verb == "replace") return RequestKind::replace_actor;
    if (verb == "snapshot") return RequestKind::snapshot_actor;
    return std::nullopt;
}

/// Of every "set=KEY=VALUE". What the class has and takes is for the new process to say.
[[nodiscard]] Result<std::vector<control_link::Setting>> settings_of(const Target& target) {
    std::vector<control_link::Setting> settings;
    for (const auto& [name, text] : target.query) {
        if (name != "set") continue;
        const std::size_t equals = text.find('=');
        const std::string key = text.substr(0, equals);
        if (equals == std::string::npos || key.empty())
            return fail(Errc::parse, "set: KEY=VALUE is wanted, not \"" + text + "\"");
        control_link::Setting setting{std::string_view(key),
                                      std::string_view(text).substr(equals + 1)};
        if (setting.key.view() != key)
            return fail(Errc::parse, "set: no property has a name longer than 63 bytes");
        if (setting.value.view().size() != text.size() - equals - 1)
            return fail(Errc::parse, "set: the value of " + key + " is longer than 255 bytes");
        settings.push_back(setting);
    }
    if (settings.size() > control_link::max_settings)
        return fail(Errc::parse, "set: at most 8 properties at once");
    return settings;
}

[[nodiscard]] Nanoseconds wait_ns(std::uint64_t timeout_ms) noexcept {
    const auto most_ms = static_cast<std::uint64_t>(max_wait_ns / 1'000'000);
    return static_cast<Nanoseconds>(std::min(timeout_ms, most_ms)) * 1'000'000;
}

[[nodiscard]] Routed snapshot_file(const ActorRow& row, const NodeSource& node) {
    auto file = node.snapshot_file(row);
    if (!file) return failure(file.error());
    return HttpResponse{200, std::move(*file), "application/octet-stream"};
}

[[nodiscard]] Routed counters(const ActorRow& row, const NodeSource& node) {
    const auto rows = node.counters({row});
    if (rows.empty())
        return error_response(404, Errc::not_found, "actor " + row.name + ": has no counters yet");
    return HttpResponse{200, counters_json(rows)};
}

[[nodiscard]] Routed sdp(const ActorRow& row, const NodeSource& node) {
    auto text = node.sdp(row);
    if (text) return HttpResponse{200, std::move(*text), "application/sdp"};
    const unsigned status = text.error().code == Errc::not_found ? 404U : 409U;
    return error_response(status, text.error().code, text.error().text);
}

/// The pages of an actor that are only looked at.
[[nodiscard]] bool is_page(std::string_view verb) noexcept {
    return verb.empty() || verb == "logs" || verb == "crash" || verb == "counters" || verb == "sdp";
}

[[nodiscard]] Routed act_on(const Target& target, const ActorRow& row, RequestKind kind,
                            const NodeSource& node) {
    AskLauncher asked = ask(kind, row);
    const auto incarnation = target.number("incarnation", 0);
    if (!incarnation) return failure(incarnation.error());
    asked.request.incarnation = *incarnation;
    if (kind == RequestKind::replace_actor) {
        auto settings = settings_of(target);
        if (!settings) return failure(settings.error());
        asked.settings = std::move(*settings);
    }
    if (kind == RequestKind::snapshot_actor) {
        const auto timeout_ms = target.number("timeout_ms", 5000);
        if (!timeout_ms) return failure(timeout_ms.error());
        asked.snapshot = {row.name,
                          row.index,
                          row.generation,
                          0,
                          node.snapshot(row).number,
                          wait_ns(*timeout_ms)};
    }
    if (kind != RequestKind::kill_actor) return asked;
    const std::string_view signal = target.value("signal").value_or("KILL");
    asked.request.signal = signal_number(signal);
    if (asked.request.signal == 0) {
        return error_response(400, Errc::parse,
                              "signal: no signal is called \"" + std::string(signal) + "\"");
    }
    return asked;
}

/// /v1/actors/NAME and below.
[[nodiscard]] Routed route_actor(const HttpRequest& request, const Target& target,
                                 const NodeSource& node) {
    const std::string& name = target.segments[2];
    const std::string verb = target.segments.size() > 3 ? target.segments[3] : "";
    const bool gets_file = verb == "snapshot" && request.method == "GET";
    const auto act = gets_file ? std::nullopt : request_kind(verb);
    if (target.segments.size() > 4 || (!act && !gets_file && !is_page(verb))) {
        return error_response(404, Errc::not_found,
                              "no such page; an actor has logs, crash, counters, sdp, snapshot, "
                              "stop, restart, replace and kill");
    }
    const auto row = node.actor(name);
    if (!row) return no_such_actor(name, node);
    if (request.method != (act ? "POST" : "GET")) return wrong_method(act ? "POST" : "GET");
    if (act) return act_on(target, *row, *act, node);
    if (gets_file) return snapshot_file(*row, node);
    if (verb == "logs") return logs(target, *row, node);
    if (verb == "crash") return HttpResponse{200, crash_json(node.crash(*row))};
    if (verb == "counters") return counters(*row, node);
    if (verb == "sdp") return sdp(*row, node);
    return HttpResponse{200, actor_json(*row)};
}

[[nodiscard]] Routed route_wait(const Target& target) {
    WaitFor wait;
    wait.actor = target.value("actor").value_or("");
    wait.state = target.value("state").value_or("RUNNING");
    const auto timeout_ms = target.number("timeout_ms", 5000);
    if (!timeout_ms) return failure(timeout_ms.error());
    const auto incarnation = target.number("incarnation", 0);
    if (!incarnation) return failure(incarnation.error());
    wait.incarnation = *incarnation;
    if (wait.actor.empty()) return error_response(400, Errc::parse, "actor: which one is missing");
    if (!is_state_word(wait.state)) {
        return error_response(
            400, Errc::parse,
            "state: STARTING, RUNNING, STOPPING, RESTARTING, STOPPED or FAILED are wanted, not \"" +
                wait.state + "\"");
    }
    wait.timeout_ns = wait_ns(*timeout_ms);
    return wait;
}

[[nodiscard]] Routed route_page(std::string_view page, const Target& target,
                                const NodeSource& node) {
    if (page == "actors") return HttpResponse{200, actors_json(node.actors())};
    if (page == "tree")
        return HttpResponse{200, tree_json(node.node(), node.actors(), node.supervisors())};
    if (page == "supervisors") return HttpResponse{200, supervisors_json(node.supervisors())};
    if (page == "events") return events(target, node);
    if (page == "node") return HttpResponse{200, node_json(node.node())};
    if (page == "counters") return HttpResponse{200, counters_json(node.counters(node.actors()))};
    if (page == "rings") return HttpResponse{200, rings_json(node.rings())};
    return route_wait(target);
}

}  // namespace

Routed route(const HttpRequest& request, const NodeSource& node) {
    const auto target = parse_target(request.target);
    if (!target) return failure(target.error());
    const std::vector<std::string>& path = target->segments;
    const auto nothing = [] {
        return error_response(404, Errc::not_found,
                              "no such page; there are /v1/node, actors, supervisors, tree, rings, "
                              "counters, events, wait, stop and actors/NAME");
    };
    if (path.size() < 2 || path[0] != "v1") return nothing();
    if (path.size() > 2)
        return path[1] == "actors" ? route_actor(request, *target, node) : nothing();
    if (path[1] == "stop") {
        if (request.method != "POST") return wrong_method("POST");
        AskLauncher asked{{}, "node " + node.node().name};
        asked.request.kind = RequestKind::stop_node;
        return asked;
    }
    constexpr std::string_view pages[] = {"actors", "supervisors", "tree",   "node",
                                          "rings",  "counters",    "events", "wait"};
    if (std::find(std::begin(pages), std::end(pages), path[1]) == std::end(pages)) return nothing();
    return request.method == "GET" ? route_page(path[1], *target, node) : wrong_method("GET");
}

HttpResponse reply_response(const control_link::Reply& reply, std::string_view subject) {
    std::string text(subject);
    const std::string_view why = reply.text.view();
    switch (reply.outcome) {
        case Outcome::ok: return {200, done_json({reply.incarnation})};
        case Outcome::no_such_actor:
            text.append(": ").append(why.empty() ? "is not there any more" : why);
            return error_response(404, Errc::not_found, text);
        case Outcome::not_running:
            text.append(": ").append(why.empty() ? "is not running" : why);
            return error_response(409, Errc::gone, text);
        case Outcome::refused: break;
    }
    text.append(": ").append(why.empty() ? "the launcher refused" : why);
    return error_response(409, Errc::unsupported, text);
}

WaitAnswer wait_answer(const WaitFor& wait, const std::optional<ActorRow>& actor) {
    if (!actor) return {};
    const bool reached = actor->state == wait.state && actor->incarnation >= wait.incarnation;
    return {reached, true, actor->state, actor->exit};
}

HttpResponse wait_response(const WaitAnswer& answer) { return {200, wait_json(answer)}; }

HttpResponse error_response(unsigned status, Errc code, std::string_view text) {
    return {status, error_json(to_string(code), text)};
}

}  // namespace streamlib::supervision
