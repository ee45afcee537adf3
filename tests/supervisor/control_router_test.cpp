// SPDX-License-Identifier: Apache-2.0
#include "supervisor/control/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/control/api_json.hpp"
#include "supervisor/control/supervision_json.hpp"

using namespace streamlib;
using namespace streamlib::supervision;
using testing::HasSubstr;

namespace {

/// A node that is only values.
class FakeNode final : public NodeSource {
public:
    FakeNode() {
        rows[0].name = "clip";
        rows[0].state = "RUNNING";
        rows[0].uri = "actor://host/MediaFile/clip";
        rows[0].index = 4;
        rows[0].generation = 9;
        rows[1].name = "out";
        rows[1].state = "FAILED";
        rows[1].exit = "signal 9 (SIGKILL)";
    }
    NodeRow node() const override {
        NodeRow row;
        row.name = "studio";
        row.actors = rows.size();
        return row;
    }
    std::vector<ActorRow> actors() const override { return rows; }
    std::optional<ActorRow> actor(std::string_view name) const override {
        for (const ActorRow& row : rows) {
            if (row.name == name) return row;
        }
        return std::nullopt;
    }
    std::vector<RingRow> rings() const override {
        return {{"clip.video", "1280x720", 1, 4, 3, 1, 0, 100, 400, {{"out.video", 2}}}};
    }
    Result<LogPage> logs(const ActorRow& actor, const LogQuery& query) const override {
        if (actor.name == "out") return fail(Errc::not_found, "actor out: has no log yet");
        asked = query;
        return LogPage{{{query.from, 5, "info", 1, "hello"}}, query.from + 1, 0};
    }
    std::vector<SupervisorRow> supervisors() const override {
        return {{"node", "", "one_for_one", "RUNNING", 10, 9, 10'000}};
    }
    Result<EventPage> events(const LogQuery& query) const override {
        asked = query;
        return EventPage{{{query.from, 5, "error", "failed", "out", "exit 1"}}, query.from + 1, 0};
    }
    std::uint64_t snapshots_answered(const ActorRow&) const override { return answered; }
    SnapshotRow snapshot(const ActorRow& actor) const override {
        return {actor.name, actor.class_name, true, newest, 1, 12, 5, 6, 1};
    }
    Result<std::string> snapshot_file(const ActorRow& actor) const override {
        if (actor.name == "out") return fail(Errc::not_found, "actor out: has kept no state");
        return std::string("SLSNAP01 and so on");
    }
    std::vector<CounterRow> counters(const std::vector<ActorRow>& actors) const override {
        std::vector<CounterRow> counted;
        for (const ActorRow& row : actors)
            if (row.name != "out") counted.push_back({row.name, "video", "no_free_slot", 3});
        return counted;
    }
    Result<std::string> sdp(const ActorRow& actor) const override {
        if (actor.name == "out") return fail(Errc::not_found, "actor out: sends nothing");
        if (sdp_error) return fail(Errc::io, "clip.sdp: longer than 65536 bytes");
        return std::string("v=0\r\n");
    }
    CrashReport crash(const ActorRow& actor) const override {
        CrashReport report;
        report.name = actor.name;
        report.died = actor.name == "out";
        return report;
    }
    std::vector<ActorRow> rows{2};
    std::uint64_t answered = 0, newest = 3;  // of its snapshots
    bool sdp_error = false;
    mutable LogQuery asked;
};

HttpResponse response(const FakeNode& node, const std::string& method, const std::string& target) {
    Routed routed = route({method, target, {}}, node);
    const auto* found = std::get_if<HttpResponse>(&routed);
    EXPECT_NE(found, nullptr) << target;
    return found != nullptr ? *found : HttpResponse{0, {}};
}

TEST(Router, tells_actors_node_tree_and_rings) {
    const FakeNode node;
    const auto rows = read_actors(response(node, "GET", "/v1/actors").body);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].uri, "actor://host/MediaFile/clip");
    EXPECT_EQ((*rows)[1].exit, "signal 9 (SIGKILL)");
    EXPECT_FALSE((*rows)[0].exit);
    EXPECT_EQ(read_node(response(node, "GET", "/v1/node").body)->name, "studio");
    EXPECT_THAT(response(node, "GET", "/v1/tree").body, HasSubstr(R"("kind":"node")"));
    const auto rings = read_rings(response(node, "GET", "/v1/rings").body);
    ASSERT_TRUE(rings);
    EXPECT_EQ(rings->at(0).output, "clip.video");
    EXPECT_EQ(rings->at(0).readers.at(0).input, "out.video");
}

TEST(Router, tells_one_actor_and_suggests_the_nearest_name) {
    const FakeNode node;
    EXPECT_EQ(read_actor(response(node, "GET", "/v1/actors/clip").body)->index, 4U);
    const HttpResponse missing = response(node, "GET", "/v1/actors/clp");
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(read_error(missing.body), R"(no actor "clp" in node studio; did you mean "clip"?)");
}

TEST(Router, hands_out_logs_from_a_number_or_the_last) {
    const FakeNode node;
    const auto page = read_logs(response(node, "GET", "/v1/actors/clip/logs?from=7").body);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next, 8U);
    EXPECT_EQ(page->lines.at(0).text, "hello");
    EXPECT_FALSE(node.asked.last);
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/logs?last=3").status, 200U);
    EXPECT_EQ(node.asked.last, 3U);
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/logs?from=x").status, 400U);
    EXPECT_EQ(response(node, "GET", "/v1/actors/out/logs").status, 404U);
}

