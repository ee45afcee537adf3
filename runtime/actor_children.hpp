// SPDX-License-Identifier: Apache-2.0
/// @file
/// The actor's end of spawn, link and monitor: asks the launcher, and tells the actor what came of it.
///
/// Model     Private to runtime/. Without `send` (in the harness, in a standby that is not wanted yet) what was asked waits.
/// Threads   The actor's own thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ipc/watch_table.hpp"
#include "runtime/actor.hpp"
#include "runtime/process/protocol.hpp"

namespace streamlib {

class ActorChildren {
public:
    using Send = std::function<Result<>(const protocol::Ask&)>;

    /// Errors: no_memory (too many at once), timeout (the launcher does not read), what `send` says.
    [[nodiscard]] Result<> ask(protocol::Ask ask);
    /// From here on what is asked is sent; first what has waited.
    [[nodiscard]] Result<> open(Send send);
    [[nodiscard]] const std::vector<protocol::Ask>& waiting() const noexcept { return waiting_; }
    /// Calls the hooks for what is new in the table. Between two turns.
    void deliver(Actor& actor, ipc::WatchTable& table);

private:
    struct Seen {
        std::uint32_t serial = 0;
        std::uint64_t up = 0, deaths = 0;
    };
    void tell(Actor& actor, Seen& seen, const ipc::WatchRecord& record);
    void close(const ipc::WatchRecord& record);

    Send send_;
    std::vector<protocol::Ask> waiting_;
    std::map<std::string, std::uint8_t, std::less<>> open_;  ///< Relations asked for, by name.
    std::vector<Seen> seen_;                                 ///< By place, once there is news.
    std::uint64_t changes_ = 0;
};

}  // namespace streamlib
