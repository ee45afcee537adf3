// SPDX-License-Identifier: Apache-2.0
// What the launcher says of what happened: to the event book, to its observer, and to whoever has to come running.
#include <spawn.h>

#include <cstdio>

#include "supervisor/launcher/launcher.hpp"
#include "supervisor/node/service_notice.hpp"

extern char** environ;

namespace streamlib::supervision {
namespace {

const char* tier_word(ipc::SpawnTier tier) noexcept {
    switch (tier) {
        case ipc::SpawnTier::fork: return "fork";
        case ipc::SpawnTier::exec: return "exec";
        case ipc::SpawnTier::standby: return "standby";
    }
    return "?";
}

std::string in_ms(Nanoseconds ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(ns) / 1e6);
    return text;
}

ipc::LogLevel level_of(std::string_view kind) noexcept {
    if (kind == "alarm" || kind == "gave-up" || kind == "failed") return ipc::LogLevel::error;
    const bool warning =
        kind == "hung" || kind == "restarting" || kind == "replaced" || kind == "warning";
    return warning ? ipc::LogLevel::warning : ipc::LogLevel::info;
}

}  // namespace

/// For the book alone: the observer has a call of its own for it.
void Launcher::note_event(const char* kind, const std::string& subject,
                          const std::string& text) noexcept {
    events_.write(level_of(kind), kind, subject, text);
}

void Launcher::tell_event(const char* kind, const std::string& subject, const std::string& text) {
    note_event(kind, subject, text);
    observer_.event(kind, subject, text);
}

/// Its state was published. That it starts is no event: that it is READY again is one, and tell_restart's.
void Launcher::note_change(std::uint32_t actor) {
    const Child& child = children_[actor];
    const bool ended = child.exit.kind != ipc::ExitKind::none;
    const auto text = [&] {
        const std::string how = exit_text(child.exit, child.failed_text);
        const std::string incarnation = "incarnation " + std::to_string(child.state.incarnation);
        if (!ended) return incarnation + (how.empty() ? "" : ": " + how);
        return incarnation + ": " + (how.empty() ? "exit 0" : how);
    };
    const std::string& name = child.planned->name;
    switch (child.state.phase) {
        case ChildPhase::failed: return note_event("failed", name, text());
        case ChildPhase::stopped: return note_event("stopped", name, text());
        case ChildPhase::restarting: {
            const bool well = child.exit.kind == ipc::ExitKind::exited && child.exit.code == 0;
            const auto level = well ? ipc::LogLevel::info : level_of("restarting");
            return events_.write(level, "restarting", name, text());
        }
        default: return;
    }
}

/// A new incarnation is READY; or, later, has published its first block.
void Launcher::tell_restart(std::uint32_t actor, MonotonicTime first_block) {
    Child& child = children_[actor];
    const bool publishes = first_block.ns != 0;
    const RestartRecord record{.index = actor,
                               .incarnation = child.state.incarnation,
                               .tier = child.tier(),
                               .detected = child.ended,
                               .spawned = child.spawned,
                               .reported = child.reported,
                               .ready = child.ready,
                               .first_block = first_block};
    child.owes_first_block = !publishes;
    publishes ? observer_.first_block(record) : observer_.restarted(record);
    const bool seen_dead = child.spawned >= child.ended && child.ended.ns != 0;
    std::string text = "incarnation " + std::to_string(child.state.incarnation) + " by " +
                       tier_word(child.tier()) + ", ";
    if (publishes) {
        text += in_ms(first_block - child.spawned) + " after its spawn";
        if (seen_dead) text += ", " + in_ms(first_block - child.ended) + " after it was seen dead";
        return tell_event("first-block", child.planned->name, text);
    }
    text += "ready " + in_ms(child.ready - child.spawned) + " after its spawn";
    if (seen_dead)
        text += ", spawned " + in_ms(child.spawned - child.ended) + " after it was seen dead";
    if (!child.last_exit_text.empty()) text += "; " + child.last_exit_text;
    tell_event("restarted", child.planned->name, text);
}

/// `died` is "sl-clock: signal 9 (SIGKILL)"; the next one is on its way.
void Launcher::tell_replaced(const std::string& died) {
    const auto colon = died.find(": ");
    const bool named = colon != std::string::npos;
    note_event("replaced", named ? died.substr(0, colon) : "service",
               named ? died.substr(colon + 2) : died);
    observer_.service_restarted(died);
}

/// `on_alarm` is a person's program: it runs beside the node, and what becomes of it is its own affair.
void Launcher::raise_alarm(const std::string& text) {
    tell_event("alarm", node_, text);
    send_to_journal({{"MESSAGE", "streamlib node " + node_ + ": " + text},
                     {"PRIORITY", "2"},  // critical
                     {"SYSLOG_IDENTIFIER", "streamlib"},
                     {"STREAMLIB_NODE", node_}});
    if (graph_.node.on_alarm.empty()) return;
    std::string command = graph_.node.on_alarm, message = text, name = node_;
    std::string shell = "sh", flag = "-c";
    // As arguments, not as text of the command: what an actor says must not become a program.
    char* arguments[] = {shell.data(), flag.data(),    command.data(), command.data(),
                         name.data(),  message.data(), nullptr};
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, "/bin/sh", nullptr, &attributes, arguments, environ);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) tell_event("failed", "on_alarm", strerror(error));
}

}  // namespace streamlib::supervision
