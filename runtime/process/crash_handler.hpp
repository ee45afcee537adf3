// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an actor process does when it dies of SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT: it writes a CrashRecord into its page
/// and then dies of that same signal, so that exit status and core dump are what they would be.
///
/// Model     On an alternate stack, so that an overflow of the stack is told, too. First the record without a backtrace, then
///           with: if unwinding a spoilt stack faults again, or hangs for a second, what was written stands.
/// Threads   Any thread of the process may crash; the first one writes. Threads other than the caller's have no alternate stack.
/// Cost      Nothing until then. Installing: some microseconds, after prepare_crash_handler().
#pragma once

#include <string_view>

#include "ipc/actor_page.hpp"

namespace streamlib {

/// What cannot be done in a signal handler: loads the unwinder and notes which modules lie where. Idempotent; in a zygote
/// before it forks, it is paid once.
void prepare_crash_handler() noexcept;

/// From here on a crash of this process is written into `page`. Also takes over std::terminate, for its text.
void install_crash_handler(ipc::ActorPage& page) noexcept;

/// Modules that were loaded since (plugins, codecs). A look at a counter where there are none.
void note_new_modules() noexcept;

/// The same record for an end that is not a signal: an exception or an error that ends the actor.
void record_failure(ipc::ActorPage& page, ipc::CrashCause cause, std::string_view text) noexcept;

}  // namespace streamlib
