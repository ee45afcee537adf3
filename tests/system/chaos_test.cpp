// SPDX-License-Identifier: Apache-2.0
// Random harm to a node under load, three levels of supervisors deep: everybody is back, no block was torn, nobody was
// there twice, and the launcher holds what it held before.
//
//     STREAMLIB_CHAOS_SECONDS=600 STREAMLIB_CHAOS_SEED=7 chaos_test
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "supervisor/cli/node_client.hpp"
#include "tests/system/chaos_actors.hpp"
#include "tests/system/chaos_node.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using supervision::NodeClient;
using testing::IsEmpty;

/// So many restarts that the harm done here never spends them, at each level: 10000 in 10 s. What happens when they are
/// spent is launcher_escalation_test's. A short cap of the backoff, since this harm leaves few runs healthy.
constexpr const char* budget = "intensity = 10000\nperiod = \"10s\"\nbackoff = \"1ms..100ms\"\n";

const std::vector<std::string>& actor_names() {
    static const std::vector<std::string> names{
        "eye",    "load_a",     "eye_judge", "left",      "right",  "left_judge", "mix", "tail",
        "load_b", "tail_judge", "ear",       "ear_judge", "load_c", "boss",       "kid"};
    return names;
}

/// node ─ top (one_for_one) ─ middle (rest_for_one) ─ low (one_for_all); some below the node itself; a parent with a child.
std::string graph_text(const std::string& folder) {
    std::string text =
        "links = [\"eye >> eye_judge\", \"eye >> left.in\", \"eye >> right.in\", \"left >> "
        "left_judge\",\n"
        "  \"left >> mix.in\", \"right >> mix.side\", \"mix >> tail.in\", \"tail >> tail_judge\",\n"
        "  \"ear >> ear_judge\", \"boss >> kid\"]\n"
        "[node]\nplugins = [\"" STREAMLIB_BINARY_DIR
        "/tests/libchaos_actors.so\"]\n"
        "[clock]\nrate = \"50\"\n";
    const auto actor = [&](const std::string& name, const std::string& kind,
                           const std::string& more) {
        text += "[actors." + name + "]\nclass = \"Chaos" + kind + "\"\n" + more + "\n";
        if (kind == "Judge" || kind == "Relay") text += "verdicts = \"" + folder + "\"\n";
    };
    actor("eye", "Source", "supervisor = \"top\"");
    actor("load_a", "Load", "supervisor = \"top\"\npercent = 35");
    actor("eye_judge", "Judge", "supervisor = \"top\"");
    actor("left", "Relay", "supervisor = \"middle\"");
    actor("right", "Relay", "supervisor = \"middle\"");
    actor("left_judge", "Judge", "supervisor = \"middle\"");
    actor("mix", "Relay", "supervisor = \"low\"");
    actor("tail", "Relay", "supervisor = \"low\"");
    actor("load_b", "Load", "supervisor = \"low\"\npercent = 35");
    actor("tail_judge", "Judge", "supervisor = \"low\"");
    actor("ear", "Source", "restart = \"permanent\"");
    actor("ear_judge", "Judge", "restart = \"transient\"");
    actor("load_c", "Load", "restart = \"permanent\"\nstart = \"exec\"\npercent = 30");
    actor("boss", "Source", "restart = \"permanent\"");
    actor("kid", "Judge", "restart = \"permanent\"\nparent = \"boss\"");
    const auto supervisor = [&](const std::string& name, const std::string& more) {
        text += "[supervisors." + name + "]\n" + more + budget;
    };
    supervisor("node", "");
    supervisor("top", "strategy = \"one_for_one\"\n");
    supervisor("middle", "strategy = \"rest_for_one\"\nparent = \"top\"\n");
    supervisor("low", "strategy = \"one_for_all\"\nparent = \"middle\"\n");
    return text;
}

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

template <class Condition>
bool eventually(const Condition& holds, Nanoseconds timeout = 30 * second) {
    for (const MonotonicTime end = MonotonicTime::now() + timeout; !holds();
         ::poll(nullptr, 0, 20)) {
        if (MonotonicTime::now() > end) return false;
    }
    return true;
}

