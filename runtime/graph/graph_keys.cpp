// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph_keys.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include "runtime/format.hpp"
#include "runtime/graph/duration.hpp"
#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

using Kind = WrittenValue::Kind;

template <class T>
struct Key {
    std::string_view name;
    Result<> (*set)(T&, const WrittenValue&);
};

Unexpected wrong(const WrittenValue& value, std::string_view expected) {
    return fail(Errc::invalid_argument,
                wording::quoted(value.text) + " is not allowed; write " + std::string(expected));
}

Result<std::string> as_text(const WrittenValue& value, std::string_view expected) {
    if (value.kind == Kind::boolean) return wrong(value, expected);
    return value.text;
}

Result<std::int64_t> as_integer(const WrittenValue& value, std::int64_t low, std::int64_t high) {
    std::int64_t number = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, number);
    const bool typed = value.kind == Kind::word || value.kind == Kind::integer;
    if (!typed || error != std::errc{} || stop != end || number < low || number > high) {
        return wrong(value,
                     "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return number;
}

// The setters: one template a type of member.

template <auto Member, class T>
Result<> set_text(T& target, const WrittenValue& value) {
    if (value.kind == Kind::list || value.kind == Kind::boolean)
        return wrong(value, "a text in quotes");
    target.*Member = value.text;
    return {};
}

/// Texts that a list may give as well: `cpus = [2, 3]` is "2,3".
template <auto Member, class T>
Result<> set_joined(T& target, const WrittenValue& value) {
    auto text = as_text(value, "a text or a list");
    if (!text) return tl::unexpected(text.error());
    target.*Member = *std::move(text);
    return {};
}

template <auto Member, class T>
Result<> set_list(T& target, const WrittenValue& value) {
    if (value.kind == Kind::list) {
        target.*Member = value.items;
        return {};
    }
    if (value.kind != Kind::word && value.kind != Kind::text)
        return wrong(value, "a text or a list of texts");
    target.*Member = {value.text};
    return {};
}

template <auto Member, class T>
Result<> set_boolean(T& target, const WrittenValue& value) {
    const bool typed = value.kind == Kind::word || value.kind == Kind::boolean;
    if (!typed || (value.text != "true" && value.text != "false"))
        return wrong(value, "true or false");
    target.*Member = value.text == "true";
    return {};
}

template <auto Member, std::int64_t Low, std::int64_t High, class T>
Result<> set_count(T& target, const WrittenValue& value) {
    const auto number = as_integer(value, Low, High);
    if (!number) return tl::unexpected(number.error());
    target.*Member = static_cast<std::uint32_t>(*number);
    return {};
}

template <auto Member, std::int64_t Low, std::int64_t High, class T>
Result<> set_optional_integer(T& target, const WrittenValue& value) {
    const auto number = as_integer(value, Low, High);
    if (!number) return tl::unexpected(number.error());
    target.*Member = static_cast<int>(*number);
    return {};
}

template <auto Member, class T>
Result<> set_duration(T& target, const WrittenValue& value) {
    if (value.kind == Kind::boolean || value.kind == Kind::list)
        return wrong(value, "a duration such as \"250ms\"");
    const auto span = parse_duration(value.text);
    if (!span) return tl::unexpected(span.error());
    target.*Member = *span;
    return {};
}

/// "1s", or a number of the actor's own ticks: "5 ticks".
Result<> set_hang_after(ActorDecl& actor, const WrittenValue& value) {
    constexpr std::uint32_t most = 1'000'000;
    std::string_view text = wording::trimmed(value.text);
    const bool in_ticks = text.ends_with("ticks") || text.ends_with("tick");
    if (!in_ticks || value.kind == Kind::boolean || value.kind == Kind::list) {
        auto set = set_duration<&ActorDecl::hang_after_ns>(actor, value);
        if (set) actor.hang_after_ticks = 0;
        return set;
    }
    text = wording::trimmed(text.substr(0, text.rfind("tick")));
    std::uint32_t count = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || stop != text.data() + text.size() || count < 1 || count > most)
        return wrong(value,
                     "1 to 1000000 ticks, such as \"5 ticks\", or a duration such as \"1s\"");
    actor.hang_after_ticks = count;
    actor.hang_after_ns = 0;
    return {};
}

Result<Rate> as_rate(const WrittenValue& value) {
    if (value.kind == Kind::boolean || value.kind == Kind::list)
        return wrong(value, "a rate such as \"60000/1001\"");
    return parse_rate(value.text);
}

