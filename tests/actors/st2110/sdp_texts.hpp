// SPDX-License-Identifier: Apache-2.0
// Session descriptions that several tests read.
#pragma once

#include <string>

namespace streamlib::st2110::testing {

/// A description of one 1080p59.94 stream whose `a=fmtp` parameters are `parameters`.
inline std::string video_with(const std::string& parameters) {
    return "v=0\r\n"
           "o=- 1 2 IN IP4 192.168.1.7\r\n"
           "s=test\r\n"
           "t=0 0\r\n"
           "m=video 5004 RTP/AVP 96\r\n"
           "c=IN IP4 239.1.2.3/64\r\n"
           "a=rtpmap:96 raw/90000\r\n"
           "a=fmtp:96 " +
           parameters +
           "\r\n"
           "a=ts-refclk:ptp=IEEE1588-2008:traceable\r\n"
           "a=mediaclk:direct=0\r\n";
}

inline constexpr const char* good_parameters =
    "sampling=YCbCr-4:2:2; width=1920; height=1080; exactframerate=60000/1001; depth=10; TCS=SDR; "
    "colorimetry=BT709; PM=2110GPM; SSN=ST2110-20:2017; TP=2110TPW; ";

/// `good_parameters` with `from` replaced by `to`.
inline std::string parameters_but(const std::string& from, const std::string& to) {
    std::string text = good_parameters;
    return text.replace(text.find(from), from.size(), to);
}

// What libavformat 59 prints for: rawvideo uyvy422, bitpacked 4:2:2 10 (both without a rate), L24 mono, L16 stereo 44.1.
inline std::string ffmpeg(const std::string& media) {
    return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=No Name\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
           "a=tool:libavformat LIBAVFORMAT_VERSION\r\n" +
           media;
}
inline const std::string ffmpeg_uyvy = ffmpeg(
    "m=video 5004 RTP/AVP 96\r\nb=AS:61440\r\na=rtpmap:96 raw/90000\r\n"
    "a=fmtp:96 sampling=YCbCr-4:2:2; width=320; height=240; depth=8\r\n");
inline const std::string ffmpeg_bitpacked = ffmpeg(
    "m=video 5004 RTP/AVP 96\r\nb=AS:92067\r\na=rtpmap:96 raw/90000\r\n"
    "a=fmtp:96 sampling=YCbCr-4:2:2; width=320; height=240; depth=10; interlace\r\n");
inline const std::string ffmpeg_l24 =
    ffmpeg("m=audio 5004 RTP/AVP 97\r\nb=AS:1152\r\na=rtpmap:97 L24/48000/1\r\n");
inline const std::string ffmpeg_l16 = ffmpeg("m=audio 5004 RTP/AVP 10\r\nb=AS:1411\r\n");

// As gst_sdp_media_set_media_from_caps prints the caps of rtpvrawpay, rtpL24pay.
inline const std::string gstreamer_video =
    "v=0\r\no=- 1188340656180883 1 IN IP4 127.0.0.1\r\ns=Session streamed with GStreamer\r\n"
    "i=rtsp-server\r\nt=0 "
    "0\r\na=tool:GStreamer\r\na=type:broadcast\r\na=control:*\r\na=range:npt=now-\r\n"
    "m=video 5004 RTP/AVP 96\r\nc=IN IP4 127.0.0.1\r\nb=AS:1327104\r\na=rtpmap:96 raw/90000\r\n"
    "a=framerate:59.940059940059939\r\n"
    "a=fmtp:96 sampling=YCbCr-4:2:2;depth=10;width=1920;height=1080;colorimetry=BT709-2\r\n"
    "a=control:stream=0\r\na=ts-refclk:local\r\na=mediaclk:sender\r\n";
inline const std::string gstreamer_audio =
    "v=0\r\no=- 1188340656180883 1 IN IP4 127.0.0.1\r\ns=Session streamed with GStreamer\r\nt=0 "
    "0\r\n"
    "m=audio 5006 RTP/AVP 97\r\nc=IN IP4 127.0.0.1\r\na=rtpmap:97 L24/48000/2\r\n"
    "a=fmtp:97 channel-order=AIFF\r\na=ptime:0.33\r\n";

}  // namespace streamlib::st2110::testing
