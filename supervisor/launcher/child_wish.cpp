// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/child_wish.hpp"

namespace streamlib::supervision {

ChildWish child_wish(const protocol::Ask& ask, const std::string& domain) {
    ActorDecl decl;
    decl.name = ask.name;
    decl.class_name = ask.class_name;
    for (const auto& [key, value] : ask.properties) decl.properties[key] = {value, {}};
    decl.supervisor = ask.supervisor;
    decl.restart = ask.restart;
    decl.shutdown = ask.shutdown;
    decl.significant = ask.significant != 0;
    decl.trigger = ask.trigger;
    decl.domain = ask.domain.empty() ? domain : ask.domain;
    decl.hang_after_ns = ask.hang_after_ns;
    return {std::move(decl), ask.links};
}

}  // namespace streamlib::supervision
