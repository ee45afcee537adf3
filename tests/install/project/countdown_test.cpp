// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <runtime/harness.hpp>

int main() {
    streamlib::ActorHarness harness(streamlib::find_class("Countdown")->make());
    if (!harness.set("from", "2") || !harness.configure() || !harness.start()) return 1;
    harness.tick(2);
    const auto blocks = harness.take("out");
    const bool right = blocks.size() == 2 && blocks[0].payload[0] == std::byte{'2'} &&
                       blocks[1].payload[0] == std::byte{'1'} && harness.finished();
    std::printf("countdown: %zu blocks, %s\n", blocks.size(), right ? "right" : "wrong");
    return right ? 0 : 1;
}