TEST(Router, tells_supervisors_events_and_how_an_actor_died) {
    const FakeNode node;
    const auto supervisors = read_supervisors(response(node, "GET", "/v1/supervisors").body);
    ASSERT_TRUE(supervisors);
    EXPECT_EQ(supervisors->at(0).intensity_left, 9U);
    const auto events = read_events(response(node, "GET", "/v1/events?from=7").body);
    ASSERT_TRUE(events);
    EXPECT_EQ(events->next, 8U);
    EXPECT_EQ(events->events.at(0).subject, "out");
    EXPECT_EQ(response(node, "GET", "/v1/events?last=3").status, 200U);
    EXPECT_EQ(node.asked.last, 3U);
    EXPECT_EQ(response(node, "GET", "/v1/events?from=x").status, 400U);
    EXPECT_EQ(response(node, "POST", "/v1/events").status, 405U);
    EXPECT_TRUE(read_crash(response(node, "GET", "/v1/actors/out/crash").body)->died);
    EXPECT_FALSE(read_crash(response(node, "GET", "/v1/actors/clip/crash").body)->died);
    EXPECT_EQ(response(node, "POST", "/v1/actors/out/crash").status, 405U);
}

TEST(Router, tells_counters_of_all_actors_and_of_one) {
    const FakeNode node;
    const auto all = read_counters(response(node, "GET", "/v1/counters").body);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(all->at(0).actor, "clip");
    EXPECT_EQ(all->at(0).port, "video");
    EXPECT_EQ(all->at(0).name, "no_free_slot");
    EXPECT_EQ(all->at(0).value, 3U);
    EXPECT_EQ(read_counters(response(node, "GET", "/v1/actors/clip/counters").body)->size(), 1U);
    const HttpResponse none = response(node, "GET", "/v1/actors/out/counters");
    EXPECT_EQ(none.status, 404U);
    EXPECT_EQ(read_error(none.body), "actor out: has no counters yet");
    EXPECT_EQ(response(node, "GET", "/v1/actors/clp/counters").status, 404U);
    EXPECT_EQ(response(node, "POST", "/v1/actors/clip/counters").status, 405U);
    EXPECT_EQ(response(node, "POST", "/v1/counters").status, 405U);
}

