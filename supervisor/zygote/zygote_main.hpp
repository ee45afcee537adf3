// SPDX-License-Identifier: Apache-2.0
/// @file
/// The process that actors are forked from.
///
/// Model     Exec'd before anything else, one thread, classes loaded, no ring mapped. On a batch of requests it forks one
///           intermediate process, which forks all actors of the batch, reports their pids and exits: so the launcher, a
///           subreaper, adopts every actor at once, and the zygote may die without any of them noticing.
/// Ends      When the launcher does; it then removes what the launcher may have left in /dev/shm in the middle of making a
///           segment.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {

struct ZygoteSetup {
    int launcher_pid = 0;
    std::string family;                ///< Libraries to preload; empty: none.
    std::vector<std::string> plugins;  ///< .so files to load.
};

/// Exit status of a zygote that cannot serve its family: the launcher exec's those actors instead.
inline constexpr int unusable_zygote_status = 3;

/// Runs until the launcher is gone or closes the channel; returns the exit status. `lifeline` is the inherited reading end.
[[nodiscard]] int zygote_main(UniqueFd channel, UniqueFd lifeline,
                              const ZygoteSetup& setup) noexcept;

}  // namespace streamlib::supervision
