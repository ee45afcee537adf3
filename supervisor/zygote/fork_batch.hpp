// SPDX-License-Identifier: Apache-2.0
/// @file
/// Making many actor processes at once, as children of the launcher.
#pragma once

#include <span>
#include <vector>

#include "ipc/base/fd.hpp"
#include "ipc/channel.hpp"
#include "supervisor/zygote/zygote_link.hpp"

namespace streamlib::supervision {

struct Batch {
    std::vector<zygote_link::SpawnRequest> requests;
    std::vector<UniqueFd> fds;  ///< Two a request: channel end, page.
};

struct ForkPlace {
    ipc::Channel& channel;  ///< To the launcher, for the report.
    int lifeline = -1;
    int launcher_pid = 0;
};

/// Zygote: forks an intermediate process that forks the actors, reports them and exits; waits for that one. On return the
/// launcher has adopted the actors. Descriptors of the batch are closed.
void fork_batch(Batch batch, const ForkPlace& place) noexcept;

}  // namespace streamlib::supervision
