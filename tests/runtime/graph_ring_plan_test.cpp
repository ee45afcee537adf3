// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/ring_plan.hpp"

#include "graph_fixtures.hpp"

namespace streamlib::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct SizeCase {
    RingNeeds needs;
    std::uint64_t slots, stride;
};

TEST(RingPlan, follows_the_formula_of_the_house) {
    const SizeCase cases[] = {
        {{0, 1, {1}, 64}, 3, 64},              // the classic three
        {{1, 1, {}, 1}, 3, 64},                // never fewer
        {{1, 1, {1, 1, 1}, 65}, 5, 128},       // a link and two spare cells
        {{1, 2, {1}, 4095}, 4, 4096},          // two open slots; below 4096 bytes in units of 64
        {{1, 1, {4, 1, 1}, 4096}, 8, 4096},    // a reader that keeps four
        {{30, 1, {1, 1, 1}, 4097}, 34, 8192},  // Buffer of 30
        {{1, 1, {1}, 0}, 3, 64},
    };
    for (const auto& c : cases) {
        const auto size = size_ring(c.needs);
        EXPECT_EQ(size.slots, c.slots);
        EXPECT_EQ(size.stride_bytes, c.stride);
        EXPECT_EQ(size.cells, c.needs.holds.size());
        EXPECT_EQ(size.payload_bytes, c.slots * c.stride);
    }
    EXPECT_EQ(
        size_ring({0xFFFFFFFF, 0xFFFFFFFF, std::vector<std::uint32_t>(1000, 0xFFFFFFFF), 1}).slots,
        1002ULL * 0xFFFFFFFF)
        << "no overflow, however wild";
}

constexpr std::string_view graph_text = R"(links = ["clip.video >> delay", "clip.video >> null"]
[actors.clip]
class = "MediaFile"
path = "here.mov"
spare_readers = 1
depth = 5
[actors.delay]
class = "Delay"
standby = 1
[actors.null]
class = "Null"
hold = 2
)";

TEST(RingPlan, counts_links_standbys_and_spare_readers_of_each_output) {
    const auto graph = graph_of(graph_text);
    const auto plan = check_graph(graph, known()).plan;
    const MediaFormat video = *parse_video_format("1920x1080 YCbCr-4:2:2 8 @50");
    const MediaFormat audio = *parse_audio_format("48000 2ch f32 block=48");
    const std::vector<OutputFormat> formats{
        {0, 0, video, 0}, {0, 1, audio, 20}, {1, 0, MediaFormat{}, 0}};
    const auto rings = plan_rings(plan, graph, formats);
    EXPECT_THAT(texts(rings.findings), IsEmpty());
    ASSERT_EQ(rings.rings.size(), 2U) << "an output that carries nothing gets no ring";
    const auto &picture = rings.rings[0], &sound = rings.rings[1];
    EXPECT_EQ(picture.name, "clip.video");
    EXPECT_THAT(picture.needs.holds, ElementsAre(4, 4, 2, 1))
        << "delay and its standby, null's key, one spare";
    EXPECT_EQ(picture.size.slots, 5U + 1 + 11);
    EXPECT_EQ(picture.size.stride_bytes, (video.bytes() + 4095) / 4096 * 4096);
    EXPECT_THAT(sound.needs.holds, ElementsAre(1));
    EXPECT_EQ(sound.size.slots, 20U + 1 + 1) << "configure asked for more than the graph";
    EXPECT_EQ(rings.bytes, picture.size.payload_bytes + sound.size.payload_bytes);
}

TEST(RingPlan, refuses_what_no_ring_can_be_and_says_what_would_fit) {
    const auto graph = graph_of("[actors.a]\nclass='TestPattern'\ndepth=600\nspare_readers=2\n");
    const auto plan = check_graph(graph, known()).plan;
    const auto uhd = *parse_video_format("3840x2160 YCbCr-4:2:2 10 @50");
    const auto rings = plan_rings(plan, graph, std::vector<OutputFormat>{{0, 0, uhd, 0}});
    EXPECT_THAT(texts(rings.findings),
                ElementsAre(testing::AllOf(HasSubstr("g.toml:1: actors.a.video: "),
                                           HasSubstr("603 slots of "), HasSubstr("4 GiB - 1 MiB"),
                                           HasSubstr(" slots fit"))));
    const auto deep =
        plan_rings(plan, graph, std::vector<OutputFormat>{{0, 0, DataFormat{}, 5000}});
    EXPECT_THAT(texts(deep.findings),
                ElementsAre(HasSubstr("5003 slots, and a ring has room for 4096")));
    DataFormat huge;
    huge.max_bytes = 0xFFFFFFFF;
    const auto big = plan_rings(plan, graph, std::vector<OutputFormat>{{0, 0, huge, 0}});
    EXPECT_THAT(texts(big.findings), ElementsAre(HasSubstr("carry a smaller format")));
}

TEST(RingPlan, prints_bytes_for_people) {
    const std::pair<std::uint64_t, const char*> cases[] = {{0, "0 B"},
                                                           {999, "999 B"},
                                                           {1000, "1.0 KB"},
                                                           {15'552'000, "15.5 MB"},
                                                           {4'293'918'720, "4.2 GB"},
                                                           {UINT64_MAX, "18446744.0 TB"}};
    for (const auto& [bytes, text] : cases) EXPECT_EQ(bytes_text(bytes), text);
}

}  // namespace
}  // namespace streamlib::test