Result<> set_trigger(ActorDecl& actor, const WrittenValue& value) {
    for (const auto trigger :
         {Trigger::automatic, Trigger::tick, Trigger::input, Trigger::cascade}) {
        if (value.text == to_string(trigger)) {
            actor.trigger = trigger;
            return {};
        }
    }
    return wrong(value, "\"tick\", \"input\", \"cascade\" or \"automatic\"");
}

Result<> set_class(ActorDecl& actor, const WrittenValue& value) {
    if (value.kind == Kind::list || value.kind == Kind::boolean ||
        !wording::is_class_name(value.text)) {
        return wrong(value, "the name of a class, such as \"TestPattern\"");
    }
    actor.class_name = value.text;
    return {};
}

Result<> set_clock_rate(ClockDecl& clock, const WrittenValue& value) {
    const auto rate = as_rate(value);
    if (!rate) return tl::unexpected(rate.error());
    clock.rate = *rate;
    return {};
}

Result<> set_clock_sources(ClockDecl& clock, const WrittenValue& value) {
    auto set = set_list<&ClockDecl::sources>(clock, value);
    if (set && clock.sources.empty())
        return wrong(value, "at least one source, such as \"software\"");
    return set;
}

Result<> set_node_name(NodeDecl& node, const WrittenValue& value) {
    if (value.kind == Kind::list || value.kind == Kind::boolean || !wording::is_name(value.text)) {
        return wrong(value, std::string("a name: ") + std::string(wording::name_rule));
    }
    node.name = value.text;
    return {};
}

Result<> set_on_give_up(NodeDecl& node, const WrittenValue& value) {
    if (value.text != "leave" && value.text != "exit") return wrong(value, "\"leave\" or \"exit\"");
    node.on_give_up = value.text;
    return {};
}

constexpr std::int64_t any_count = std::numeric_limits<std::int32_t>::max();

using A = ActorDecl;
constexpr std::array actor_table{
    Key<A>{"class", set_class},
    Key<A>{"parent", set_text<&A::parent>},
    Key<A>{"supervisor", set_text<&A::supervisor>},
    Key<A>{"restart", set_text<&A::restart>},
    Key<A>{"shutdown", set_text<&A::shutdown>},
    Key<A>{"significant", set_boolean<&A::significant>},
    Key<A>{"start", set_text<&A::start>},
    Key<A>{"standby", set_count<&A::standby, 0, 8>},
    Key<A>{"trigger", set_trigger},
    Key<A>{"domain", set_text<&A::domain>},
    Key<A>{"phase", set_text<&A::phase>},
    Key<A>{"hang_after", set_hang_after},
    Key<A>{"stale_after", set_duration<&A::stale_after_ns>},
    Key<A>{"snapshot", set_duration<&A::snapshot_ns>},
    Key<A>{"depth", set_count<&A::depth, 0, 4000>},
    Key<A>{"hold", set_count<&A::hold, 0, 8>},
    Key<A>{"spare_readers", set_count<&A::spare_readers, 0, 64>},
    Key<A>{"dispatcher", set_text<&A::dispatcher>},
    Key<A>{"host", set_text<&A::host>},
    Key<A>{"cpus", set_joined<&A::cpus>},
    Key<A>{"realtime", set_optional_integer<&A::realtime, 1, 99>},
    Key<A>{"nice", set_optional_integer<&A::nice, -20, 19>},
    Key<A>{"limits", set_joined<&A::limits>},
    Key<A>{"plugin", set_text<&A::plugin>},
};

using S = SupervisorDecl;
constexpr std::array supervisor_table{
    Key<S>{"strategy", set_text<&S::strategy>},
    Key<S>{"intensity", set_count<&S::intensity, 0, any_count>},
    Key<S>{"period", set_duration<&S::period_ns>},
    Key<S>{"parent", set_text<&S::parent>},
    Key<S>{"auto_shutdown", set_text<&S::auto_shutdown>},
    Key<S>{"backoff", set_text<&S::backoff>},
};

constexpr std::array clock_table{
    Key<ClockDecl>{"source", set_clock_sources},
    Key<ClockDecl>{"rate", set_clock_rate},
};

using N = NodeDecl;
constexpr std::array node_table{
    Key<N>{"name", set_node_name},
    Key<N>{"plugins", set_list<&N::plugins>},
    Key<N>{"max_actors", set_count<&N::max_actors, 1, 65536>},
    Key<N>{"max_ports", set_count<&N::max_ports, 1, 1048576>},
    Key<N>{"on_give_up", set_on_give_up},
    Key<N>{"on_alarm", set_text<&N::on_alarm>},
};

