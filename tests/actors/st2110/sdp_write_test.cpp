// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/write.hpp"

#include <gmock/gmock.h>

#include "actors/st2110/sdp/attributes.hpp"
#include "sdp_sessions.hpp"

namespace streamlib::st2110 {
namespace {

using namespace testing;
using ::testing::HasSubstr;

std::string written(const Description& session) {
    const auto text = write_sdp(session);
    return text ? *text : text.error().text;
}

TEST(SdpWrite, writes_a_picture_as_the_standards_example_does) {
    const VideoFormat format = *parse_video_format("1080p59.94 YCbCr-4:2:2 10 pgroup");
    const StreamAddress to = multicast();
    EXPECT_EQ(written(session_of(to, {video_media(format, to, {})})),
              "v=0\r\n"
              "o=- 1 2 IN IP4 192.168.1.7\r\n"
              "s=studio.camera\r\n"
              "t=0 0\r\n"
              "a=recvonly\r\n"
              "m=video 5004 RTP/AVP 96\r\n"
              "c=IN IP4 239.1.2.3/64\r\n"
              "a=source-filter: incl IN IP4 239.1.2.3 192.168.1.7\r\n"
              "a=rtpmap:96 raw/90000\r\n"
              "a=fmtp:96 sampling=YCbCr-4:2:2; width=1920; height=1080; exactframerate=60000/1001; "
              "depth=10; TCS=SDR; "
              "colorimetry=BT709; PM=2110GPM; SSN=ST2110-20:2017; TP=2110TPW; \r\n"
              "a=ts-refclk:ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:127\r\n"
              "a=mediaclk:direct=0\r\n");
}

TEST(SdpWrite, writes_sound) {
    StreamAddress to;
    to.destination = *parse_address("ff3e::1");
    to.source = *parse_address("2001:db8::7");
    to.port = 5006;
    EXPECT_EQ(written(session_of(
                  to, {audio_media(*parse_audio_format("48k 8ch"), to,
                                   {.packet_samples = 6, .channel_order = "SMPTE2110.(51,ST)"})})),
              "v=0\r\n"
              "o=- 1 2 IN IP6 2001:db8::7\r\n"
              "s=studio.camera\r\n"
              "t=0 0\r\n"
              "a=recvonly\r\n"
              "m=audio 5006 RTP/AVP 97\r\n"
              "c=IN IP6 ff3e::1\r\n"
              "a=source-filter: incl IN IP6 ff3e::1 2001:db8::7\r\n"
              "a=rtpmap:97 L24/48000/8\r\n"
              "a=fmtp:97 channel-order=SMPTE2110.(51,ST)\r\n"
              "a=ptime:0.125\r\n"
              "a=ts-refclk:ptp=IEEE1588-2008:traceable\r\n"
              "a=mediaclk:direct=0\r\n");
}

TEST(SdpWrite, everything_written_reads_back_without_a_word) {
    for (const NamedSession& one : all_sessions()) {
        const auto text = write_sdp(one.session);
        ASSERT_TRUE(text) << one.name << ": " << text.error().text;
        const Reading reading = read_sdp(*text);
        EXPECT_TRUE(reading.findings.empty()) << one.name << ": " << reading.findings[0].text;
        EXPECT_EQ(reading.session, one.session) << one.name << "\n" << *text;
    }
}

TEST(SdpWrite, a_session_of_both_ways_comes_back_as_it_was) {
    Description session = all_sessions().front().session;
    session.receive_only = false;
    const std::string text = written(session);
    EXPECT_EQ(text.find("a=recvonly"), std::string::npos);
    EXPECT_EQ(read_sdp(text).session, session);
}

TEST(SdpWrite, every_wire_format_comes_back_as_it_was) {
    const StreamAddress to = multicast();
    for (const VideoFormat& format : wire_formats()) {
        const Reading reading = read_sdp(written(session_of(to, {video_media(format, to, {})})));
        const auto video = video_reception(reading);
        ASSERT_TRUE(video) << video.error().text;
        EXPECT_EQ(video->format, MediaFormat(format)) << to_string(format);
        EXPECT_TRUE(video->warnings.empty()) << video->warnings[0];
    }
}

TEST(ChannelOrder, is_groups_that_the_channels_suffice_for) {
    const auto why = [](const char* order, std::uint32_t channels) {
        const auto ok = check_channel_order(order, channels);
        return ok ? std::string() : ok.error().text;
    };
    for (std::uint32_t channels = 1; channels <= 64; ++channels)
        EXPECT_EQ(why(default_channel_order(channels).c_str(), channels), "");
    EXPECT_EQ(why("SMPTE2110.(51,ST)", 8), "");
    EXPECT_EQ(why("SMPTE2110.(M,DM,LtRt,SGRP,71,222,U02)", 43), "");
    EXPECT_EQ(why("SMPTE2110.(ST)", 16), "") << "the rest is undefined";
    EXPECT_THAT(why("SMPTE2110.(51,ST)", 7), HasSubstr("names 8 channels, the sound has 7"));
    EXPECT_THAT(why("SMPTE2110.(5.1)", 6), HasSubstr("unknown group '5.1'"));
    for (const char* wrong : {"AIFF", "SMPTE2110.()", "SMPTE2110.(ST", "SMPTE2110.(ST,)", "ST", "",
                              "SMPTE2110.(U00)", "SMPTE2110.(U65)", "SMPTE2110.(U1)"})
        EXPECT_THAT(why(wrong, 64), HasSubstr("write groups of M, DM, ST, LtRt")) << wrong;
}

TEST(SdpWrite, packet_times_are_aes67s) {
    const std::pair<std::uint32_t, const char*> at_48k[] = {
        {6, "0.125"}, {12, "0.25"}, {16, "0.33"}, {48, "1"}, {192, "4"}};
    for (const auto& [samples, text] : at_48k) EXPECT_EQ(packet_time_text(samples, 48000), text);
    const std::pair<std::uint32_t, const char*> at_44k[] = {
        {6, "0.14"}, {12, "0.27"}, {16, "0.36"}, {48, "1.09"}, {192, "4.35"}};
    for (const auto& [samples, text] : at_44k) EXPECT_EQ(packet_time_text(samples, 44100), text);
    for (const std::uint32_t rate : {8000U, 44100U, 48000U, 96000U, 192000U})
        for (std::uint32_t samples = 1; samples <= rate / 100; ++samples)
            EXPECT_EQ(samples_of(*parse_packet_time(packet_time_text(samples, rate)), rate),
                      samples)
                << rate;
}

TEST(SdpWrite, refuses_what_is_not_allowed_and_names_it) {
    const StreamAddress to = multicast();
    const VideoFormat hd = *parse_video_format("1080p50 YCbCr-4:2:2 10");
    const auto refused = [&](auto change) {
        Description session = session_of(to, {video_media(hd, to, {})});
        change(session, session.media[0]);
        const auto text = write_sdp(session);
        return text ? "written: " + *text : text.error().text;
    };
    using D = Description;
    using M = Media;
    EXPECT_THAT(refused([](D& d, M&) { d.name = "a\r\nm=video"; }),
                HasSubstr("session: name and text"));
    EXPECT_THAT(refused([](D& d, M&) { d.media.clear(); }), HasSubstr("at least one stream"));
    EXPECT_THAT(refused([](D& d, M&) { d.origin.address.text = "239.1.2.3"; }),
                HasSubstr("is a group"));
    EXPECT_THAT(refused([](D& d, M&) { d.origin.address.text = ""; }),
                HasSubstr("o=: the address"));
    EXPECT_THAT(refused([](D& d, M&) { d.groups = {{"DUP", {"a b"}}}; }), HasSubstr("a=group"));
    EXPECT_THAT(refused([](D&, M& m) { m.port = 0; }), HasSubstr("stream 1, m=: the port"));
    EXPECT_THAT(refused([](D&, M& m) { m.payload_type = 33; }), HasSubstr("must be 96 to 127"));
    EXPECT_THAT(refused([](D&, M& m) { m.connection.ttl.reset(); }), HasSubstr("c=: a TTL"));
    EXPECT_THAT(refused([](D&, M& m) { m.source_filters[0].destination = "239.1.1.1"; }),
                HasSubstr("the group is 239.1.2.3, not \"239.1.1.1\""));
    EXPECT_THAT(refused([](D&, M& m) { m.source_filters[0].sources[0] = *parse_address("::1"); }),
                HasSubstr("of another family"));
    EXPECT_THAT(refused([](D&, M& m) { m.ref_clocks.clear(); }),
                HasSubstr("ts-refclk and mediaclk"));
    EXPECT_THAT(refused([](D&, M& m) { m.media_clock->offset = 1; }),
                HasSubstr("offset must be 0"));
    EXPECT_THAT(refused([](D&, M& m) { m.video.sender.reset(); }), HasSubstr("TP must be told"));
    EXPECT_THAT(refused([](D&, M& m) { m.video.rate = {50, 2}; }), HasSubstr("lowest terms"));
    EXPECT_THAT(refused([](D&, M& m) { m.video.max_udp = 1500; }), HasSubstr("1460 or 8960"));
    EXPECT_THAT(refused([](D&, M& m) {
                    m.parameters = {{"a;b", "", true}};
                }),
                HasSubstr("cannot be written"));
    const auto rgba = video_media(*parse_video_format("1080p50 RGBA"), to, {});
    ASSERT_FALSE(rgba);
    EXPECT_THAT(rgba.error().text, HasSubstr("convert to RGB"));
    const auto fields = video_media(*parse_video_format("1080i25 4:2:0"), to, {});
    ASSERT_FALSE(fields);
    EXPECT_THAT(fields.error().text, HasSubstr("4:2:0 is for progressive pictures only"));
    EXPECT_FALSE(video_media(*parse_video_format("1920x1080"), to, {})) << "a rate must be told";
}

}  // namespace
}  // namespace streamlib::st2110