TEST(Router, hands_out_session_descriptions_as_they_are) {
    FakeNode node;
    const HttpResponse sdp = response(node, "GET", "/v1/actors/clip/sdp");
    EXPECT_EQ(sdp.status, 200U);
    EXPECT_EQ(sdp.type, "application/sdp");
    EXPECT_EQ(sdp.body, "v=0\r\n");
    const HttpResponse none = response(node, "GET", "/v1/actors/out/sdp");
    EXPECT_EQ(none.status, 404U);
    EXPECT_EQ(read_error(none.body), "actor out: sends nothing");
    EXPECT_EQ(response(node, "POST", "/v1/actors/clip/sdp").status, 405U);
    node.sdp_error = true;
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/sdp").status, 409U);
}

TEST(Router, asks_the_launcher_to_stop_and_to_kill) {
    const FakeNode node;
    Routed routed = route({"POST", "/v1/actors/clip/stop?incarnation=3", {}}, node);
    const auto* stop = std::get_if<AskLauncher>(&routed);
    ASSERT_NE(stop, nullptr);
    EXPECT_EQ(stop->request.kind, control_link::RequestKind::stop_actor);
    EXPECT_EQ(stop->request.actor_index, 4U);
    EXPECT_EQ(stop->request.actor_generation, 9U);
    EXPECT_EQ(stop->request.incarnation, 3U);
    EXPECT_TRUE(control_link::request_in(control_link::bytes_of(stop->request)));

    routed = route({"POST", "/v1/actors/clip/kill?signal=term", {}}, node);
    const auto* kill = std::get_if<AskLauncher>(&routed);
    ASSERT_NE(kill, nullptr);
    EXPECT_EQ(kill->request.signal, 15);
    EXPECT_TRUE(control_link::request_in(control_link::bytes_of(kill->request)));
    EXPECT_EQ(response(node, "POST", "/v1/actors/clip/kill?signal=NOSUCH").status, 400U);

    routed = route({"POST", "/v1/actors/clip/restart?incarnation=3", {}}, node);
    const auto* restart = std::get_if<AskLauncher>(&routed);
    ASSERT_NE(restart, nullptr);
    EXPECT_EQ(restart->request.kind, control_link::RequestKind::restart_actor);
    EXPECT_EQ(restart->request.incarnation, 3U);
    EXPECT_TRUE(control_link::request_in(control_link::bytes_of(restart->request)));

    routed = route({"POST", "/v1/stop", {}}, node);
    ASSERT_NE(std::get_if<AskLauncher>(&routed), nullptr);
    EXPECT_EQ(std::get<AskLauncher>(routed).request.kind, control_link::RequestKind::stop_node);
}

TEST(Router, hands_the_properties_of_a_replacement_on) {
    const FakeNode node;
    const std::string target = "/v1/actors/clip/replace";
    Routed routed = route({"POST", target + "?set=a%3D1=2&set=b%3D", {}}, node);
    const auto* replace = std::get_if<AskLauncher>(&routed);
    ASSERT_NE(replace, nullptr);
    EXPECT_EQ(replace->request.kind, control_link::RequestKind::replace_actor);
    ASSERT_EQ(replace->settings.size(), 2U);
    EXPECT_EQ(replace->settings[0].key.view(), "a");
    EXPECT_EQ(replace->settings[0].value.view(), "1=2");
    EXPECT_EQ(replace->settings[1].key.view(), "b");
    EXPECT_EQ(replace->settings[1].value.view(), "");
    routed = route({"POST", target, {}}, node);
    ASSERT_NE(std::get_if<AskLauncher>(&routed), nullptr);

    // As bytes: of its own size, and only with what belongs to it.
    control_link::ReplaceRequest bytes;
    bytes.request = replace->request;
    bytes.count = control_link::max_settings;
    EXPECT_TRUE(control_link::replace_request_in(control_link::bytes_of(bytes)));
    EXPECT_FALSE(control_link::request_in(control_link::bytes_of(bytes)));
    EXPECT_FALSE(control_link::request_in(control_link::bytes_of(bytes.request)));
    bytes.count = control_link::max_settings + 1;
    EXPECT_FALSE(control_link::replace_request_in(control_link::bytes_of(bytes)));

    std::string most = target + "?set=a%3D1";
    for (int n = 0; n < 8; ++n) most += "&set=a%3D1";
    EXPECT_EQ(response(node, "POST", most).status, 400U);
    for (const std::string& wrong :
         {std::string("?set=a"), std::string("?set=%3D1"), "?set=" + std::string(64, 'k') + "%3D1",
          "?set=k%3D" + std::string(256, 'v')})
        EXPECT_EQ(response(node, "POST", target + wrong).status, 400U) << wrong;
    EXPECT_EQ(response(node, "GET", target).status, 405U);
}

