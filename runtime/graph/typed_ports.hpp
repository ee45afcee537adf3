// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the compiler can know about the ports of an actor class; private to `graph.hpp`.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "runtime/ports.hpp"

namespace streamlib::detail {

/// Stands for the media of an input seen as an output, and the other way round.
struct WrongSide {};

template <class Port>
struct PortMedia;
template <class Media>
struct PortMedia<Input<Media>> {
    using in_media = Media;
    using out_media = WrongSide;
};
template <class Media>
struct PortMedia<Output<Media>> {
    using in_media = WrongSide;
    using out_media = Media;
};

/// Of a pointer to a member that is a port.
template <class Pointer>
struct PortMember;
template <class Owner, class Port>
struct PortMember<Port Owner::*> : PortMedia<Port> {
    using owner = Owner;
};

template <class A>
concept HasMainInput = requires {
    A::main_input;
};
template <class A>
concept HasMainOutput = requires {
    A::main_output;
};

/// Media of the ports that `a >> b` means; AnyMedia where the class does not say.
template <class A>
struct MainPorts {
    template <class B>
    static auto in() {
        if constexpr (HasMainInput<B>) {
            return std::type_identity<
                typename PortMember<std::remove_cv_t<decltype(B::main_input)>>::in_media>{};
        } else {
            return std::type_identity<AnyMedia>{};
        }
    }
    template <class B>
    static auto out() {
        if constexpr (HasMainOutput<B>) {
            return std::type_identity<
                typename PortMember<std::remove_cv_t<decltype(B::main_output)>>::out_media>{};
        } else {
            return std::type_identity<AnyMedia>{};
        }
    }
};
template <class A>
using MainInput = typename decltype(MainPorts<A>::template in<A>())::type;
template <class A>
using MainOutput = typename decltype(MainPorts<A>::template out<A>())::type;

template <class Out, class In>
inline constexpr bool media_fit =
    std::is_same_v<Out, In> || std::is_same_v<Out, AnyMedia> || std::is_same_v<In, AnyMedia> ||
    std::is_same_v<Out, WrongSide> ||
    std::is_same_v<In, WrongSide>;  // those have a message of their own

template <class T>
concept IsEnd = requires(const T& t) {
    typename T::actor;
    typename T::in_media;
    typename T::out_media;
    t.end.build;
};

/// The name under which the class declares a port; asks an object, as ports name themselves when
/// constructed.
template <class A, class Pointer>
std::string port_name(Pointer member) {
    const auto object = std::make_unique<A>();
    return (object.get()->*member).spec().name;
}

template <class A>
std::string main_output_name() {
    if constexpr (HasMainOutput<A>) return port_name<A>(A::main_output);
    return {};
}
template <class A>
std::string main_input_name() {
    if constexpr (HasMainInput<A>) return port_name<A>(A::main_input);
    return {};
}

}  // namespace streamlib::detail
