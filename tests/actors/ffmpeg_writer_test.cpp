// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <numbers>

#include "actors/ffmpeg.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

using peer::Bytes;

constexpr int frame_count = 10;

WriteOptions options_for(const std::string& path, const char* video, const char* audio = nullptr) {
    WriteOptions options;
    options.path = path;
    if (video != nullptr) options.video = peer::video_format(video);
    if (audio != nullptr) options.audio = *parse_audio_format(audio);
    return options;
}

std::unique_ptr<MediaWriter> create(const WriteOptions& options) {
    auto writer = peer::api().create_writer(options);
    if (!writer) {
        ADD_FAILURE() << writer.error().text;
        return nullptr;
    }
    return std::move(*writer);
}

Nanoseconds time_of(int n, Rate rate) {
    return (std::int64_t{n} * rate.den * 2'000'000'000 / rate.num + 1) / 2;
}

/// A picture with samples of every legal value; another for each `n`.
Bytes picture(const VideoFormat& format, int n) {
    VideoFormat planar = format;
    planar.layout = Layout::planar;
    const Bytes samples = peer::random_planar(planar, static_cast<unsigned>(n) + 1);
    if (format.layout == Layout::planar) return samples;
    Bytes payload(format.bytes());
    (*peer::api().make_scaler(planar, format))->convert(samples, payload);
    return payload;
}

/// Sample `n` of channel `c` as 32 bits, a sine that uses every bit.
std::int32_t sine(std::int64_t n, int c) {
    return static_cast<std::int32_t>(std::lround(
        2e9 * std::sin(2 * std::numbers::pi * (440 + 110 * c) * static_cast<double>(n) / 48000)));
}

Bytes sound(const AudioFormat& format, std::int64_t first, std::uint32_t frames) {
    Bytes bytes(std::size_t{frames} * format.channels * format.sample_bytes());
    std::byte* out = bytes.data();
    for (std::int64_t n = first; n < first + frames; ++n) {
        for (int c = 0; c < format.channels; ++c, out += format.sample_bytes()) {
            const std::int32_t value = sine(n, c);
            const auto narrow = static_cast<std::int16_t>(value >> 16);
            const std::int32_t low = value >> 8;
            const float real = static_cast<float>(value) / 2147483648.0F;
            switch (format.sample) {
                case SampleType::s16: std::memcpy(out, &narrow, 2); break;
                case SampleType::s24in32: std::memcpy(out, &low, 4); break;
                case SampleType::s32: std::memcpy(out, &value, 4); break;
                case SampleType::f32: std::memcpy(out, &real, 4); break;
            }
        }
    }
    return bytes;
}

struct VideoCase {
    const char *name, *format, *pixel, *codec;
};

class WriterOfPictures : public ::testing::TestWithParam<VideoCase> {};

TEST_P(WriterOfPictures, is_lossless_and_ffmpeg_reads_every_picture_once) {
    const VideoCase& c = GetParam();
    const peer::TemporaryFolder folder;
    WriteOptions options = options_for(folder.file(c.name), c.format);
    options.video_codec = c.codec;
    const VideoFormat& format = *options.video;
    const auto writer = create(options);
    ASSERT_TRUE(writer);
    // FFmpeg has no lossless way from BGRA to planes, so RGBA is compared packed.
    VideoFormat seen = format;
    seen.layout = std::string(c.pixel) == "rgba" ? Layout::packed : Layout::planar;
    Bytes expected;
    for (int n = 0; n < frame_count; ++n) {
        const Bytes payload = picture(format, n);
        ASSERT_TRUE(writer->write_video(payload, time_of(n, format.rate))) << writer->error().text;
        Bytes as_seen(seen.bytes());
        (*peer::api().make_scaler(format, seen))->convert(payload, as_seen);
        const Bytes one = peer::tight(seen, as_seen);
        expected.insert(expected.end(), one.begin(), one.end());
    }
    ASSERT_TRUE(writer->finish());
    const Bytes theirs = peer::ffmpeg("-i " + options.path + " -sws_flags " + ffmpeg_scale_flags +
                                      " -f rawvideo -pix_fmt " + c.pixel + " -");
    EXPECT_TRUE(theirs == expected);
    const std::string rate = peer::text_of(
        "ffprobe -v error -select_streams v -show_entries stream=avg_frame_rate -of csv=p=0 " +
        options.path);
    EXPECT_EQ(rate.substr(0, rate.find(',')),
              std::to_string(format.rate.num) + "/" + std::to_string(format.rate.den));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WriterOfPictures,
    ::testing::Values(VideoCase{"a.mkv", "64x48 YCbCr-4:2:0 8 @25", "yuv420p", ""},
                      VideoCase{"b.mkv", "64x48 YCbCr-4:2:2 8 @25 packed", "yuv422p", ""},
                      VideoCase{"c.mkv", "64x48 YCbCr-4:2:2 10 @25 pgroup", "yuv422p10le", ""},
                      VideoCase{"d.mkv", "64x48 YCbCr-4:4:4 12 @50", "yuv444p12le", ""},
                      VideoCase{"e.mkv", "64x48 YCbCr-4:2:2 16 @25", "yuv422p16le", ""},
                      VideoCase{"f.mkv", "64x48 RGB 8 @25 FULL", "gbrp", ""},
                      VideoCase{"g.mkv", "64x48 RGB 8 @25 packed FULL", "gbrp", ""},
                      VideoCase{"h.mkv", "64x48 RGB 8 @25 pgroup FULL", "gbrp", ""},
                      VideoCase{"i.mkv", "64x48 RGBA 8 @25 packed FULL", "rgba", ""},
                      VideoCase{"j.mkv", "64x48 RGB 10 @25 FULL", "gbrp10le", ""},
                      VideoCase{"k.mkv", "64x48 RGB 16 @25 packed FULL", "gbrp16le", ""},
                      VideoCase{"l.mkv", "64x48 RGBA 16 @25 packed FULL", "gbrap16le", ""},
                      VideoCase{"m.mkv", "64x48 KEY 8 @25 FULL", "gray", ""},
                      VideoCase{"n.mkv", "64x48 KEY 10 @25 FULL", "gray10le", ""},
                      VideoCase{"o.mov", "64x48 YCbCr-4:2:0 8 @25", "yuv420p", ""},
                      VideoCase{"p.mov", "64x48 YCbCr-4:2:2 10 @25 packed", "yuv422p10le", "ffv1"},
                      VideoCase{"q.y4m", "64x48 YCbCr-4:2:0 8 @30000/1001", "yuv420p", ""},
                      VideoCase{"r.y4m", "64x48 YCbCr-4:2:2 10 @25 packed", "yuv422p10le", ""},
                      VideoCase{"s.mkv", "64x48 YCbCr-4:2:2 8 @25", "yuv422p", "rawvideo"},
                      VideoCase{"t.mkv", "64x48 YCbCr-4:2:2 8 @25 interlaced", "yuv422p", ""},
                      VideoCase{"u.mkv", "16x2 YCbCr-4:2:0 8 @25", "yuv420p", ""}),
    [](const auto& about) { return std::string(1, about.param.name[0]); });

struct AudioCase {
    const char *name, *format, *codec, *raw;
};

class WriterOfSound : public ::testing::TestWithParam<AudioCase> {};

TEST_P(WriterOfSound, is_lossless) {
    const AudioCase& c = GetParam();
    const peer::TemporaryFolder folder;
    WriteOptions options = options_for(folder.file(c.name), nullptr, c.format);
    options.audio_codec = c.codec;
    const auto writer = create(options);
    ASSERT_TRUE(writer);
    for (int n = 0; n < 100; ++n) {
        ASSERT_TRUE(writer->write_audio(sound(*options.audio, n * 480, 480), 480,
                                        Nanoseconds{n} * 10'000'000));
    }
    ASSERT_TRUE(writer->finish());
    const Bytes theirs = peer::ffmpeg("-i " + options.path + " -f " + c.raw + " -");
    Bytes expected = sound(*options.audio, 0, 48000);
    if (options.audio->sample == SampleType::s24in32) {
        for (std::size_t i = 0; i < expected.size();
             i += 4) {  // FFmpeg's 24 bits are the high ones.
            std::rotate(&expected[i], &expected[i] + 3, &expected[i] + 4);
            expected[i] = std::byte{0};
        }
    }
    EXPECT_TRUE(theirs == expected);
}

INSTANTIATE_TEST_SUITE_P(Files, WriterOfSound,
                         ::testing::Values(AudioCase{"a.wav", "48000 2ch s16", "", "s16le"},
                                           AudioCase{"b.wav", "48000 1ch s24in32", "", "s32le"},
                                           AudioCase{"c.wav", "48000 2ch f32", "", "f32le"},
                                           AudioCase{"d.mkv", "48000 2ch s32", "", "s32le"},
                                           AudioCase{"e.mkv", "48000 2ch s24in32", "flac", "s32le"},
                                           AudioCase{"f.mkv", "48000 16ch f32", "", "f32le"},
                                           AudioCase{"g.mov", "48000 2ch s24in32", "", "s32le"},
                                           AudioCase{"h.mov", "48000 2ch f32", "", "f32le"}),
                         [](const auto& about) { return std::string(1, about.param.name[0]); });

/// Writes `seconds` of picture and sound, then hands over to `and_then` before finish().
template <class Then>
void write_both(const WriteOptions& options, int frames, Then and_then) {
    auto writer = create(options);
    ASSERT_TRUE(writer);
    const Rate rate = options.video ? options.video->rate : Rate{25, 1};
    for (int n = 0; n < frames; ++n) {
        const Nanoseconds pts = time_of(n, rate);
        if (options.video) {
            ASSERT_TRUE(writer->write_video(picture(*options.video, n), pts));
        }
        if (options.audio) {
            ASSERT_TRUE(writer->write_audio(sound(*options.audio, n * 1920, 1920), 1920, pts));
        }
    }
    and_then(*writer);
}

std::size_t count_of(const std::string& path, const char* kind) {
    const std::string text = peer::text_of("ffmpeg -nostdin -v quiet -i " + path +
                                           " -map 0:" + kind + " -f framemd5 - | grep -vc '^#'");
    return text.empty() ? 0 : std::stoul(text);
}

TEST(Writer, muxes_picture_and_sound_by_their_times) {
    const peer::TemporaryFolder folder;
    for (const char* name : {"a.mkv", "a.mov"}) {
        const WriteOptions options =
            options_for(folder.file(name), "64x48 YCbCr-4:2:0 8 @25", "48000 2ch s16");
        write_both(options, 50, [](MediaWriter& writer) { ASSERT_TRUE(writer.finish()); });
        EXPECT_EQ(count_of(options.path, "v"), 50U) << name;
        EXPECT_TRUE(peer::ffmpeg("-i " + options.path + " -map 0:a -f s16le -") ==
                    sound(*options.audio, 0, 50 * 1920))
            << name;
        const std::string start = peer::text_of(
            "ffprobe -v error -show_entries stream=start_time -of csv=p=0 " + options.path);
        EXPECT_EQ(start, "0.000000\n0.000000") << name;
    }
}

TEST(Writer, keeps_a_gap_and_takes_no_time_twice) {
    const peer::TemporaryFolder folder;
    const WriteOptions options = options_for(folder.file("a.mkv"), "64x48 YCbCr-4:2:0 8 @25");
    const auto writer = create(options);
    ASSERT_TRUE(writer);
    for (const Nanoseconds pts : {0LL, 40'000'000LL, 200'000'000LL, 200'000'000LL, 240'000'000LL}) {
        ASSERT_TRUE(writer->write_video(picture(*options.video, 1), pts));
    }
    ASSERT_TRUE(writer->finish());
    const std::string times =
        peer::text_of("ffprobe -v error -show_entries packet=pts -of csv=p=0 " + options.path);
    EXPECT_TRUE(times == "0\n40\n200\n200\n240" || times == "0\n40\n200\n201\n240") << times;
}

TEST(Writer, fills_missing_sound_with_silence_where_a_file_has_no_times) {
    const peer::TemporaryFolder folder;
    const WriteOptions options = options_for(folder.file("a.wav"), nullptr, "48000 1ch s16");
    const auto writer = create(options);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write_audio(sound(*options.audio, 0, 480), 480, 0));
    ASSERT_TRUE(writer->write_audio(sound(*options.audio, 960, 480), 480, 20'000'000));
    ASSERT_TRUE(writer->finish());
    Bytes expected = sound(*options.audio, 0, 1440);
    std::fill(expected.begin() + 960, expected.begin() + 1920, std::byte{0});
    EXPECT_TRUE(peer::ffmpeg("-i " + options.path + " -f s16le -") == expected);
}

