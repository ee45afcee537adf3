// SPDX-License-Identifier: Apache-2.0
// What the launcher says of what happened: to the event book, to its observer, and to whoever has to come running.
#include <spawn.h>

#include <cstdio>

#include "supervisor/launcher/launcher.hpp"

extern char** environ;

namespace streamlib::supervision {
namespace {

std::string in_ms(Nanoseconds ns) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(ns) / 1e6);
    return text;
}

}  // namespace

void Launcher::tell_event(const char* kind, const std::string& subject, const std::string& text) {
    const std::string word = kind;
    const auto level = word == "alarm" || word == "gave-up" || word == "failed"
                           ? ipc::LogLevel::error
                       : word == "hung" ? ipc::LogLevel::warning
                                        : ipc::LogLevel::info;
    events_.write(level, word, subject, text);
    observer_.event(word, subject, text);
}

/// A new incarnation is READY.
void Launcher::tell_restart(std::uint32_t actor) {
    const Child& child = children_[actor];
    observer_.restarted({.index = actor,
                         .incarnation = child.state.incarnation,
                         .tier = child.by_exec ? ipc::SpawnTier::exec : ipc::SpawnTier::fork,
                         .detected = child.ended,
                         .spawned = child.spawned,
                         .reported = child.reported,
                         .ready = child.ready});
    std::string text = "incarnation " + std::to_string(child.state.incarnation) + " by " +
                       (child.by_exec ? "exec" : "fork") + ", ready " +
                       in_ms(child.ready - child.spawned) + " after its spawn";
    if (child.spawned >= child.ended && child.ended.ns != 0)
        text += ", spawned " + in_ms(child.spawned - child.ended) + " after it was seen dead";
    if (!child.last_exit_text.empty()) text += "; " + child.last_exit_text;
    tell_event("restarted", child.planned->name, text);
}

/// `on_alarm` is a person's program: it runs beside the node, and what becomes of it is its own affair.
void Launcher::raise_alarm(const std::string& text) {
    tell_event("alarm", node_, text);
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