template <class T>
Result<bool> set_by_table(std::span<const Key<T>> table, T& target, std::string_view name,
                          const WrittenValue& value) {
    for (const auto& key : table) {
        if (key.name != name) continue;
        auto set = key.set(target, value);
        if (!set) return tl::unexpected(set.error());
        return true;
    }
    return false;
}

template <class T, std::size_t N>
std::vector<std::string> names(const std::array<Key<T>, N>& table) {
    std::vector<std::string> all;
    for (const auto& key : table) all.emplace_back(key.name);
    return all;
}

/// `send_to`, `receive_from`, alone or with ".PORT". Nothing: another key.
std::optional<Result<bool>> set_network_key(ActorDecl& actor, std::string_view key,
                                            const WrittenValue& value, const Place& place) {
    const std::string_view name = key.substr(0, key.find('.'));
    if (name != "send_to" && name != "receive_from") return {};
    if (value.kind != Kind::word && value.kind != Kind::text)
        return wrong(value, name == "send_to" ? "an address such as \"239.10.0.1:5004\""
                                              : "an address and a format, such as "
                                                "\"239.10.0.1:5004 1080p50 YCbCr-4:2:2 10\"");
    const std::string port(name.size() == key.size() ? "" : key.substr(name.size() + 1));
    (name == "send_to" ? actor.send_to : actor.receive_from)[port] = {value.text, place};
    return true;
}

}  // namespace

Result<bool> set_actor_key(ActorDecl& actor, std::string_view key, const WrittenValue& value,
                           const Place& place) {
    if (auto network = set_network_key(actor, key, value, place)) return *std::move(network);
    auto set = set_by_table<ActorDecl>(actor_table, actor, key, value);
    if (set && *set) actor.key_places[std::string(key)] = place;
    return set;
}

Result<bool> set_supervisor_key(SupervisorDecl& supervisor, std::string_view key,
                                const WrittenValue& value, const Place& place) {
    constexpr std::string_view decide = "decide.";
    if (key.starts_with(decide)) {
        if (value.kind != Kind::word && value.kind != Kind::text)
            return wrong(value, "an action such as \"restart\"");
        supervisor.decide[std::string(key.substr(decide.size()))] = {value.text, place};
        return true;
    }
    if (key == "decide")
        return wrong(value, "a table such as decide = { \"exit 125\" = \"stop\" }");
    auto set = set_by_table<SupervisorDecl>(supervisor_table, supervisor, key, value);
    if (set && *set) supervisor.key_places[std::string(key)] = place;
    return set;
}

Result<bool> set_clock_key(ClockDecl& clock, std::string_view key, const WrittenValue& value) {
    constexpr std::string_view domains = "domains.";
    if (!key.starts_with(domains)) return set_by_table<ClockDecl>(clock_table, clock, key, value);
    const std::string_view name = key.substr(domains.size());
    if (!wording::is_name(name)) {
        return fail(Errc::invalid_argument, wording::quoted(name) +
                                                " is no name of a tick domain; write " +
                                                std::string(wording::name_rule));
    }
    const auto rate = as_rate(value);
    if (!rate) return tl::unexpected(rate.error());
    clock.domains[std::string(name)] = *rate;
    return true;
}

Result<bool> set_node_key(NodeDecl& node, std::string_view key, const WrittenValue& value) {
    return set_by_table<NodeDecl>(node_table, node, key, value);
}

std::string_view to_string(Trigger trigger) noexcept {
    switch (trigger) {
        case Trigger::automatic: return "automatic";
        case Trigger::tick: return "tick";
        case Trigger::input: return "input";
        case Trigger::cascade: return "cascade";
    }
    return "?";
}

const std::vector<std::string>& actor_keys() {
    static const auto all = [] {
        auto keys = names(actor_table);
        keys.insert(keys.end(), {"send_to", "receive_from"});
        return keys;
    }();
    return all;
}

const std::vector<std::string>& supervisor_keys() {
    static const auto all = [] {
        auto keys = names(supervisor_table);
        keys.emplace_back("decide");
        return keys;
    }();
    return all;
}

const std::vector<std::string>& clock_keys() {
    static const auto all = [] {
        auto keys = names(clock_table);
        keys.emplace_back("domains");
        return keys;
    }();
    return all;
}

const std::vector<std::string>& node_keys() {
    static const auto all = names(node_table);
    return all;
}

}  // namespace streamlib
