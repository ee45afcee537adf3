// SPDX-License-Identifier: Apache-2.0
// The suite `st2110`: ./dev bench st2110. What it measures and how to read it: bench/README.md.
#include <functional>
#include <string>
#include <vector>

#include "bench/section.hpp"
#include "bench/suite.hpp"
#include "supervisor/streamlib.hpp"

namespace streamlib::bench {
namespace {

struct Named {
    std::string name;
    std::function<Section()> make;
};

int run(const Switches& switches) {
    const unsigned seconds = switches.count("--seconds");
    const Named sections[] = {{"pgroup", pgroup_kernels},
                              {"udp", udp_rate},
                              {"rtp", [=] { return rtp_rate(seconds); }},
                              {"paced", [=] { return rtp_paced(seconds); }},
                              {"uhd", [=] { return rtp_paced_uhd(seconds); }},
                              {"audio", [=] { return rtp_audio(seconds); }}};
    const std::string only = "," + switches.text("--only") + ",";
    Results results;
    std::vector<Comparison> wanted;
    for (const Named& one : sections) {
        if (only != ",," && only.find("," + one.name + ",") == std::string::npos) continue;
        const Section section = one.make();
        run_interleaved(section.trials, static_cast<int>(switches.count("--rounds")), results);
        wanted.insert(wanted.end(), section.comparisons.begin(), section.comparisons.end());
    }
    return report(wanted, results, switches.text("--json"));
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
