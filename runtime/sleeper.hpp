// SPDX-License-Identifier: Apache-2.0
/// @file
/// Where an actor's loop sleeps.
#pragma once

#include "ipc/base/time.hpp"

namespace streamlib {

/// Where an actor's loop sleeps if it waits for more than ticks, blocks and commands: a reactor with sockets. It handles what
/// comes there and returns.
class Sleeper {
public:
    virtual ~Sleeper() = default;
    /// Returns once something was handled, at the latest at `until`. The launcher's commands and the clock's ticks are looked
    /// at between two calls, every 10 ms or more often. Bounded work a call. [realtime]
    virtual void sleep(MonotonicTime until) = 0;
};

}  // namespace streamlib