TEST(Writer, never_overwrites) {
    const peer::TemporaryFolder folder;
    std::ofstream(folder.file("a.mkv")) << "precious";
    const auto refused =
        peer::api().create_writer(options_for(folder.file("a.mkv"), "64x48 YCbCr-4:2:0 8 @25"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::already_exists);
    EXPECT_EQ(peer::text_of("cat " + folder.file("a.mkv")), "precious");
}

TEST(Writer, names_what_is_legal) {
    const auto text = [](const WriteOptions& options) {
        return peer::api().check_writer(options).error().text;
    };
    EXPECT_EQ(text(options_for("x.mp9", "64x48 YCbCr-4:2:0 8 @25")),
              "\"x.mp9\": the name must end in .mkv, .mov, .wav or .y4m");
    EXPECT_EQ(text(options_for("x.wav", "64x48 YCbCr-4:2:0 8 @25")),
              "x.wav: .wav holds sound only; use .mkv or .mov for pictures");
    EXPECT_EQ(text(options_for("x.y4m", nullptr, "48000 2ch s16")),
              "x.y4m: .y4m holds pictures only; use .mkv or .mov for sound");
    EXPECT_NE(text(options_for("x.y4m", "64x48 RGB 8 @25")).find("y4m holds no RGB"),
              std::string::npos);
    WriteOptions options = options_for("x.mov", "64x48 YCbCr-4:2:0 8 @25");
    options.video_codec = "h265";
    EXPECT_EQ(text(options), "x.mov: no h265 in .mov; use ffv1, v210, h264");
    options.video_codec = "v210";
    EXPECT_NE(text(options).find("YCbCr-4:2:2 10 only"), std::string::npos);
}

TEST(Writer, says_where_it_cannot_create_a_file) {
    const auto refused =
        peer::api().create_writer(options_for("/nowhere/a.mkv", "64x48 YCbCr-4:2:0 8 @25"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("/nowhere/a.mkv"), std::string::npos);
}

TEST(Writer, says_when_the_file_can_grow_no_more) {
    const peer::TemporaryFolder folder;
    const WriteOptions options = options_for(folder.file("a.mkv"), "64x48 YCbCr-4:2:0 8 @25");
    const auto writer = create(options);
    ASSERT_TRUE(writer);
    // A limit on the size of files stands in for a full disk.
    ::rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    ::rlimit small = before;
    small.rlim_cur = 20'000;
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    bool fine = true;
    for (int n = 0; n < 50 && fine; ++n)
        fine = writer->write_video(picture(*options.video, n), time_of(n, {25, 1}));
    const Result<> finished = writer->finish();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, old);
    EXPECT_FALSE(fine);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().text, "cannot write " + options.path + ": File too large");
}

