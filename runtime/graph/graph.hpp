// SPDX-License-Identifier: Apache-2.0
/// @file
/// A graph written in C++.
///
///     Graph g;
///     auto camera = g.add<Camera>("camera", {{"format", "720p60"}, {"trigger", "tick"}});
///     auto blur = g.add<Blur>("blur", {{"radius", 3.5}});
///     auto out = g.add("FileSink", "out", {{"path", "out.mkv"}});    // a class known by name only
///     camera >> blur >> out;                                         // main ports
///     camera.port("left") >> blur.port("video");                     // by name
///     camera.port<&Camera::left>() >> blur.port<&Blur::video>();     // checked by the compiler
///
/// Model     Builds the same `GraphSpec` as a TOML file; settings are the keys of an actor and its
///           properties. A class used with add<T> declares
///               static constexpr const char* class_name = "Blur";
///           and may declare, after those members, which ports `a >> b` means:
///               static constexpr auto main_input = &Blur::video;
///               static constexpr auto main_output = &Blur::out;
///           Without them `check_graph` picks the ports, and judges the kinds.
/// Errors    Members whose media differ do not compile. Everything else is a finding of
///           `findings()` or `check_graph`.
/// Threads   One thread. Nodes stay valid as long as they live, also after the Graph was moved.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/graph/graph_keys.hpp"
#include "runtime/graph/graph_spec.hpp"
#include "runtime/graph/typed_ports.hpp"

namespace streamlib {

/// What a setting may hold: text, whole numbers, real numbers, true or false.
struct SettingValue {
    WrittenValue written;
    SettingValue(const char* text) : written{WrittenValue::Kind::word, text, {}} {}  // NOLINT
    SettingValue(std::string text)
        : written{WrittenValue::Kind::word, std::move(text), {}} {}  // NOLINT
    template <std::same_as<bool> Bool>
    SettingValue(Bool value)
        : written{WrittenValue::Kind::boolean, value ? "true" : "false", {}} {}  // NOLINT
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) SettingValue(Integer value)
        : written{WrittenValue::Kind::integer, std::to_string(value), {}} {}  // NOLINT
    SettingValue(double value);                                               // NOLINT
};

struct Setting {
    std::string key;
    SettingValue value;
};

template <class A>
class Node;

namespace detail {

struct GraphBuild {
    GraphSpec spec;
    std::vector<Finding> findings;
};

/// The actor and port of one end, and who builds the graph.
struct GraphEnd {
    std::shared_ptr<GraphBuild> build;
    std::string actor, port;
};
void add_link(const GraphEnd& from, const GraphEnd& to);

}  // namespace detail

/// One end of a link whose node is a `Node<A>`. `In` and `Out` are what it takes and gives, as far
/// as the compiler knows.
template <class A, class In, class Out>
struct End {
    using actor = A;
    using in_media = In;
    using out_media = Out;
    detail::GraphEnd end;
};

/// An actor of a graph being built. `A` is its class; `void` where only the name of the class is
/// known.
template <class A>
class Node {
public:
    using actor = A;
    using in_media = detail::MainInput<A>;
    using out_media = detail::MainOutput<A>;

    Node(std::shared_ptr<detail::GraphBuild> build, std::string name)
        : end{std::move(build), std::move(name), {}} {}
    [[nodiscard]] const std::string& name() const { return end.actor; }

    /// A port by its name; judged by `check_graph`.
    [[nodiscard]] End<A, AnyMedia, AnyMedia> port(std::string port_name) const {
        return {{end.build, end.actor, std::move(port_name)}};
    }
    /// A port by its member: `camera.port<&Camera::left>()`. Constructs one object of the class to
    /// learn the name.
    template <auto Member>
    [[nodiscard]] auto port() const {
        using Port = detail::PortMember<decltype(Member)>;
        static_assert(std::is_base_of_v<typename Port::owner, A>,
                      "this port belongs to another actor class");
        return End<A, typename Port::in_media, typename Port::out_media>{
            {end.build, end.actor, detail::port_name<A>(Member)}};
    }

    detail::GraphEnd end;
};

/// Links, and gives the node on the right, so that chains read from left to right.
template <class From, class To>
requires(detail::IsEnd<From>&& detail::IsEnd<To>) auto operator>>(const From& from, const To& to)
    -> Node<typename To::actor> {
    using Out = typename From::out_media;
    using In = typename To::in_media;
    static_assert(!std::is_same_v<Out, detail::WrongSide>,
                  "the left side of >> is an input; it has to be an output");
    static_assert(!std::is_same_v<In, detail::WrongSide>,
                  "the right side of >> is an output; it has to be an input");
    static_assert(detail::media_fit<Out, In>,
                  "the output on the left of >> carries other media than the input on the "
                  "right takes: put an actor between that converts");
    auto left = from.end, right = to.end;
    if (left.port.empty()) left.port = detail::main_output_name<typename From::actor>();
    if (right.port.empty()) right.port = detail::main_input_name<typename To::actor>();
    detail::add_link(left, right);
    return {to.end.build, to.end.actor};
}

class Graph {
public:
    Graph();

    /// An actor of class `A`, whose member ports the compiler can check.
    template <class A>
    Node<A> add(std::string name, std::initializer_list<Setting> settings = {}) {
        declare(A::class_name, name, settings);
        return {build_, std::move(name)};
    }
    /// An actor of a class known by name: a built-in one, or one from a plugin.
    Node<void> add(std::string class_name, std::string name,
                   std::initializer_list<Setting> settings = {});

    /// What was built so far. Clock, node and supervisors are set here:
    /// `g.spec().clock.rate = {50, 1};`
    [[nodiscard]] GraphSpec& spec() { return build_->spec; }
    [[nodiscard]] const GraphSpec& spec() const { return build_->spec; }
    /// Settings that no actor can have; `check_graph` finds the rest.
    [[nodiscard]] const std::vector<Finding>& findings() const { return build_->findings; }

private:
    void declare(std::string class_name, const std::string& name,
                 std::initializer_list<Setting> settings);
    std::shared_ptr<detail::GraphBuild> build_;
};

}  // namespace streamlib
