// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <thread>

#include "supervisor/cli/node_client.hpp"
#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/verbs.hpp"
#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_json.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] Nanoseconds left_until(MonotonicTime deadline) {
    return std::max<Nanoseconds>(deadline - MonotonicTime::now(), 0);
}

void print_table(Screen& screen, std::string text) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (!text.empty()) screen.line(text);
}

/// Until nobody holds the node's lock any more.
[[nodiscard]] bool wait_for_end(const NodeClient& node, MonotonicTime deadline) {
    while (node.alive()) {
        if (MonotonicTime::now() >= deadline) return false;
        std::this_thread::sleep_for(
            std::chrono::milliseconds(10));  // A lock tells nobody that it is free.
    }
    return true;
}

/// Waits for a state, over the node's limit of one wait and over a control process that is not there (yet). Once the
/// deadline has come: an answer with `reached` false. Where it is in one of `dead_ends` before, nothing more is to come:
/// the same.
[[nodiscard]] Result<WaitAnswer> wait_long(const NodeClient& node, const std::string& actor,
                                           std::string_view state, MonotonicTime deadline,
                                           std::initializer_list<std::string_view> dead_ends = {},
                                           std::uint64_t incarnation = 0) {
    const Nanoseconds slice = dead_ends.size() == 0 ? 30'000'000'000 : 250'000'000;
    for (;;) {
        const Nanoseconds left = left_until(deadline);
        auto answer = node.wait(actor, state, std::min(left, slice), incarnation);
        const bool not_there = !answer && answer.error().code == Errc::gone && node.alive();
        if (not_there && left > 0) continue;
        if (!answer || answer->reached || left == 0) return answer;
        if (std::find(dead_ends.begin(), dead_ends.end(), answer->state) != dead_ends.end())
            return answer;
    }
}

[[nodiscard]] int stop_whole_node(const NodeClient& node, const CommandLine& line, Screen& screen) {
    const MonotonicTime deadline = MonotonicTime::now() + line.timeout_ns;
    const auto asked = node.stop_node();
    const bool ended = !asked && asked.error().code == Errc::gone && !node.alive();
    if (!asked && !ended) return failed(screen, asked.error());
    if (wait_for_end(node, deadline)) return 0;
    screen.error("node " + node.name() + " has not ended within " + span_of(line.timeout_ns));
    return 1;
}

/// Until that incarnation, or a later one, is RUNNING. The exit status; what kept it from that is printed.
[[nodiscard]] int wait_for_incarnation(const NodeClient& node, const ActorRow& actor,
                                       std::uint64_t incarnation, MonotonicTime deadline,
                                       Nanoseconds timeout_ns, Screen& screen) {
    const auto answer =
        wait_long(node, actor.name, "RUNNING", deadline, {"FAILED", "STOPPED"}, incarnation);
    if (!answer) return failed(screen, answer.error());
    if (answer->reached) return 0;
    screen.error("actor " + actor.name + ": " +
                 not_restarted_words(*answer, incarnation, timeout_ns - left_until(deadline)));
    return 1;
}

}  // namespace

int ps_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const auto rows = node->actors();
    if (!rows) return failed(screen, rows.error());
    if (line.json) {
        for (const ActorRow& row : *rows) screen.line(ps_line(row));
    } else {
        print_table(screen, ps_words(*rows, screen.terminal().colours));
    }
    return 0;
}

int tree_verb(const CommandLine& line, Screen& screen) {
    const auto client = NodeClient::find(line.node);
    if (!client) return failed(screen, client.error());
    const auto node = client->node();
    if (!node) return failed(screen, node.error());
    const auto rows = client->actors();
    if (!rows) return failed(screen, rows.error());
    const auto supervisors = client->supervisors();
    if (!supervisors) return failed(screen, supervisors.error());
    if (!line.json) {
        print_table(screen, tree_words(*node, *rows, *supervisors, screen.terminal().colours));
        return 0;
    }
    for (const TreeRow& row : tree_rows(*rows, *supervisors))
        screen.line(tree_line(row, *rows, *supervisors));
    return 0;
}

int stop_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    if (line.subject.empty()) return stop_whole_node(*node, line, screen);
    const MonotonicTime deadline = MonotonicTime::now() + line.timeout_ns;
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto asked = node->stop_actor(*actor);
    if (!asked) return failed(screen, asked.error());
    const auto answer = wait_long(*node, actor->name, "STOPPED", deadline, {"FAILED"});
    // With its last actor the node may end, and with that all is stopped.
    if (!answer) return answer.error().code == Errc::gone ? 0 : failed(screen, answer.error());
    if (answer->reached) return 0;
    screen.error("actor " + actor->name + ": " +
                 not_reached_words(*answer, "STOPPED", line.timeout_ns - left_until(deadline)));
    return 1;
}

int restart_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const MonotonicTime deadline = MonotonicTime::now() + line.timeout_ns;
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto incarnation = node->restart_actor(*actor);
    if (!incarnation) return failed(screen, incarnation.error());
    return wait_for_incarnation(*node, *actor, *incarnation, deadline, line.timeout_ns, screen);
}

int replace_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const MonotonicTime deadline = MonotonicTime::now() + line.timeout_ns;
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto incarnation = node->replace_actor(*actor, line.sets);
    if (!incarnation) return failed(screen, incarnation.error());
    if (wait_for_incarnation(*node, *actor, *incarnation, deadline, line.timeout_ns, screen) != 0)
        return 1;
    // Where it failed in start(), the next one runs, as the actor was before.
    const auto now = node->actor(actor->name);
    if (!now) return failed(screen, now.error());
    if (now->incarnation == *incarnation) return 0;
    screen.error("actor " + actor->name + ": incarnation " + std::to_string(*incarnation) +
                 " did not last: " + now->exit.value_or("") + "; incarnation " +
                 std::to_string(now->incarnation) + " is " + now->state);
    return 1;
}

int kill_verb(const CommandLine& line, Screen& screen) {
    const auto node = NodeClient::find(line.node);
    if (!node) return failed(screen, node.error());
    const auto actor = node->actor(line.subject);
    if (!actor) return failed(screen, actor.error());
    const auto asked = node->kill_actor(*actor, line.signal);
    return asked ? 0 : failed(screen, asked.error());
}

int wait_verb(const CommandLine& line, Screen& screen) {
    const MonotonicTime deadline = MonotonicTime::now() + line.timeout_ns;
    const auto name = instance_name(line.subject);
    if (!name) return failed(screen, name.error());
    const auto node = NodeClient::wait_for(line.node, deadline);
    if (!node) return failed(screen, node.error());
    const auto answer = wait_long(*node, *name, line.state, deadline);
    if (!answer) {
        // What a node that has ended ran is stopped.
        const bool stopped =
            answer.error().code == Errc::gone && line.state == "STOPPED" && !node->alive();
        return stopped ? 0 : failed(screen, answer.error());
    }
    if (answer->reached) return 0;
    if (!answer->known) {
        const auto actor = node->actor(line.subject);
        if (!actor) return failed(screen, actor.error());
    }
    screen.error("actor " + *name + ": " + not_reached_words(*answer, line.state, line.timeout_ns));
    return 1;
}

}  // namespace streamlib::supervision