class Chaos : public SystemTest {
protected:
    void begin() {
        program_ = start({write("chaos.toml", graph_text(folder_.string()))});
        for (const std::string& name : actor_names()) wait_for(name, "RUNNING");
    }
    /// Who is not RUNNING, and what it is instead.
    std::string not_running() {
        std::string text;
        const auto rows = ps();
        EXPECT_EQ(rows.size(), actor_names().size());
        for (const auto& row : rows) {
            if (row.state != "RUNNING")
                text += row.name + " " + row.state + " (" + row.exit.value_or("") + "); ";
        }
        return text;
    }
    [[nodiscard]] std::size_t spares() const {
        const auto all = living_children(program_->pid());
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [](const auto& one) { return one.comm == "sl-spare"; }));
    }
    [[nodiscard]] const ChaosVerdict& verdict(const std::string& input) {
        const auto bytes = content(folder_ / (input + ".verdict"));
        EXPECT_EQ(bytes.size(), sizeof(ChaosVerdict)) << input;
        static ChaosVerdict copy;
        std::memcpy(static_cast<void*>(&copy), bytes.data(), std::min(bytes.size(), sizeof copy));
        return copy;
    }
    void expect_whole_blocks();
    void expect_holdings(const Holdings& before);

    std::unique_ptr<Program> program_;
    const std::vector<std::string> inputs_{"eye_judge.in", "left.in",  "right.in", "left_judge.in",
                                           "mix.in",       "mix.side", "tail.in",  "tail_judge.in",
                                           "ear_judge.in", "kid.in"};
};

void Chaos::expect_whole_blocks() {
    std::uint64_t blocks = 0, restarts = 0;
    for (const std::string& input : inputs_) {
        const ChaosVerdict& seen = verdict(input);
        EXPECT_GT(seen.blocks, 0U) << input;
        EXPECT_EQ(seen.torn, 0U) << input;
        EXPECT_EQ(seen.kept_torn, 0U) << input;
        EXPECT_EQ(seen.went_back, 0U) << input;
        EXPECT_EQ(seen.repeated, 0U) << input;
        EXPECT_EQ(seen.wrong_owner, 0U) << input;
        blocks += seen.blocks;
        restarts += seen.restarts_seen;
    }
    std::printf("%llu blocks were checked, readers noticed %llu restarts of their writer\n",
                static_cast<unsigned long long>(blocks), static_cast<unsigned long long>(restarts));
    EXPECT_GT(restarts, 0U);
}

/// Descriptors as before; memory within what a run allocates once (texts of failures, containers that grew).
void Chaos::expect_holdings(const Holdings& before) {
    const pid_t launcher = program_->pid();
    EXPECT_TRUE(eventually([&] { return holdings_of(launcher).descriptors == before.descriptors; }))
        << "descriptors: " << before.descriptors << " before, " << holdings_of(launcher).descriptors
        << " after: " << descriptor_kinds(launcher);
    const Holdings after = holdings_of(launcher);
    std::printf("launcher: %zu descriptors, %zu mappings, %llu kB before; %zu, %zu, %llu after\n",
                before.descriptors, before.mappings,
                static_cast<unsigned long long>(before.own_kilobytes), after.descriptors,
                after.mappings, static_cast<unsigned long long>(after.own_kilobytes));
    EXPECT_LE(after.mappings, before.mappings + 4);
    EXPECT_LE(after.own_kilobytes, before.own_kilobytes + 4096);
}

// What the test relies on sees what it is there to see.

TEST(ChaosBlock, is_not_whole_with_any_byte_changed_or_half_of_another_block_in_it) {
    std::array<std::byte, 512> block{}, later{};
    ChaosHeader header;
    write_block(block, 7, 2);
    EXPECT_TRUE(is_whole(block, header));
    EXPECT_EQ(header.incarnation, 2U);
    for (std::byte& byte : block) {
        byte ^= std::byte{1};
        EXPECT_FALSE(is_whole(block, header));
        byte ^= std::byte{1};
    }
    write_block(later, 8, 2);
    std::copy_n(later.begin() + 256, 256, block.begin() + 256);
    EXPECT_FALSE(is_whole(block, header));
}

