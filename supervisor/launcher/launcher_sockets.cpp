// SPDX-License-Identifier: Apache-2.0
// Sockets that actors and their standbys ask for while they configure.
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {

/// It waits for the answer. Where that cannot be sent it fails by its own patience.
void Launcher::give_socket(std::uint32_t actor, ipc::Channel& asker,
                           const protocol::OpenSocket& asked) {
    const std::string owner = plan_.actors[actor].name + "." + asked.endpoint;
    const auto given = sockets_.ask(actor, owner, asked.wish);
    protocol::SocketOpened reply;
    reply.endpoint = asked.endpoint;
    if (!given) {
        reply.error = given.error().text;
        reply.code = given.error().code;
        static_cast<void>(asker.send(protocol::encode(reply)));
        return;
    }
    reply.bound = given->bound;
    if (given->made) {
        reply.warnings = given->warnings;
        for (const std::string& text : given->warnings)
            tell_event("warning", plan_.actors[actor].name, text);
    }
    const int fds[] = {given->fd};
    static_cast<void>(asker.send(protocol::encode(reply), fds));
}

}  // namespace streamlib::supervision
