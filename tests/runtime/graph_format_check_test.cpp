// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/format_check.hpp"

#include "graph_fixtures.hpp"

namespace streamlib::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

MediaFormat video(std::string_view text) { return *parse_video_format(text); }
MediaFormat audio(std::string_view text) { return *parse_audio_format(text); }

GraphPlan plan() {
    return plan_of(
        "links = ['clip.video >> out.video', 'clip.audio >> out.audio', 'clip.video >> null']\n"
        "[actors.clip]\nclass='MediaFile'\npath='here.mov'\n[actors.out]\nclass='FileSink'\npath='"
        "o'\n"
        "[actors.null]\nclass='Null'\n");
}

TEST(CheckFormats, is_silent_where_every_link_fits) {
    const auto hd = video("1920x1080 YCbCr-4:2:2 10 @50");
    const std::vector<LinkFormats> links{{0, hd, {}, ""},
                                         {1, audio("48000 2ch f32"), {audio("48000 2ch f32")}, ""},
                                         {2, hd, {video("720p50"), hd}, ""}};
    EXPECT_THAT(texts(check_formats(plan(), links, known())), IsEmpty());
}

TEST(CheckFormats, names_both_ends_both_formats_and_the_actor_that_converts) {
    const auto given = video("1920x1080 YCbCr-4:2:2 10 @50"),
               wanted = video("1920x1080 YCbCr-4:2:0 8 @50");
    const auto findings =
        check_formats(plan(), std::vector<LinkFormats>{{0, given, {wanted}, ""}}, known());
    EXPECT_THAT(
        texts(findings),
        ElementsAre(
            AllOf(HasSubstr("g.toml:1: links: clip.video carries " + to_string(given)),
                  HasSubstr("out.video takes " + to_string(wanted)),
                  HasSubstr(describe_difference(given, wanted)),
                  HasSubstr("put ColorConvert between: clip.video >> ColorConvert >> out.video"))));
}

TEST(CheckFormats, offers_no_converter_that_does_not_exist_or_would_not_help) {
    const auto plan50 = plan();
    const auto rate = check_formats(
        plan50, std::vector<LinkFormats>{{0, video("1080p50"), {video("1080p25")}, ""}}, known());
    EXPECT_THAT(texts(rate), ElementsAre(AllOf(HasSubstr("no class here converts"),
                                               Not(HasSubstr("ColorConvert")))));
    const auto resample = check_formats(
        plan50, std::vector<LinkFormats>{{1, audio("44100 2ch s16"), {audio("48000 2ch f32")}, ""}},
        known());
    EXPECT_THAT(texts(resample), ElementsAre(AllOf(HasSubstr("no class here converts"),
                                                   Not(HasSubstr("Resample")))));
    auto with_resample = known();
    with_resample.lookup = [](std::string_view) { return &classes()[0]; };
    EXPECT_EQ(converter_between(audio("44100 2ch s16"), audio("48000 2ch f32"), with_resample),
              "Resample");
    EXPECT_EQ(converter_between(audio("44100 2ch s16"), video("720p50"), with_resample), "");
    EXPECT_EQ(converter_between(DataFormat{}, DataFormat{}, with_resample), "");
}

TEST(CheckFormats, reports_outputs_without_a_stream_wrong_kinds_and_refusals) {
    const std::vector<LinkFormats> links{
        {0, MediaFormat{}, {}, ""},
        {1, video("720p50"), {}, ""},
        {2, video("720p50"), {}, "the width must be a multiple of 64"}};
    EXPECT_THAT(
        texts(check_formats(plan(), links, known())),
        ElementsAre(HasSubstr("clip.video carries nothing"), HasSubstr("out.audio takes audio"),
                    AllOf(HasSubstr("null.in refuses it: the width must be a multiple of 64"),
                          HasSubstr("ColorConvert"))));
}

}  // namespace
}  // namespace streamlib::test
