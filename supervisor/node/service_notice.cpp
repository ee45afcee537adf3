// SPDX-License-Identifier: Apache-2.0
#include "supervisor/node/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {
namespace {

/// `path` as systemd writes it: "@name" is an abstract one.
bool send_datagram(std::string_view path, std::string_view bytes) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() < 2 || path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@') address.sun_path[0] = '\0';
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return false;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const auto sent = ::sendto(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), length);
    return sent == static_cast<ssize_t>(bytes.size());
}

}  // namespace

bool notify_service(std::string_view state) noexcept {
    const char* socket = std::getenv("NOTIFY_SOCKET");
    return socket != nullptr && send_datagram(socket, state);
}

std::string journal_datagram(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string datagram;
    for (const auto& [name, value] : fields) {
        datagram += name;
        if (value.find('\n') == std::string::npos) {
            datagram += "=" + value + "\n";
            continue;
        }
        // A value with line breaks: its length, little-endian, then its bytes.
        datagram += '\n';
        const std::uint64_t bytes = value.size();
        for (int n = 0; n < 8; ++n) datagram += static_cast<char>(bytes >> (8 * n) & 0xFF);
        datagram += value + "\n";
    }
    return datagram;
}

bool send_to_journal(const std::vector<std::pair<std::string, std::string>>& fields,
                     const char* socket_path) noexcept {
    return send_datagram(socket_path, journal_datagram(fields));
}

}  // namespace streamlib::supervision
