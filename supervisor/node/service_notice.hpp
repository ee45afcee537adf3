// SPDX-License-Identifier: Apache-2.0
/// @file
/// What a node says to the system that it runs under: readiness to systemd (sd_notify's protocol), alarms to the journal.
///
/// Model     One datagram each, never waited for. libsystemd says the same, but would come into every actor's process.
/// Errors    Without systemd, or with a full socket, nothing is sent: `false`. Never more than that.
/// Threads   Any; no state.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streamlib::supervision {

/// `state` as in sd_notify(3): "READY=1\nSTATUS=12 actors". False: NOTIFY_SOCKET names nobody who takes it.
bool notify_service(std::string_view state) noexcept;

/// Fields of journald's native protocol; values may have line breaks. False: nobody took it.
bool send_to_journal(const std::vector<std::pair<std::string, std::string>>& fields,
                     const char* socket_path = "/run/systemd/journal/socket") noexcept;

/// The bytes of that datagram.
[[nodiscard]] std::string journal_datagram(
    const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace streamlib::supervision