TEST(ChaosWatcher, sees_two_processes_under_one_name_and_none_that_follow_each_other) {
    const auto child = [] {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_NAME, "twin");
            for (;;) ::pause();
        }
        return pid;
    };
    const auto end = [](pid_t pid) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    };
    std::vector<pid_t> twins{child()};
    Watcher one_by_one(::getpid(), {"twin"});
    for (int n = 0; n < 20; ++n) {
        ::poll(nullptr, 0, 5);
        end(twins[0]);
        twins[0] = child();
    }
    one_by_one.end();
    EXPECT_THAT(one_by_one.doubles(), IsEmpty());
    EXPECT_GT(one_by_one.sightings(), 0U);
    twins.push_back(child());
    Watcher both(::getpid(), {"twin"});
    EXPECT_TRUE(eventually([&] { return both.samples() > 20; }));
    both.end();
    EXPECT_FALSE(both.doubles().empty());
    for (const pid_t twin : twins) end(twin);
}

TEST_F(Chaos, leaves_everybody_running_and_no_block_torn) {
    const auto seconds = static_cast<Nanoseconds>(number_in("STREAMLIB_CHAOS_SECONDS", 25));
    const auto seed =
        static_cast<std::uint32_t>(number_in("STREAMLIB_CHAOS_SEED", std::random_device{}()));
    std::printf("chaos for %lld s, STREAMLIB_CHAOS_SEED=%u\n", static_cast<long long>(seconds),
                seed);
    std::fflush(stdout);
    begin();
    ASSERT_FALSE(HasFailure());
    const pid_t launcher = program_->pid();
    ASSERT_TRUE(eventually([&] { return spares() == 2; }));
    const Holdings before = holdings_of(launcher);
    Watcher watcher(launcher, actor_names());
    Monkey monkey(launcher, actor_names(), seed);
    for (const MonotonicTime end = MonotonicTime::now() + seconds * second;
         MonotonicTime::now() < end && living_children(launcher).size() > 1;)
        monkey.act();
    monkey.release_all();
    int harm = 0;
    for (const auto& [what, count] : monkey.done()) {
        std::printf("  %5d  %s\n", count, what.c_str());
        harm += count;
    }
    EXPECT_GT(harm, seconds * 3);
    const MonotonicTime over = MonotonicTime::now();
    EXPECT_TRUE(eventually([&] { return not_running().empty(); })) << not_running();
    std::printf("all RUNNING %.1f s after the last harm\n",
                static_cast<double>(MonotonicTime::now() - over) / 1e9);
    // Most of those who were told to hang were killed by something else before the second was over: this one is not.
    const std::uint64_t restarts = ps("eye").restarts;
    for (const NodeProcess& process : living_children(program_->pid())) {
        if (process.comm != "eye") continue;
        EXPECT_TRUE(send_signal(process, SIGRTMIN + static_cast<int>(ChaosWish::hang)));
    }
    EXPECT_TRUE(eventually([&] { return ps("eye").restarts > restarts; }));
    EXPECT_TRUE(eventually([&] { return not_running().empty(); })) << not_running();
    // RUNNING means that it works: what comes out at the far end grows.
    for (const std::string& input : inputs_) {
        const std::uint64_t blocks = verdict(input).blocks;
        EXPECT_TRUE(eventually([&] { return verdict(input).blocks > blocks + 10; })) << input;
    }
    EXPECT_TRUE(eventually([&] { return spares() == 2; })) << spares() << " spares";
    expect_holdings(before);
    watcher.end();
    EXPECT_THAT(watcher.doubles(), IsEmpty());
    EXPECT_GT(watcher.sightings(), watcher.samples() * 5);
    std::printf("%llu samples of the process table\n",
                static_cast<unsigned long long>(watcher.samples()));
    expect_whole_blocks();
    EXPECT_EQ(streamlib({"stop", "--node", node_}).status, 0);
    const Answer end = program_->wait();
    EXPECT_EQ(end.status, 0) << end.out << end.error;
    EXPECT_GT(count_of(end.out + end.error, "hung"), 0U) << end.out << end.error;
}

