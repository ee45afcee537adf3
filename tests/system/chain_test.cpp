// SPDX-License-Identifier: Apache-2.0
// A chain of four actors at 60 frames a second, and a probe behind it: no frame twice, none missing, and the chain
// adds its work and not a period a hop. For STREAMLIB_CHAIN_SECONDS, else 10.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

class Chain : public SystemTest {};

TEST_F(Chain, of_four_actors_repeats_and_skips_nothing_within_one_period) {
    write("chain.toml", R"(links = ["bars >> one >> two >> three >> eye"]
[clock]
rate = "60"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 8"
[actors.one]
class = "Overlay"
position = "top_right"
trigger = "cascade"
[actors.two]
class = "Buffer"
[actors.three]
class = "Overlay"
trigger = "cascade"
[actors.eye]
class = "Probe"
trigger = "cascade"
path = "eye.json"
)");
    const char* const wanted = std::getenv("STREAMLIB_CHAIN_SECONDS");
    const int seconds = wanted != nullptr ? std::atoi(wanted) : 10;
    constexpr double period = 1e9 / 60;
    std::string figures;
    Answer answer;
    // A machine that is busy with something else makes blocks late, which shows as repeats. A fault of ours does so in every run.
    constexpr int attempts = 4;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        answer =
            run({"chain.toml", "--for", std::to_string(seconds) + "s"}, (seconds + 30) * second);
        figures = content(path("eye.json"));
        std::printf("%s", figures.c_str());
        // Quiet or not: what did not come is in somebody's count.
        EXPECT_LE(json_number(figures, "missing"),
                  static_cast<double>(totals_of(answer.out).losses()))
            << answer.out;
        const bool disturbed = totals_of(answer.out).losses() != 0 ||
                               json_number(figures, "repeats") != 0 ||
                               json_number(figures, "max", "latency_origin_ns") >= period;
        if (answer.status != 0 || !disturbed) break;
        std::printf("%s\nthe machine is overloaded\n", lines_of(answer.out).back().c_str());
    }
    ASSERT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_GT(json_number(figures, "blocks"), (seconds - 1) * 60);
    EXPECT_EQ(json_number(figures, "repeats"), 0) << answer.out;
    EXPECT_EQ(json_number(figures, "gaps"), 0) << answer.out;
    EXPECT_EQ(json_number(figures, "backward"), 0);
    EXPECT_LT(json_number(figures, "max", "latency_origin_ns"), period) << figures;
    EXPECT_GT(json_number(figures, "min", "latency_origin_ns"), 0);
}

// The end goes through the chain within a tick: a stream that has ended keeps nobody waiting, and is no repeat.
TEST_F(Chain, that_ends_repeats_nothing_at_its_end) {
    write("short.toml", R"(links = ["bars >> one >> two >> three >> eye"]
[clock]
rate = "60"
[actors.bars]
class = "TestPattern"
format = "320x180 YCbCr-4:2:2 8"
count = 30
[actors.one]
class = "Buffer"
[actors.two]
class = "Buffer"
[actors.three]
class = "Buffer"
[actors.eye]
class = "Probe"
trigger = "cascade"
path = "eye.json"
)");
    // A late block, which is counted, may make a repeat; then another run tells.
    for (int attempt = 0; attempt < 10; ++attempt) {
        const Answer answer = run({"short.toml"});
        ASSERT_EQ(answer.status, 0) << answer.out << answer.error;
        const std::string figures = content(path("eye.json"));
        if (json_number(figures, "repeats") == 0) {
            EXPECT_EQ(
                json_number(figures, "blocks") + static_cast<double>(totals_of(answer.out).missed),
                30)
                << figures;
            return;
        }
        std::printf("%s", figures.c_str());
    }
    ADD_FAILURE() << "every run repeats a frame";
}

}  // namespace
}  // namespace streamlib::test
