// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/sdp/read.hpp"

#include <gmock/gmock.h>

#include "actors/st2110/sdp/formats.hpp"
#include "sdp_texts.hpp"

namespace streamlib::st2110 {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string first_error(const std::string& text) {
    const Reading reading = read_sdp(text);
    const Finding* wrong = reading.error();
    return wrong == nullptr ? "" : wrong->text;
}

std::vector<std::string> texts(const Reading& reading) {
    std::vector<std::string> list;
    for (const Finding& finding : reading.findings) list.push_back(finding.text);
    return list;
}

TEST(SdpRead, takes_a_strict_description_without_a_word) {
    const Reading reading = read_sdp(video_with(good_parameters));
    EXPECT_THAT(texts(reading), IsEmpty());
    ASSERT_EQ(reading.session.media.size(), 1U);
    const Media& media = reading.session.media[0];
    EXPECT_EQ(media.essence, Essence::video);
    EXPECT_EQ(media.port, 5004);
    EXPECT_EQ(media.payload_type, 96);
    EXPECT_EQ(media.connection.address.text, "239.1.2.3");
    EXPECT_EQ(media.connection.ttl, 64);
    EXPECT_EQ(media.video.rate, (Rate{60000, 1001}));
    EXPECT_EQ(media.video.sender, SenderType::wide);
    const auto video = video_reception(reading);
    ASSERT_TRUE(video) << video.error().text;
    EXPECT_EQ(to_string(video->format), "1920x1080 YCbCr-4:2:2 10 @60000/1001 pgroup");
    EXPECT_THAT(video->warnings, IsEmpty());
}

TEST(SdpRead, knows_every_parameter_of_the_standard) {
    const Reading reading =
        read_sdp(video_with("sampling=ICtCp-4:4:4; depth=16f; width=720; height=576; "
                            "exactframerate=25; interlace; segmented; "
                            "colorimetry=BT2100; TCS=PQ; RANGE=FULL; PAR=12:11; PM=2110BPM; "
                            "SSN=ST2110-20:2022; MAXUDP=8960; "
                            "TP=2110TPNL; TROFF=600; CMAX=20; TSMODE=SAMP; TSDELAY=7; "));
    EXPECT_THAT(texts(reading), IsEmpty());
    const VideoParameters expected = {.sampling = WireSampling::ictcp_444,
                                      .depth = 16,
                                      .floating = true,
                                      .width = 720,
                                      .height = 576,
                                      .rate = {25, 1},
                                      .interlace = Interlace::psf,
                                      .colorimetry = WireColorimetry::bt2100,
                                      .transfer = Transfer::pq,
                                      .packing = PackingMode::block,
                                      .range = Range::full,
                                      .pixel_width = 12,
                                      .pixel_height = 11,
                                      .max_udp = 8960,
                                      .sender = SenderType::narrow_linear,
                                      .tr_offset_us = 600,
                                      .cmax = 20,
                                      .ts_mode = TimestampMode::sampled,
                                      .ts_delay_us = 7};
    EXPECT_EQ(reading.session.media.at(0).video, expected);
    const auto video = video_reception(reading);
    ASSERT_FALSE(video) << "a format has no ICtCp";
    EXPECT_THAT(video.error().text, HasSubstr("line 5, a=fmtp: sampling=ICtCp-4:4:4"));
}

TEST(SdpRead, takes_any_line_ending_and_order_and_what_it_does_not_know) {
    const std::string strict = video_with(good_parameters);
    const Description expected = read_sdp(strict).session;
    std::string lf;
    std::string cr;
    for (const char c : strict) {
        if (c != '\r') lf += c;
        if (c != '\n') cr += c;
    }
    EXPECT_EQ(read_sdp(lf).session, expected);
    EXPECT_EQ(read_sdp(cr).session, expected);
    EXPECT_EQ(read_sdp("\xEF\xBB\xBF" + strict).session, expected);
    EXPECT_EQ(read_sdp(video_with("a=b;;  " + parameters_but("; TP=2110TPW; ", ";TP=2110TPW")))
                  .session.media[0]
                  .video,
              expected.media[0].video);
    const Reading shuffled = read_sdp(
        "v=0\n\nk=x\nx-unknown\nq=?\nt=0 0\ns=test\no=- 1 2 IN IP4 "
        "192.168.1.7\na=sendrecv\na=unknown:1\n"
        "a=mediaclk:direct=0\na=ts-refclk:ptp=IEEE1588-2008:traceable\nm=video 5004 RTP/AVP 96\n"
        "a=fmtp:96 " +
        std::string(good_parameters) + "\na=rtpmap:96 raw/90000\na=foo\nc=IN IP4 239.1.2.3/64");
    EXPECT_EQ(shuffled.session, expected);
    EXPECT_THAT(texts(shuffled), ElementsAre("line 4, text: is not of the form x=…, and ignored",
                                             "line 5, q=: is not a line of SDP, and ignored"));
}

struct WrongCase {
    const char* from;
    const char* to;
    const char* error;
};

TEST(SdpRead, names_line_attribute_and_fix_of_what_is_wrong_with_a_picture) {
    const WrongCase cases[] = {
        {"width=1920; ", "", "line 8, a=fmtp: width is missing; write width=1 … 32767"},
        {"width=1920", "Width=1920", "line 8, a=fmtp: width is missing"},
        {"width=1920", "width=0", "line 8, a=fmtp: width=\"0\" is no size"},
        {"width=1920", "width=32768", "is no size; write width=1 … 32767"},
        {"height=1080", "height=-1", "height=\"-1\" is no size"},
        {"sampling=YCbCr-4:2:2; ", "", "sampling is missing; write one of YCbCr-4:4:4, "},
        {"YCbCr-4:2:2", "YCbCr-4:1:1", "sampling=\"YCbCr-4:1:1\" is not of ST 2110-20"},
        {"depth=10; ", "", "depth is missing; write depth=8, 10, 12, 16 or 16f"},
        {"depth=10", "depth=9", "depth=\"9\" is not of ST 2110-20"},
        {"60000/1001", "fast", "exactframerate=\"fast\" is no rate; write e.g. 50 or 60000/1001"},
        {"60000/1001", "60000/0", "exactframerate=\"60000/0\" is no rate"},
        {"2110GPM", "2110XPM", "PM=\"2110XPM\" is not known; write 2110GPM or 2110BPM"},
        {"TCS=SDR", "depth=8", "depth stands twice, as \"10\" and as \"8\"; write it once"},
    };
    for (const WrongCase& c : cases)
        EXPECT_THAT(first_error(video_with(parameters_but(c.from, c.to))), HasSubstr(c.error));
}

TEST(SdpRead, fills_in_what_can_be_told_and_says_so) {
    const WrongCase cases[] = {
        {"exactframerate=60000/1001; ", "",
         "exactframerate is missing: the frame rate is not known"},
        {"60000/1001", "50/1", "exactframerate=\"50/1\" is not as it is written; taken as 50"},
        {"60000/1001", "59.94", "taken as 60000/1001"},
        {"PM=2110GPM; ", "", "PM is missing; taken as 2110GPM"},
        {"SSN=ST2110-20:2017; ", "", "SSN is missing; taken as ST2110-20:2017"},
        {"ST2110-20:2017", "ST2110-20:2016", "SSN=\"ST2110-20:2016\" is not known"},
        {"colorimetry=BT709; ", "", "colorimetry is missing; taken as BT709"},
        {"BT709", "SMPTE240M",
         "colorimetry=\"SMPTE240M\" is not of ST 2110-20; taken as UNSPECIFIED"},
        {"TCS=SDR", "TCS=sdr", "TCS=\"sdr\" is not known, and ignored; known are SDR, PQ"},
        {"2110TPW", "TPW",
         "TP=\"TPW\" is not known, and ignored; known are 2110TPN, 2110TPNL, 2110TPW"},
        {"TCS=SDR", "segmented", "segmented needs interlace before it"},
        {"TCS=SDR", "interlace=1", "have no value; write the names alone"},
        {"TCS=SDR", "MAXUDP=1500", "MAXUDP=1500 is neither 1460 nor 8960; taken as 8960"},
        {"TCS=SDR", "PAR=0:1", "PAR=\"0:1\" is no ratio, and ignored"},
        {"TCS=SDR", "PAR=24:22", "PAR=\"24:22\" is not in lowest terms"},
        {"TCS=SDR", "CMAX=0", "CMAX=0 lets no packet pass"},
        {"TCS=SDR", "TROFF=-1", "TROFF=\"-1\" is no number up to 1000000, and ignored"},
        {"TCS=SDR", "depth=10", "depth stands twice; write it once"},
        {"TCS=SDR", "tcs=SDR", "the parameter \"tcs\" is not known, and ignored"},
    };
    for (const WrongCase& c : cases) {
        const Reading reading = read_sdp(video_with(parameters_but(c.from, c.to)));
        EXPECT_EQ(reading.error(), nullptr) << reading.error()->text;
        ASSERT_EQ(reading.findings.size(), 1U) << c.error;
        EXPECT_THAT(reading.findings[0].text, HasSubstr(c.error));
        EXPECT_THAT(reading.findings[0].text, HasSubstr("line 8, a=fmtp: "));
        EXPECT_TRUE(video_reception(reading)) << c.error;
    }
}

struct LineCase {
    const char* line;  // of video_with()
    const char* instead;
    const char* finding;
    bool is_error;
};

TEST(SdpRead, names_line_and_fix_of_everything_else) {
    const LineCase cases[] = {
        {"v=0\r\n", "", "line 1, v=: is missing", true},
        {"v=0", "v=1", "line 1, v=: is not 0", false},
        {"o=- 1 2 IN IP4 192.168.1.7", "o=-", "line 2, o=: not six words: \"-\"; write o=- ",
         false},
        {"m=video 5004 RTP/AVP 96", "m=video", "line 5, m=: needs four words", true},
        {"5004", "0", "the port \"0\" is not 1 to 65535; write e.g. m=video 5004 RTP/AVP 96", true},
        {"5004", "65536", "the port \"65536\" is not 1 to 65535", true},
        {"5004", "5004/2", "only the first port is received", false},
        {"RTP/AVP", "RTP/SAVP", "ST 2110 does not encrypt; the sender must send RTP/AVP", true},
        {"RTP/AVP", "UDP", "the protocol \"UDP\" is not RTP/AVP", true},
        {"AVP 96", "AVP 300", "the payload type \"300\" is not 0 to 127", true},
        {"AVP 96", "AVP 96 97", "offers several payload types; only 96 is received", false},
        {"AVP 96", "AVP 97", "line 7, a=rtpmap: is about payload type 96, m= says 97", false},
        {"c=IN IP4 239.1.2.3/64\r\n", "", "line 5, c=: is missing; write e.g. c=IN IP4", true},
        {"239.1.2.3/64", "239.1.2.3", "a multicast address has a TTL; write e.g. 239.1.2.3/64",
         false},
        {"239.1.2.3/64", "239.1.2.3/256", "line 6, c=: a TTL is 0 to 255", true},
        {"239.1.2.3/64", "239.1.2.3/64/2", "only one address can be received", true},
        {"239.1.2.3/64", "239.1.2.300/64", "the address \"239.1.2.300\" is not IP4", true},
        {"239.1.2.3/64", "ff3e::1", "the address \"ff3e::1\" is not IP4; write IN IP6", true},
        {"a=rtpmap:96 raw/90000\r\n", "", "line 5, a=rtpmap: is missing; write e.g. a=rtpmap:96",
         true},
        {"raw/90000", "raw", "line 7, a=rtpmap: \"raw\" is not ENCODING/RATE", true},
        {"raw/90000", "raw/48000", "raw video has 90000 Hz; write raw/90000", true},
        {"a=fmtp:96 ", "a=fmtp:", "does not begin with a payload type", false},
        {"a=mediaclk:direct=0\r\n", "", "line 5, a=mediaclk: is missing", false},
        {"direct=0", "direct=7", "\"direct=7\" is neither direct=0 nor sender", false},
        {"direct=0", "direct=x", "line 10, a=mediaclk: no offset in \"direct=x\"", false},
        {"ptp=IEEE1588-2008:traceable", "ptp=traceable",
         "line 9, a=ts-refclk: write ptp=IEEE1588-2008:traceable", false},
        {"ptp=IEEE1588-2008:traceable", "ptp=IEEE1588-2008:00-11", "no clock identity of 8 octets",
         false},
        {"ptp=IEEE1588-2008:traceable", "ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:128",
         "no domain of 0 to 127", false},
        {"ptp=IEEE1588-2008:traceable", "ntp=/traceable/", "is not a clock of ST 2110-10", false},
        {"ptp=IEEE1588-2008:traceable", "localmac=xx", "no MAC address", false},
        {"a=mediaclk:direct=0", "a=mediaclk:direct=0\r\na=source-filter: incl IN IP4 239.1.2.3",
         "line 11, a=source-filter: five words at least", true},
        {"a=mediaclk:direct=0",
         "a=mediaclk:direct=0\r\na=source-filter: only IN IP4 239.1.2.3 10.0.0.1",
         "neither incl nor excl", true},
    };
    for (const LineCase& c : cases) {
        std::string text = video_with(good_parameters);
        text.replace(text.find(c.line), std::string(c.line).size(), c.instead);
        const Reading reading = read_sdp(text);
        EXPECT_THAT(texts(reading), ::testing::Contains(HasSubstr(c.finding)));
        EXPECT_EQ(reading.error() != nullptr,
                  c.is_error || !reading.session.media.at(0).video.width)
            << c.finding;
    }
}

TEST(SdpRead, reads_ffmpegs_and_gstreamers_own_descriptions) {
    const auto uyvy = video_reception(read_sdp(ffmpeg_uyvy));
    ASSERT_TRUE(uyvy) << uyvy.error().text;
    EXPECT_EQ(to_string(uyvy->format), "320x240 YCbCr-4:2:2 8 pgroup BT601");
    const auto bitpacked = video_reception(read_sdp(ffmpeg_bitpacked));
    ASSERT_TRUE(bitpacked) << bitpacked.error().text;
    EXPECT_EQ(to_string(bitpacked->format), "320x240 YCbCr-4:2:2 10 pgroup interlaced BT601");
    EXPECT_EQ(bitpacked->media.bandwidth_kbit, 92067U);
    const auto mono = audio_reception(read_sdp(ffmpeg_l24));
    ASSERT_TRUE(mono) << mono.error().text;
    EXPECT_EQ(mono->format, MediaFormat(*parse_audio_format("48000 1ch s24in32 block=48")));
    const auto stereo = audio_reception(read_sdp(ffmpeg_l16));
    ASSERT_TRUE(stereo) << stereo.error().text;
    EXPECT_EQ(stereo->format, MediaFormat(*parse_audio_format("44100 2ch s16 block=44")));
    EXPECT_EQ(stereo->media.payload_type, 10);
    const auto gst = video_reception(read_sdp(gstreamer_video));
    ASSERT_TRUE(gst) << gst.error().text;
    EXPECT_EQ(to_string(gst->format), "1920x1080 YCbCr-4:2:2 10 @60000/1001 pgroup");
    const auto gst_audio = audio_reception(read_sdp(gstreamer_audio));
    ASSERT_TRUE(gst_audio) << gst_audio.error().text;
    EXPECT_EQ(gst_audio->media.audio.packet_samples, 16U);
    for (const auto* found : {&*uyvy, &*mono, &*gst, &*gst_audio})
        EXPECT_FALSE(found->warnings.empty()) << "what was guessed is told";
}

TEST(SdpRead, keeps_both_legs_of_a_duplicated_stream) {
    std::string text = video_with(good_parameters);
    const std::string media = text.substr(text.find("m=video"));
    std::string second = media;
    second.replace(second.find("239.1.2.3"), 9, "239.9.2.3");
    text = text.substr(0, text.find("m=video")) + "a=group:DUP one two\r\n" + media +
           "a=mid:one\r\n" + second + "a=mid:two\r\n";
    const Reading reading = read_sdp(text);
    const auto video = video_reception(reading);
    ASSERT_TRUE(video) << video.error().text;
    ASSERT_TRUE(video->second_leg);
    EXPECT_EQ(video->media.connection.address.text, "239.1.2.3");
    EXPECT_EQ(video->second_leg->connection.address.text, "239.9.2.3");
    EXPECT_EQ(other_leg(reading.session, 1), 0U);
    const auto none = video_reception(reading, 1);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().text, "the description has 1 video streams, not a number 2");
}