TEST(Router, acts_on_post_only_and_tells_on_get_only) {
    const FakeNode node;
    EXPECT_EQ(response(node, "GET", "/v1/stop").status, 405U);
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/stop").status, 405U);
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/kill").status, 405U);
    EXPECT_EQ(response(node, "GET", "/v1/actors/clip/restart").status, 405U);
    EXPECT_EQ(response(node, "POST", "/v1/actors").status, 405U);
    EXPECT_EQ(response(node, "DELETE", "/v1/actors/clip").status, 405U);
}

TEST(Router, what_is_not_there_is_404_and_what_is_broken_is_400) {
    const FakeNode node;
    for (const char* target : {"/", "/v1", "/v2/actors", "/v1/nothing", "/v1/node/x",
                               "/v1/actors/clip/x", "/v1/actors/clip/logs/x"}) {
        EXPECT_EQ(response(node, "GET", target).status, 404U) << target;
    }
    for (const char* target :
         {"", "*", "/%", "/v1/wait", "/v1/wait?actor=clip&state=HAPPY",
          "/v1/wait?actor=clip&timeout_ms=soon", "/v1/wait?actor=clip&incarnation=-1"}) {
        const HttpResponse broken = response(node, "GET", target);
        EXPECT_EQ(broken.status, 400U) << target;
        EXPECT_FALSE(read_error(broken.body).empty());
    }
}

TEST(Router, waits_are_bounded) {
    const FakeNode node;
    Routed routed =
        route({"GET", "/v1/wait?actor=clip&state=STOPPED&timeout_ms=999999999999", {}}, node);
    const auto& wait = std::get<WaitFor>(routed);
    EXPECT_EQ(wait.actor, "clip");
    EXPECT_EQ(wait.state, "STOPPED");
    EXPECT_EQ(wait.timeout_ns, max_wait_ns);
}

TEST(Router, a_wait_knows_whether_it_is_over) {
    const FakeNode node;
    const WaitFor wait{"out", "STOPPED", 0};
    const WaitAnswer failed = wait_answer(wait, node.actor("out"));
    EXPECT_FALSE(failed.reached);
    EXPECT_TRUE(failed.known);
    EXPECT_EQ(failed.state, "FAILED");
    EXPECT_TRUE(wait_answer({"out", "FAILED", 0}, node.actor("out")).reached);
    EXPECT_FALSE(wait_answer(wait, std::nullopt).known);
    const auto read = read_wait(wait_response(failed).body);
    EXPECT_EQ(read->exit, "signal 9 (SIGKILL)");
}

TEST(Router, a_wait_for_a_new_incarnation_is_not_over_with_the_old_one) {
    FakeNode node;
    node.rows[0].incarnation = 2;
    const Routed routed = route({"GET", "/v1/wait?actor=clip&incarnation=3", {}}, node);
    const auto& wait = std::get<WaitFor>(routed);
    EXPECT_FALSE(wait_answer(wait, node.actor("clip")).reached);
    node.rows[0].incarnation = 4;
    EXPECT_TRUE(wait_answer(wait, node.actor("clip")).reached);
}

TEST(Router, puts_the_launchers_word_into_a_status) {
    control_link::Reply reply;
    EXPECT_EQ(reply_response(reply, "actor clip").body, R"({"ok":true})");
    reply.incarnation = 7;
    EXPECT_EQ(read_done(reply_response(reply, "actor clip").body)->incarnation, 7U);
    reply.outcome = control_link::Outcome::not_running;
    EXPECT_EQ(reply_response(reply, "actor clip").status, 409U);
    reply.outcome = control_link::Outcome::no_such_actor;
    EXPECT_EQ(reply_response(reply, "actor clip").status, 404U);
    reply.outcome = control_link::Outcome::refused;
    reply.text.set("the node is stopping");
    const HttpResponse refused = reply_response(reply, "actor clip");
    EXPECT_EQ(refused.status, 409U);
    EXPECT_EQ(read_error(refused.body), "actor clip: the node is stopping");
}

