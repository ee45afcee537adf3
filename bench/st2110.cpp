// SPDX-License-Identifier: Apache-2.0
// The suite `st2110`: ./dev bench st2110. What it measures and how to read it: bench/README.md.
#include "bench/section.hpp"
#include "bench/suite.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

int run(const Switches& switches) {
    const unsigned seconds = switches.count("--seconds");
    return run_sections({{"pgroup", pgroup_kernels},
                         {"udp", udp_rate},
                         {"rtp", [=] { return rtp_rate(seconds); }},
                         {"paced", [=] { return rtp_paced(seconds); }},
                         {"uhd", [=] { return rtp_paced_uhd(seconds); }},
                         {"audio", [=] { return rtp_audio(seconds); }}},
                        switches);
}

}  // namespace
}  // namespace streamlib::bench

int main(int argc, char** argv) {
    using namespace streamlib::bench;
    streamlib::init(argc, argv);
    return main_of(
        "bench_st2110",
        "[--json FILE] [--only pgroup,udp,rtp,paced,uhd,audio] [--rounds 5] [--seconds 2]", [&] {
            return run({argc,
                        argv,
                        {{"--json", ""}, {"--only", ""}, {"--rounds", "5"}, {"--seconds", "2"}}});
        });
}
