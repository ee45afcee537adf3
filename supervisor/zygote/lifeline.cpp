// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/lifeline.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

namespace streamlib::supervision {

Result<std::pair<UniqueFd, UniqueFd>> make_lifeline() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail_errno(Errc::io, "pipe2 (lifeline)");
    return std::pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<UniqueFd> arm_lifeline(int inherited) {
    // An open file description of our own: owner and signal belong to the description, and the inherited one is everybody's.
    char path[32];
    static_cast<void>(std::snprintf(path, sizeof path, "/proc/self/fd/%d", inherited));
    UniqueFd own(::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!own) return fail_errno(Errc::io, "opening the lifeline (is /proc mounted?)");
    if (::fcntl(own.get(), F_SETOWN, -::getpgrp()) != 0 ||
        ::fcntl(own.get(), F_SETSIG, SIGKILL) != 0 ||
        ::fcntl(own.get(), F_SETFL, O_ASYNC | O_NONBLOCK) != 0) {
        return fail_errno(Errc::io, "arming the lifeline");
    }
    // From here on a hang-up kills; one that was there before sends nothing any more, so look once.
    pollfd state{own.get(), POLLIN, 0};
    if (::poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0) {
        ::kill(0, SIGKILL);
        ::_exit(1);
    }
    return own;
}

}  // namespace streamlib::supervision
