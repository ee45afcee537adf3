// SPDX-License-Identifier: Apache-2.0
// Classes from a plugin: probed in a child process, forked from a zygote of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/supervisor/node_run.hpp"

namespace streamlib::test {
namespace {

using testing::HasSubstr;

const std::string folder = std::string(STREAMLIB_BINARY_DIR) + "/tests/";

/// A graph file of this test's own.
class GraphFile {
public:
    explicit GraphFile(const std::string& text)
        : path_((std::filesystem::temp_directory_path() /
                 ("sl-plugin-" + std::to_string(::getpid()) + ".toml"))
                    .string()) {
        std::ofstream(path_) << text;
    }
    ~GraphFile() { std::filesystem::remove(path_); }
    GraphFile(const GraphFile&) = delete;
    GraphFile& operator=(const GraphFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string graph_with(const std::string& plugin, const std::string& more = {}) {
    return "links = [\"ticker >> sink\"]\n[node]\nplugins = [\"" + plugin +
           "\"]\n[actors.ticker]\nclass = \"Ticker\"\nblocks = 5\n[actors.sink]\nclass = "
           "\"PluginSink\"\n" +
           more;
}

TEST(LauncherPlugin, brings_classes_that_run_like_any_other) {
    const GraphFile graph(graph_with(folder + "liblauncher_good_plugin.so"));
    NodeRun run({graph.path()});
    EXPECT_EQ(run.finish(), 0) << testing::PrintToString(run.lines(""));
    EXPECT_THAT(run.lines("actor sink stopped"), testing::SizeIs(1));
}

TEST(LauncherPlugin, brings_classes_that_may_be_execed) {
    const GraphFile graph(graph_with(folder + "liblauncher_good_plugin.so", "start = \"exec\"\n"));
    NodeRun run({graph.path()});
    EXPECT_EQ(run.finish(), 0) << testing::PrintToString(run.lines(""));
}

TEST(LauncherPlugin, has_its_properties_judged_before_anything_starts) {
    const GraphFile graph(graph_with(folder + "liblauncher_good_plugin.so", "number = 10\n"));
    NodeRun run({graph.path()});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding").at(0), HasSubstr("actors.sink.number"));
    EXPECT_THAT(run.lines("planned"), testing::IsEmpty());
}

TEST(LauncherPlugin, costs_one_probing_process_when_it_crashes) {
    const GraphFile graph(graph_with(folder + "liblauncher_crashing_plugin.so"));
    NodeRun run({graph.path()});
    EXPECT_EQ(run.finish(), 1);
    EXPECT_THAT(run.lines("finding"), testing::Contains(HasSubstr("signal 11 (SIGSEGV)")));
}

TEST(LauncherPlugin, is_named_when_it_is_none_or_not_there) {
    for (const char* path : {"/etc/passwd", "/nowhere/x.so"}) {
        const GraphFile graph(graph_with(path));
        NodeRun run({graph.path()});
        EXPECT_EQ(run.finish(), 1);
        EXPECT_THAT(run.lines("finding"), testing::Contains(HasSubstr(path)));
    }
}

}  // namespace
}  // namespace streamlib::test
