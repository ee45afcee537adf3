// SPDX-License-Identifier: Apache-2.0
// The examples, by the commands of their comments: each runs, its probes see blocks, and every frame that did not come
// is in somebody's count.
#include <gmock/gmock.h>

#include "tests/system/system_test.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

class Examples : public SystemTest {
protected:
    static void expect_counted(const std::string& figures, const Answer& answer, double most) {
        ASSERT_FALSE(figures.empty()) << answer.out << answer.error;
        const double blocks = json_number(figures, "blocks"),
                     missing = json_number(figures, "missing");
        EXPECT_GT(blocks, 10) << figures;
        EXPECT_LE(blocks, most) << figures;
        EXPECT_EQ(json_number(figures, "backward"), 0) << figures;
        const Totals totals = totals_of(answer.out);
        ASSERT_TRUE(totals.found) << answer.out;
        EXPECT_LE(missing, static_cast<double>(totals.losses())) << figures << answer.out;
    }
};

TEST_F(Examples, bars) {
    const Answer answer = run({"examples/bars.toml", "--for", "2s", "--set", "eye.path=eye.json",
                               "--set", "ear.path=ear.json"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    expect_counted(content(path("eye.json")), answer, 2.5 * 60);
    expect_counted(content(path("ear.json")), answer, 2500);
    EXPECT_THAT(content(path("eye.json")), HasSubstr(R"("index":"burnt")"));
}

TEST_F(Examples, a_class_from_a_plugin) {
    const Answer answer =
        run({"examples/custom_actor/mirror.toml", "--for", "2s", "--set", "eye.path=eye.json"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    expect_counted(content(path("eye.json")), answer, 2.5 * 60);
}

TEST_F(Examples, a_plugin_that_turns_nothing_leaves_the_index_readable) {
    const Answer answer =
        run({"examples/custom_actor/mirror.toml", "--for", "1s", "--set", "eye.path=eye.json",
             "--set", "mirror.enabled=false", "--set", "bars.index=true"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(json_number(content(path("eye.json")), "unreadable"), 0);
    EXPECT_THAT(content(path("eye.json")), HasSubstr(R"("index":"burnt")"));
}

TEST_F(Examples, a_graph_in_a_program_of_ones_own) {
    const Answer answer = call({"build/release/pipeline", "2"});
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    EXPECT_EQ(answer.error, "");
    // Each probe's line begins with its name and the blocks it saw.
    for (const char* const eye : {"eye: ", "second_eye: "}) {
        double blocks = 0;
        for (const std::string& line : lines_of(answer.out)) {
            if (line.starts_with(eye)) blocks = std::atof(line.c_str() + std::string(eye).size());
        }
        EXPECT_GT(blocks, 2) << eye << " in\n" << answer.out;
    }
    EXPECT_TRUE(processes_of("pipeline").empty());
}

}  // namespace
}  // namespace streamlib::test
