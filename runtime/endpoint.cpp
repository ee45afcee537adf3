// SPDX-License-Identifier: Apache-2.0
#include "runtime/endpoint.hpp"

#include "runtime/actor_core.hpp"

namespace streamlib {

Endpoint::Endpoint(Actor& owner, std::string name)
    : core_(ActorCore::of(owner)), name_(std::move(name)) {}

Result<> Endpoint::open(const SocketWish& wish) {
    if (auto valid = validate(wish); !valid) return valid;
    auto opened = core_.socket_hook ? core_.socket_hook(name_, wish) : open_socket(wish);
    if (!opened) return tl::unexpected(opened.error());
    for (const std::string& text : opened->warnings) {
        core_.log.write(LogLevel::warning, core_.reading().tick.time, text);
        if (core_.log_hook) core_.log_hook(LogLevel::warning, text);
    }
    fd_ = std::move(opened->fd);
    bound_ = opened->bound;
    return {};
}

}  // namespace streamlib