TEST(SdpRead, receives_the_good_stream_beside_a_bad_one) {
    const std::string text =
        video_with(good_parameters) + "m=audio 5006 RTP/AVP 97\r\na=rtpmap:97 L24/48000/99\r\n";
    const Reading reading = read_sdp(text);
    EXPECT_TRUE(video_reception(reading));
    const auto audio = audio_reception(reading);
    ASSERT_FALSE(audio);
    EXPECT_THAT(audio.error().text, HasSubstr("line 12, a=rtpmap: 48000/99 cannot be"));
}

TEST(SdpRead, keeps_what_it_cannot_receive_yet) {
    const Reading reading = read_sdp(
        "v=0\r\no=- 1 2 IN IP4 192.168.1.7\r\ns=x\r\nt=0 0\r\nc=IN IP4 239.1.2.3/64\r\n"
        "a=ts-refclk:localmac=7C-E9-D3-1B-9A-AF\r\na=mediaclk:sender\r\n"
        "m=video 5008 RTP/AVP 100\r\na=rtpmap:100 smpte291/90000\r\n"
        "a=fmtp:100 DID_SDID={0x61,0x02};VPID_Code=133; TM=LLTM\r\n"
        "m=video 5010 RTP/AVP 112\r\nb=AS:116000\r\na=rtpmap:112 jxsv/90000\r\n"
        "a=fmtp:112 packetmode=0;profile=High444.12;transmode=1\r\n");
    EXPECT_THAT(texts(reading), IsEmpty());
    const Media& anc = reading.session.media.at(0);
    EXPECT_EQ(anc.essence, Essence::ancillary);
    EXPECT_THAT(anc.parameters, ElementsAre(FormatParameter{"DID_SDID", "{0x61,0x02}", false},
                                            FormatParameter{"VPID_Code", "133", false},
                                            FormatParameter{"TM", "LLTM", false}));
    EXPECT_EQ(anc.ref_clocks.at(0).mac[0], 0x7C) << "the session's clock is every stream's";
    EXPECT_EQ(reading.session.media.at(1).essence, Essence::jpeg_xs);
    EXPECT_EQ(reading.session.media.at(1).bandwidth_kbit, 116000U);
}

TEST(SdpRead, bounds_what_it_reads) {
    EXPECT_THAT(first_error(std::string(70000, 'x')), HasSubstr("more than 64 KiB"));
    EXPECT_THAT(first_error("v=0\n" + std::string(5000, 'x')),
                HasSubstr("line 2, text: more than 4096"));
    EXPECT_THAT(first_error("v=0\n" + std::string(2000, '\n')), HasSubstr("more than 1024 lines"));
    std::string many = "v=0\n";
    for (int i = 0; i < 40; ++i) many += "m=video 5004 RTP/AVP 96\n";
    const Reading reading = read_sdp(many);
    EXPECT_EQ(reading.session.media.size(), 32U);
    EXPECT_LE(reading.findings.size(), Findings::most);
    EXPECT_EQ(reading.findings.back().media, -1) << "errors that found no room concern everything";
    std::string parameters;
    for (int i = 0; i < 70; ++i) parameters += "p" + std::to_string(i) + "=1;";
    EXPECT_THAT(first_error(video_with(parameters)), HasSubstr("more than 64 parameters"));
    EXPECT_THAT(first_error(""), HasSubstr("no session description"));
}

}  // namespace
}  // namespace streamlib::st2110
