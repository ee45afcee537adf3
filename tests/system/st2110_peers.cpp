// SPDX-License-Identifier: Apache-2.0
#include "tests/system/st2110_peers.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

namespace streamlib::test {

namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
}

}  // namespace

std::string fill(std::string text, const Places& places) {
    for (const auto& [name, value] : places) replace_all(text, "{" + name + "}", value);
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
    return text;
}

std::vector<std::string> readme_lines(const std::string& program, const Places& places) {
    std::vector<std::string> found;
    for (std::string line : lines_of(content(STREAMLIB_SOURCE_DIR "/README.md"))) {
        if (!line.starts_with(program + " ")) continue;
        for (const auto& [what, by] : places) replace_all(line, what, by);
        found.push_back(line);
    }
    return found;
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words{"/usr/bin/env"};
    std::istringstream stream(line);
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

bool is_there(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

void NetworkTest::SetUp() {
    if (!program_.empty() && !is_there(program_))
        GTEST_SKIP() << "SKIPPED WHOLE: no " << program_ << " here; ./dev test installs it";
    SystemTest::SetUp();
}

void NetworkTest::TearDown() {
    if (!folder_.empty()) SystemTest::TearDown();
}

std::unique_ptr<Program> NetworkTest::start_graph(const std::string& links,
                                                  const std::string& actors,
                                                  const std::string& rate) {
    return start({write("graph.toml", "links = [" + links +
                                          "]\n[node]\nplugins = [\"" STREAMLIB_BINARY_DIR
                                          "/tests/libraw_actors.so\"]\n[clock]\nrate = \"" +
                                          rate + "\"\n" + actors)});
}

std::string NetworkTest::received(const std::string& peer, const std::string& in, std::size_t bytes,
                                  const std::string& rate) {
    auto node = start_graph("\"in >> raw\"",
                            "[actors.in]\n" + in + "[actors.raw]\nclass = \"RawSink\"\npath = \"" +
                                path("ours.raw") + "\"\norigins = \"" + path("origins") +
                                "\"\nwhole = true\n",
                            rate);
    wait_for("in", "RUNNING");
    Program sender(folder_, words_of(peer));
    grow("ours.raw", bytes);
    ::kill(sender.pid(), SIGINT);
    const Answer said = sender.wait(10 * second);
    finish(*node);
    if (ours().size() < bytes) ADD_FAILURE() << peer << "\n" << said.out << said.error;
    return ours();
}

std::string NetworkTest::sent(const std::string& source, const std::string& out,
                              const std::function<std::string()>& peer, const std::string& theirs,
                              std::size_t bytes, const std::string& rate) {
    auto node =
        start_graph("\"source >> out\", \"source >> raw\"",
                    "[actors.source]\n" + source + "depth = 16\n[actors.out]\n" + out +
                        "[actors.raw]\nclass = \"RawSink\"\npath = \"" + path("ours.raw") + "\"\n",
                    rate);
    wait_for("out", "RUNNING");
    const std::string line = peer();
    Program receiver(folder_, words_of(line));
    grow(theirs, bytes);
    ::kill(receiver.pid(), SIGINT);
    const Answer said = receiver.wait(10 * second);
    finish(*node);
    std::string got = content(path(theirs));
    if (got.size() < bytes) ADD_FAILURE() << line << "\n" << said.out << said.error;
    return got;
}

std::vector<std::int64_t> NetworkTest::origins() const {
    std::vector<std::int64_t> times;
    for (const std::string& line : lines_of(content(path("origins"))))
        times.push_back(std::atoll(line.c_str()));
    return times;
}

std::string NetworkTest::sdp_of_out() const { return path("run/" + node_ + "/sdp/out.sdp"); }

void NetworkTest::grow(const std::string& file, std::size_t bytes) const {
    const MonotonicTime end = MonotonicTime::now() + 30 * second;
    std::error_code absent;
    while (MonotonicTime::now() < end) {
        const auto size = std::filesystem::file_size(path(file), absent);
        if (!absent && size >= bytes) return;
        ::usleep(10'000);
    }
}

Answer NetworkTest::finish(Program& node) {
    ::kill(node.pid(), SIGTERM);
    const Answer answer = node.wait(20 * second);
    EXPECT_EQ(answer.status, 0) << answer.out << answer.error;
    return answer;
}

std::size_t same_pieces(const std::string& got, const std::string& all, std::size_t bytes,
                        std::size_t step) {
    std::size_t same = 0, from = 0;
    for (std::size_t at = 0; at + bytes <= got.size(); at += bytes) {
        std::size_t there = from;
        while (there + bytes <= all.size() &&
               std::memcmp(got.data() + at, all.data() + there, bytes) != 0)
            there += step;
        if (there + bytes > all.size()) continue;
        ++same;
        from = there;
    }
    return same;
}

std::string wire_order(const std::string& samples, bool deep) {
    const std::size_t kept = deep ? 4 : 2, octets = deep ? 3 : 2;
    std::string wire;
    wire.reserve(samples.size());
    for (std::size_t at = 0; at + kept <= samples.size(); at += kept)
        for (std::size_t octet = octets; octet-- > 0;) wire += samples[at + octet];
    return wire;
}

std::unique_ptr<Program> NetworkTest::start_sending_example(const ReservedPort& sound) {
    auto node = start({"examples/st2110_send.toml", "--set", "video.to=" + port_.on_loopback(),
                       "--set", "audio.to=" + sound.on_loopback(), "--set",
                       "pattern.format=384x64 YCbCr-4:2:2 10 pgroup @60000/1001"});
    for (const char* sender : {"video", "audio"}) wait_for(sender, "RUNNING");
    return node;
}

std::unique_ptr<Program> NetworkTest::start_receiving_example(const ReservedPort& sound) {
    auto node = start({"examples/st2110_receive.toml", "--set", "video.from=" + port_.on_loopback(),
                       "--set", "audio.from=" + sound.on_loopback(), "--set",
                       "video.format=384x64 YCbCr-4:2:2 10 @60000/1001"});
    for (const char* receiver : {"video", "audio"}) wait_for(receiver, "RUNNING");
    return node;
}

void NetworkTest::expect_all_understood() {
    for (const char* receiver : {"video", "audio"})
        EXPECT_EQ(counter(receiver, "bad") + counter(receiver, "foreign"), 0) << receiver;
}

}  // namespace streamlib::test