/// Restarts and stops actors at random, as an operator's scripts might, until it is told to end.
class Operator {
public:
    Operator(const std::string& node, std::uint32_t seed)
        : thread_([this, node, seed] { work(node, seed); }) {}
    ~Operator() { end(); }
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;
    void end() {
        goes_on_ = false;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] int refused() const { return refused_; }

private:
    void work(const std::string& node, std::uint32_t seed) {
        std::mt19937 random(seed);
        const auto client = NodeClient::find(node);
        while (client && goes_on_) {
            const auto rows = client->actors();
            if (!rows || rows->empty()) continue;
            const auto& row = (*rows)[random() % rows->size()];
            // Who stops the last source ends the run: nobody stops this one.
            const bool stop = row.name != "ear" && random() % 3 == 0;
            const bool well =
                stop ? client->stop_actor(row).has_value() : client->restart_actor(row).has_value();
            ++(well ? done_ : refused_);
        }
    }
    std::atomic<bool> goes_on_{true};
    std::atomic<int> done_{0}, refused_{0};
    std::thread thread_;
};

TEST_F(Chaos, of_operators_who_restart_and_stop_the_same_actors_at_once_leaves_nothing_undone) {
    const auto seed =
        static_cast<std::uint32_t>(number_in("STREAMLIB_CHAOS_SEED", std::random_device{}()));
    std::printf("STREAMLIB_CHAOS_SEED=%u\n", seed);
    std::fflush(stdout);
    begin();
    ASSERT_FALSE(HasFailure());
    Watcher watcher(program_->pid(), actor_names());
    Monkey monkey(program_->pid(), actor_names(), seed);
    {
        Operator one(node_, seed + 1), two(node_, seed + 2), three(node_, seed + 3);
        for (const MonotonicTime end = MonotonicTime::now() + 6 * second;
             MonotonicTime::now() < end;)
            monkey.act();
        monkey.release_all();  // who waits for a control process that is stopped waits long
        one.end(), two.end(), three.end();
        std::printf("%d requests were granted, %d refused\n",
                    one.done() + two.done() + three.done(),
                    one.refused() + two.refused() + three.refused());
        EXPECT_GT(one.done(), 10);
    }
    const MonotonicTime over = MonotonicTime::now();
    // What a person has stopped stays down until a person restarts it. A child is refused while its parent is down.
    const auto client = NodeClient::find(node_);
    ASSERT_TRUE(client) << client.error().text << program_->so_far().out
                        << program_->so_far().error;
    EXPECT_TRUE(eventually([&] {
        const auto rows = client->actors();
        if (!rows) return false;
        bool all = rows->size() == actor_names().size();
        for (const auto& row : *rows) {
            if (row.state == "STOPPED" || row.state == "FAILED")
                static_cast<void>(client->restart_actor(row));
            all = all && row.state == "RUNNING";
        }
        return all;
    })) << not_running();
    std::printf("all RUNNING %.1f s after the last harm\n",
                static_cast<double>(MonotonicTime::now() - over) / 1e9);
    for (const std::string& input : inputs_) {
        const std::uint64_t blocks = verdict(input).blocks;
        EXPECT_TRUE(eventually([&] { return verdict(input).blocks > blocks + 10; })) << input;
    }
    watcher.end();
    EXPECT_THAT(watcher.doubles(), IsEmpty());
    expect_whole_blocks();
    EXPECT_EQ(streamlib({"stop", "--node", node_}).status, 0);
    const Answer end = program_->wait();
    EXPECT_EQ(end.status, 0) << end.out << end.error;
}

}  // namespace
}  // namespace streamlib::test
