// SPDX-License-Identifier: Apache-2.0
/// @file
/// Children that an actor makes while it runs, and what it is told of the ends of others.
///
///     Result<> start() override {
///         trap_exit(true);
///         return spawn({.name = "w1", .class_name = "Worker", .strategy = RestartStrategy{3}});
///     }
///     void down(const Down& down) override {
///         if (!down.comes_back) static_cast<void>(spawn({.name = "w1", .class_name = "Worker"}));
///     }
///
/// Model     Asking never waits: it is a message to the launcher. What came of it is told between two turns by
///           Actor::child_ready, child_refused, down and exit_signal. A spawned child is like one of the graph whose `parent` is
///           the asker: it dies with it, deepest first; but it does not come back with it: the next incarnation spawns again.
///           Monitors and links belong to the incarnation that made them. What is told of one name is told in order; of several
///           names that had news before the actor looked, in any.
/// Names     A child that is down for good has given its name, its ports and its pins back before anybody is told: a
///           spawn of the same name in down() works.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/time.hpp"
#include "runtime/graph/child_policy.hpp"
#include "runtime/tick.hpp"

namespace streamlib {

/// A supervisor for one child alone: it is restarted at most so often within any `period_ns`, then it stays FAILED.
struct RestartStrategy {
    std::uint32_t max_retries = 3;
    Nanoseconds period_ns = 10'000'000'000;
};

struct ChildSpec {
    std::string name;        ///< Unique in the node.
    std::string class_name;  ///< Linked in, or of a plugin that the graph names.
    std::map<std::string, std::string> properties{};
    /// A supervisor of the graph, "node" too. Empty: by `strategy`; without that it is not restarted.
    std::string supervisor{};
    std::optional<RestartStrategy> strategy{};
    std::optional<RestartType> restart{};  ///< Of a supervised one; empty: transient.
    std::optional<Shutdown> shutdown{};
    bool significant = false;
    Trigger trigger = Trigger::automatic;
    std::string domain{};           ///< As in a graph; empty: the one of its parent.
    Nanoseconds hang_after_ns = 0;  ///< 0: one second.
    /// Into its inputs, "camera.video >> w1.video". Each takes a spare reader of that output (`spare_readers`).
    std::vector<std::string> links{};
};

enum class DownReason : std::uint8_t {
    normal,     ///< It was done, or its streams had ended.
    shutdown,   ///< It was asked to, in good order.
    exited,     ///< `code` is its exit status.
    signalled,  ///< `code` is the signal.
    exception,  ///< One left process().
    refused,    ///< configure() or start() returned an error, or it broke the protocol.
    hung,
    startup,  ///< It was not READY in time.
    linked,   ///< Somebody it was linked to failed.
    noproc,   ///< There was nobody of that name, or it was down already.
};
/// "normal", "signalled", …
[[nodiscard]] std::string_view to_string(DownReason reason) noexcept;

/// The end of an incarnation. Texts live as long as the call.
struct Down {
    std::string_view name;
    std::uint64_t incarnation =
        0;  ///< Ends that came before the actor looked are one; this is the last.
    DownReason reason = DownReason::normal;
    std::int32_t code = 0;
    std::string_view text{};  ///< For people: "signal 11 (SIGSEGV)".
    bool comes_back = false;  ///< Its supervisor brings it back.
    bool child = false;       ///< It is a child of this actor.
    bool over = false;        ///< The name is free: monitors of it are over, too.
    [[nodiscard]] bool failed() const noexcept {
        return reason != DownReason::normal && reason != DownReason::shutdown;
    }
};

}  // namespace streamlib
