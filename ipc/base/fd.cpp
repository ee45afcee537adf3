// SPDX-License-Identifier: Apache-2.0
#include "ipc/base/fd.hpp"

#include <unistd.h>

namespace streamlib {

void UniqueFd::reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
}

}  // namespace streamlib
