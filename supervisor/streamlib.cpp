// SPDX-License-Identifier: Apache-2.0
#include "supervisor/streamlib.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "runtime/process/actor_main.hpp"
#include "supervisor/clock/clock_main.hpp"
#include "supervisor/control/control_main.hpp"
#include "supervisor/launcher/class_catalog.hpp"
#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/roles.hpp"
#include "supervisor/zygote/child_setup.hpp"
#include "supervisor/zygote/zygote_main.hpp"

namespace streamlib {
namespace {

using namespace supervision;

/// What a run without an observer says: only what went wrong.
class Complaints final : public RunObserver {
public:
    void findings(std::span<const Finding> findings) override {
        for (const Finding& finding : findings)
            std::fprintf(stderr, "%s\n", to_string(finding).c_str());
    }
    void planned(const std::string&, const std::string&,
                 std::span<const ShownChild> children) override {
        for (const ShownChild& child : children) names_.push_back(child.name);
    }
    void actor_changed(const ActorEvent& event) override {
        if (event.state != ipc::ActorState::failed || event.index >= names_.size()) return;
        std::fprintf(stderr, "%s: %s\n", names_[event.index].c_str(), event.exit_text.c_str());
    }
    void event(const std::string& kind, const std::string& subject,
               const std::string& text) override {
        if (kind == "warning")
            std::fprintf(stderr, "warning: %s: %s\n", subject.c_str(), text.c_str());
    }

private:
    std::vector<std::string> names_;
};

int run_contained_role(const RoleArguments& role, UniqueFd channel) {
    switch (role.role) {
        case Role::clock: return clock_main(std::move(channel));
        case Role::control: return control_main(std::move(channel));
        case Role::actor: return run_actor_process(std::move(channel), UniqueFd(role_fd::page));
        case Role::describe:
            return describe_main(channel.get(), role.plugins.empty() ? "" : role.plugins.front());
        case Role::zygote: break;
    }
    return 2;
}

int run_role(const RoleArguments& role) {
    set_comm(comm_of(role));
    reset_signals();
    const bool has_page = role.role == Role::actor;
    const int keep[] = {role_fd::channel, role_fd::lifeline, role_fd::page};
    close_all_but(std::span(keep).first(has_page ? 3 : 2));
    UniqueFd channel(role_fd::channel), lifeline(role_fd::lifeline);
    if (role.role == Role::zygote) {
        return zygote_main(std::move(channel), std::move(lifeline),
                           {role.launcher_pid, role.family, role.plugins});
    }
    const auto armed = contain_self(lifeline.get());
    if (!armed) {
        std::fprintf(stderr, "streamlib: %s: %s\n", comm_of(role).c_str(),
                     armed.error().text.c_str());
        return 1;
    }
    lifeline.reset();
    die_with_launcher(role.launcher_pid);
    return run_contained_role(role, std::move(channel));
}

}  // namespace

void init(int argc, char** argv) {
    const auto role = role_in(argc, argv);
    if (!role) return;
    const int status = run_role(*role);
    std::fflush(nullptr);
    ::_exit(status);  // the program's own exit handlers are not this process's
}

int run(const GraphSpec& graph, const RunOptions& options) {
    Complaints complaints;
    Launcher launcher(graph, options, options.observer != nullptr ? *options.observer : complaints);
    return launcher.run();
}

}  // namespace streamlib
