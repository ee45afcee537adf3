// SPDX-License-Identifier: Apache-2.0
/// @file
/// How an actor says that it cannot go on, where a call returns no Result.
///
///     void process(const Tick&) override {
///         if (!device_.alive()) throw ActorFailure("/dev/video0 has gone; plug it in again");
///     }
///
/// Model     Out of any call of an actor: it ends as FAILED with that text and nothing before it, cause `error`. Every other
///           exception is a defect of its class: the text then says so ("exception in process(): …"), cause `exception`.
#pragma once

#include <stdexcept>

namespace streamlib {

class ActorFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace streamlib