class WriterKilled : public ::testing::TestWithParam<const char*> {};

TEST_P(WriterKilled, leaves_a_file_that_ffmpeg_reads) {
    const peer::TemporaryFolder folder;
    const std::string name = GetParam();
    const bool wav = name.ends_with(".wav"), y4m = name.ends_with(".y4m");
    const WriteOptions options =
        options_for(folder.file(name), wav ? nullptr : "64x48 YCbCr-4:2:0 8 @25",
                    y4m ? nullptr : "48000 2ch s16");
    constexpr int written = 75;
    const ::pid_t child = ::fork();
    if (child == 0) {
        write_both(options, written, [](MediaWriter&) { ::raise(SIGKILL); });
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    // What came before the last second is there.
    if (!wav) {
        EXPECT_GE(count_of(options.path, "v"), 50U);
    }
    if (!y4m) {
        EXPECT_GE(peer::ffmpeg("-v fatal -i " + options.path + " -map 0:a -f s16le -").size(),
                  50U * 1920 * 4);
    }
}

INSTANTIATE_TEST_SUITE_P(Containers, WriterKilled,
                         ::testing::Values("a.mkv", "b.mov", "c.wav", "d.y4m"),
                         [](const auto& about) { return std::string(about.param).substr(2); });

}  // namespace
}  // namespace streamlib::actors