TEST(Router, a_snapshot_is_asked_for_and_its_file_is_handed_out) {
    FakeNode node;
    Routed routed = route({"POST", "/v1/actors/clip/snapshot?timeout_ms=300", {}}, node);
    const auto* asked = std::get_if<AskLauncher>(&routed);
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(asked->request.kind, control_link::RequestKind::snapshot_actor);
    EXPECT_TRUE(control_link::request_in(control_link::bytes_of(asked->request)));
    EXPECT_EQ(asked->snapshot.timeout_ns, 300'000'000);
    EXPECT_EQ(asked->snapshot.before, 3U);
    EXPECT_EQ(asked->snapshot.index, 4U);
    EXPECT_EQ(response(node, "POST", "/v1/actors/clip/snapshot?timeout_ms=x").status, 400U);
    const HttpResponse file = response(node, "GET", "/v1/actors/clip/snapshot");
    EXPECT_EQ(file.type, "application/octet-stream");
    EXPECT_EQ(file.body, "SLSNAP01 and so on");
    EXPECT_EQ(response(node, "GET", "/v1/actors/out/snapshot").status, 404U);
    EXPECT_EQ(response(node, "PUT", "/v1/actors/out/snapshot").status, 405U);
}

TEST(Router, a_snapshot_is_answered_once_it_is_there_or_will_not_come) {
    FakeNode node;
    SnapshotWait wait{"clip", 4, 9, 7, 3, 300'000'000};
    node.answered = 6;
    EXPECT_FALSE(snapshot_answer(wait, node, false));
    node.rows[0].pid = ::getpid();
    const auto late = snapshot_answer(wait, node, true);
    ASSERT_TRUE(late);
    EXPECT_EQ(late->status, 503U);
    EXPECT_THAT(read_error(late->body), HasSubstr("actor clip: no snapshot within 300ms: it does"));
    node.answered = 7;
    node.newest = 4;
    EXPECT_EQ(read_snapshot(snapshot_answer(wait, node, false)->body)->number, 4U);
    wait.before = 4;  // answered in vain: what is there is the one from before
    EXPECT_EQ(read_snapshot(snapshot_answer(wait, node, false)->body)->number, 0U);
    wait.request = 0;
    EXPECT_FALSE(read_snapshot(snapshot_answer(wait, node, false)->body)->keeps_state);
    wait.request = 8;
    node.rows[0].state = "FAILED";
    EXPECT_EQ(snapshot_answer(wait, node, false)->status, 409U);
    node.rows[0].generation = 10;  // another actor has the name now
    EXPECT_EQ(snapshot_answer(wait, node, false)->status, 404U);
}

TEST(ControlLink, takes_requests_of_the_right_size_kind_and_signal_only) {
    using namespace control_link;
    Request request;
    EXPECT_FALSE(request_in(bytes_of(request)));  // Kind 0.
    request.kind = RequestKind::stop_node;
    EXPECT_TRUE(request_in(bytes_of(request)));
    EXPECT_FALSE(request_in(bytes_of(request).first(sizeof request - 1)));
    EXPECT_FALSE(request_in({}));
    request.signal = 9;
    EXPECT_FALSE(request_in(bytes_of(request)));
    request.kind = RequestKind::kill_actor;
    EXPECT_TRUE(request_in(bytes_of(request)));
    for (const int signal : {0, -1, 65}) {
        request.signal = signal;
        EXPECT_FALSE(request_in(bytes_of(request))) << signal;
    }
    request.kind = static_cast<RequestKind>(6);
    EXPECT_FALSE(request_in(bytes_of(request)));
}

}  // namespace
