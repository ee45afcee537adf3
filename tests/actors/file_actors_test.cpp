// SPDX-License-Identifier: Apache-2.0
// MediaFile, ColorConvert, FileSink and Snapshot in a harness, with the ffmpeg program as the peer.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "actors/file/file_sink.hpp"
#include "actors/file/media_file.hpp"
#include "actors/video/color_convert.hpp"
#include "actors/video/snapshot.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/harness.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

using peer::Bytes;

ActorHarness play(const std::string& path, Rate rate,
                  std::initializer_list<std::pair<const char*, const char*>> properties = {}) {
    ActorHarness harness(std::make_unique<MediaFile>(), rate);
    EXPECT_TRUE(harness.set("path", path));
    for (const auto& [name, text] : properties) EXPECT_TRUE(harness.set(name, text)) << name;
    const auto configured = harness.configure();
    EXPECT_TRUE(configured) << configured.error().text;
    const auto started = harness.start();
    EXPECT_TRUE(started) << started.error().text;
    return harness;
}

Result<> try_to_play(const std::string& path,
                     std::initializer_list<std::pair<const char*, const char*>> properties = {}) {
    ActorHarness harness(std::make_unique<MediaFile>());
    EXPECT_TRUE(harness.set("path", path));
    for (const auto& [name, text] : properties) EXPECT_TRUE(harness.set(name, text)) << name;
    if (auto ok = harness.configure(); !ok) return ok;
    return harness.start();
}

void append(std::vector<SeenBlock>& all, std::vector<SeenBlock> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

Bytes tight_all(const VideoFormat& format, const std::vector<SeenBlock>& blocks) {
    Bytes bytes;
    for (const SeenBlock& block : blocks) {
        const Bytes one = peer::tight(format, block.payload);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

TEST(MediaFile, shows_every_picture_once_on_its_tick_and_ends) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=30000/1001:d=1 -c:v libx264 " + path);
    ActorHarness harness = play(path, {30000, 1001});
    const TaiTime start = harness.next_tick().time;
    std::vector<SeenBlock> seen;
    for (int n = 0; n < 30; ++n) {
        EXPECT_FALSE(harness.finished()) << n;
        harness.tick();
        const auto now = harness.take("video");
        ASSERT_EQ(now.size(), 1U) << n;
        EXPECT_NEAR(static_cast<double>(now[0].header.origin_ns - start.ns), n * 1001e9 / 30000, 2)
            << n;
        append(seen, now);
    }
    EXPECT_TRUE(harness.finished());
    EXPECT_TRUE(harness.output_ended("video"));
    EXPECT_TRUE(tight_all(harness.format("video").video, seen) ==
                peer::ffmpeg("-i " + path + " -f rawvideo -"));
    EXPECT_EQ(harness.format("audio").kind, MediaKind::none);
}

TEST(MediaFile, shows_every_picture_once_whatever_the_clock_s_rate) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=50:d=1 -c:v mpeg4 " + path);
    const Bytes expected = peer::ffmpeg("-i " + path + " -f rawvideo -");
    for (const Rate rate : {Rate{10, 1}, Rate{24, 1}, Rate{60000, 1001}, Rate{240, 1}}) {
        ActorHarness harness = play(path, rate);
        std::vector<SeenBlock> seen;
        for (int n = 0; n < 300 && !harness.finished(); ++n) {
            harness.tick();
            append(seen, harness.take("video"));
        }
        EXPECT_TRUE(harness.finished());
        ASSERT_EQ(seen.size(), 50U) << to_string(rate);
        EXPECT_TRUE(tight_all(harness.format("video").video, seen) == expected) << to_string(rate);
    }
}

TEST(MediaFile, plays_picture_and_sound_of_one_time_together) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mov");
    peer::ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i sine=r=48000:d=1 -c:v mpeg4 -c:a "
        "pcm_s16le " +
        path);
    ActorHarness harness = play(path, {25, 1}, {{"block", "960"}});
    const TaiTime start = harness.next_tick().time;
    std::size_t samples = 0;
    Bytes sound;
    for (int n = 0; !harness.finished() && n < 100; ++n) {
        harness.tick();
        for (const SeenBlock& block : harness.take("audio")) {
            EXPECT_EQ(block.header.origin_ns - start.ns,
                      static_cast<Nanoseconds>(samples) * 1'000'000'000 / 48000);
            // No more than half a tick before its time.
            EXPECT_LE(block.header.origin_ns, block.header.time_ns + 20'000'000);
            samples += block.payload.size() / 2;
            sound.insert(sound.end(), block.payload.begin(), block.payload.end());
        }
    }
    EXPECT_TRUE(sound == peer::ffmpeg("-i " + path + " -f s16le -"));
    EXPECT_EQ(harness.counter("pictures"), 25U);
}

TEST(MediaFile, makes_up_for_ticks_that_were_missed) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v mpeg4 " + path);
    ActorHarness harness = play(path, {25, 1});
    harness.tick(5);
    EXPECT_EQ(harness.take("video").size(), 5U);
    harness.jump_to(harness.next_tick().index + 3);
    std::vector<std::size_t> counts;
    for (int n = 0; n < 4; ++n) {
        harness.tick();
        counts.push_back(harness.take("video").size());
    }
    EXPECT_EQ(counts, (std::vector<std::size_t>{2, 2, 2, 1}));
}

TEST(MediaFile, loops_without_a_seam) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -c:v mpeg4 -bf 2 " + path);
    ActorHarness harness = play(path, {25, 1}, {{"loop", "true"}});
    const TaiTime start = harness.next_tick().time;
    std::vector<SeenBlock> seen;
    for (std::int64_t n = 0; n < 35; ++n) {
        harness.tick();
        const auto now = harness.take("video");
        ASSERT_EQ(now.size(), 1U) << n;
        EXPECT_EQ(now[0].header.origin_ns - start.ns, n * 40'000'000);
        append(seen, now);
    }
    EXPECT_FALSE(harness.finished());
    EXPECT_EQ(harness.counter("passes"), 3U);
    for (std::size_t n = 10; n < seen.size(); ++n)
        EXPECT_TRUE(seen[n].payload == seen[n - 10].payload) << n;
}

TEST(MediaFile, starts_in_the_middle_and_runs_at_another_speed) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -g 12 " + path);
    ActorHarness harness = play(path, {25, 1}, {{"seek", "1"}, {"speed", "2"}});
    int ticks = 0;
    std::vector<SeenBlock> seen;
    for (; !harness.finished() && ticks < 100; ++ticks) {
        harness.tick();
        append(seen, harness.take("video"));
    }
    EXPECT_EQ(seen.size(), 25U);
    EXPECT_NEAR(ticks, 13, 1);
    const Bytes all = peer::ffmpeg("-i " + path + " -f rawvideo -");
    const Bytes half(all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    EXPECT_TRUE(tight_all(harness.format("video").video, seen) == half);
}

TEST(MediaFile, says_what_is_wrong_with_its_file) {
    EXPECT_EQ(try_to_play("/nowhere/clip.avi").error().text, "no such file: /nowhere/clip.avi");
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 -c:v mpeg4 " + path);
    EXPECT_NE(try_to_play(path, {{"seek", "5"}}).error().text.find("nothing to play"),
              std::string::npos);
    EXPECT_NE(
        try_to_play(path, {{"audio_stream", "3"}}).error().text.find("stream 3 is no audio stream"),
        std::string::npos);
    EXPECT_NE(try_to_play(path, {{"video_stream", "-2"}}).error().text.find("no picture or sound"),
              std::string::npos);
}

TEST(ColorConvert, makes_ffmpeg_s_bytes_and_carries_the_origin_through) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc2=s=128x96:r=25:d=0.4 -c:v ffv1 -pix_fmt yuv420p " + path);
    ActorHarness clip = play(path, {25, 1});
    ActorHarness convert(std::make_unique<ColorConvert>(), {25, 1});
    ASSERT_TRUE(convert.set("format", "64x48 YCbCr-4:2:2 10"));
    convert.link("video", clip.format("video"));
    ASSERT_TRUE(convert.configure());
    ASSERT_TRUE(convert.start());
    const VideoFormat& to = convert.format("video").video;
    EXPECT_EQ(to_string(to), to_string(peer::video_format("64x48 YCbCr-4:2:2 10 @25 UNSPECIFIED")));
    std::vector<SeenBlock> seen;
    for (int n = 0; n < 10; ++n) {
        clip.tick();
        const auto picture = clip.take("video");
        ASSERT_EQ(picture.size(), 1U);
        convert.feed("video", picture[0].payload, TaiTime{picture[0].header.origin_ns});
        convert.tick();
        const auto converted = convert.take("video");
        ASSERT_EQ(converted.size(), 1U);
        EXPECT_EQ(converted[0].header.origin_ns, picture[0].header.origin_ns);
        append(seen, converted);
    }
    EXPECT_TRUE(tight_all(to, seen) ==
                peer::ffmpeg("-i " + path + " -vf scale=64:48:flags=" + ffmpeg_scale_flags +
                             ",format=yuv422p10le -f rawvideo -"));
    convert.tick();
    EXPECT_TRUE(convert.take("video").empty()) << "nothing new came, so nothing is converted";
}

TEST(ColorConvert, converts_both_pictures_of_a_late_tick) {
    ActorHarness convert(std::make_unique<ColorConvert>());
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:0 8 @25");
    convert.link("video", format);
    ASSERT_TRUE(convert.configure());
    ASSERT_TRUE(convert.start());
    convert.feed("video", Bytes(format.bytes()), TaiTime{100});
    convert.feed("video", Bytes(format.bytes()), TaiTime{200});
    convert.tick();
    const auto seen = convert.take("video");
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].header.origin_ns, 100);
    EXPECT_EQ(seen[1].header.origin_ns, 200);
}

TEST(ColorConvert, refuses_a_format_that_cannot_be) {
    ActorHarness convert(std::make_unique<ColorConvert>());
    convert.link("video", peer::video_format("64x48 YCbCr-4:2:0 8 @25"));
    ASSERT_TRUE(convert.set("format", "YCbCr-4:2:0 16 packed"));
    const auto refused = convert.configure();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("no such layout"), std::string::npos)
        << refused.error().text;
}

/// A FileSink with a picture input, started.
ActorHarness record(const std::string& path, const VideoFormat& format) {
    ActorHarness harness(std::make_unique<FileSink>(), format.rate);
    EXPECT_TRUE(harness.set("path", path));
    harness.link("video", format);
    const auto configured = harness.configure();
    EXPECT_TRUE(configured) << configured.error().text;
    const auto started = harness.start();
    EXPECT_TRUE(started) << started.error().text;
    return harness;
}

TEST(FileSink, writes_every_picture_once_and_finishes_at_the_end) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("out.mkv");
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:2 10 @25");
    ActorHarness sink = record(path, format);
    Bytes expected;
    for (unsigned n = 0; n < 20; ++n) {
        const Bytes payload = peer::random_planar(format, n);
        const Bytes one = peer::tight(format, payload);
        expected.insert(expected.end(), one.begin(), one.end());
        sink.feed("video", payload, TaiTime{1'000'000'000 + n * Nanoseconds{40'000'000}});
        if (n % 3 == 2) sink.tick();  // Several wait at times.
    }
    sink.end("video");
    sink.tick();
    EXPECT_TRUE(sink.finished());
    EXPECT_EQ(sink.counter("pictures"), 20U);
    EXPECT_EQ(sink.counter("missed"), 0U);
    EXPECT_TRUE(peer::ffmpeg("-i " + path + " -f rawvideo -") == expected);
    EXPECT_EQ(sink.log_lines().front(), "writing " + path);
}

TEST(FileSink, counts_what_was_overwritten_before_it_was_read) {
    const peer::TemporaryFolder folder;
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:0 8 @25");
    ActorHarness sink = record(folder.file("out.mkv"), format);
    for (int n = 0; n < 100; ++n)
        sink.feed("video", Bytes(format.bytes()),
                  TaiTime{1'000'000'000 + n * Nanoseconds{40'000'000}});
    sink.tick();
    sink.stop();
    EXPECT_GT(sink.counter("missed"), 0U);
    EXPECT_EQ(sink.counter("missed") + sink.counter("pictures"), 100U);
}

TEST(FileSink, muxes_by_origin) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("out.mkv");
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:0 8 @25");
    AudioFormat sound = *parse_audio_format("48000 2ch s16 block=1920");
    ActorHarness sink(std::make_unique<FileSink>(), Rate{25, 1});
    ASSERT_TRUE(sink.set("path", path));
    sink.link("video", format);
    sink.link("audio", sound);
    ASSERT_TRUE(sink.configure());
    ASSERT_TRUE(sink.start());
    for (int n = 0; n < 25; ++n) {
        const TaiTime origin{1'000'000'000 + n * 40'000'000};
        sink.feed("video", Bytes(format.bytes()), origin);
        sink.feed("audio", Bytes(sound.bytes()), origin + 80'000'000);  // Sound of a little later.
        sink.tick();
    }
    sink.end("video");
    sink.end("audio");
    sink.tick();
    ASSERT_TRUE(sink.finished());
    EXPECT_EQ(peer::text_of("ffprobe -v error -show_entries stream=start_time -of csv=p=0 " + path),
              "0.000000\n0.080000");
}

TEST(FileSink, takes_a_new_name_where_a_file_exists) {
    const peer::TemporaryFolder folder;
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:0 8 @25");
    std::ofstream(folder.file("out.mkv")) << "precious";
    for (const char* name : {"out.0001.mkv", "out.0002.mkv"}) {
        ActorHarness sink = record(folder.file("out.mkv"), format);
        EXPECT_EQ(dynamic_cast<FileSink&>(sink.actor()).file(), folder.file(name));
        sink.feed("video", Bytes(format.bytes()));
        sink.tick();
        sink.stop();
    }
    EXPECT_EQ(peer::text_of("cat " + folder.file("out.mkv")), "precious");
}

TEST(FileSink, begins_a_new_file_when_the_format_changes) {
    const peer::TemporaryFolder folder;
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:0 8 @25");
    ActorHarness sink = record(folder.file("out.mkv"), format);
    sink.feed("video", Bytes(format.bytes()));
    sink.tick();
    // What the runtime does when the source goes on with other pictures.
    ActorCore::of(sink.actor()).set_input_format(0, peer::video_format("32x16 RGB 8 @25 FULL"));
    ASSERT_TRUE(sink.actor().format_changed());
    EXPECT_EQ(dynamic_cast<FileSink&>(sink.actor()).file(), folder.file("out.0001.mkv"));
    EXPECT_EQ(peer::text_of("ffprobe -v error -count_packets -show_entries "
                            "stream=width,nb_read_packets -of csv=p=0 " +
                            folder.file("out.mkv")),
              "64,1");
}

TEST(FileSink, refuses_before_it_makes_a_file) {
    const peer::TemporaryFolder folder;
    ActorHarness sink(std::make_unique<FileSink>());
    ASSERT_TRUE(sink.set("path", folder.file("out.wav")));
    sink.link("video", peer::video_format("64x48 YCbCr-4:2:0 8 @25"));
    ASSERT_FALSE(sink.configure());
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.wav")));
    ActorHarness idle(std::make_unique<FileSink>());
    ASSERT_TRUE(idle.set("path", folder.file("out.mkv")));
    EXPECT_NE(idle.configure().error().text.find("nothing to write"), std::string::npos);
    EXPECT_FALSE(sink.set("codec", "h266"));
    ActorHarness nowhere(std::make_unique<FileSink>());
    ASSERT_TRUE(nowhere.set("path", folder.file("missing/out.mkv")));
    nowhere.link("video", peer::video_format("64x48 YCbCr-4:2:0 8 @25"));
    const auto refused = nowhere.configure();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("missing: No such file"), std::string::npos)
        << refused.error().text;
}

TEST(Snapshot, writes_png_files_that_ffmpeg_reads) {
    const peer::TemporaryFolder folder;
    for (const char* text : {"64x48 RGB 8 packed FULL", "64x48 RGBA 8 FULL", "64x48 KEY 8 FULL"}) {
        const VideoFormat format = peer::video_format(text);
        VideoFormat planar = format;
        planar.layout = Layout::planar;
        const Bytes samples = peer::random_planar(planar, 4);
        Bytes payload(format.bytes());
        (*peer::api().make_scaler(planar, format))->convert(samples, payload);
        ActorHarness snapshot(std::make_unique<Snapshot>());
        ASSERT_TRUE(snapshot.set("path", folder.file("s-{n}.png")));
        ASSERT_TRUE(snapshot.set("at", "1"));
        ASSERT_TRUE(snapshot.set("every", "2"));
        snapshot.link("video", format);
        ASSERT_TRUE(snapshot.configure());
        ASSERT_TRUE(snapshot.start());
        for (int n = 0; n < 4; ++n) {
            snapshot.feed("video", payload);
            snapshot.tick();
        }
        EXPECT_EQ(snapshot.counter("written"), 2U);
        VideoFormat packed = format;
        if (format.sampling != Sampling::key) packed.layout = Layout::packed;
        Bytes expected(packed.bytes());
        (*peer::api().make_scaler(format, packed))->convert(payload, expected);
        EXPECT_TRUE(peer::ffmpeg("-i " + folder.file("s-3.png") + " -f rawvideo -") ==
                    peer::tight(packed, expected))
            << text;
        EXPECT_FALSE(std::filesystem::exists(folder.file("s-0.png")));
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.file("")), {}), 2)
            << "nothing is left beside";
    }
}

TEST(Snapshot, writes_16_bit_where_there_are_more_than_8) {
    const peer::TemporaryFolder folder;
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:2 10 packed");
    ActorHarness snapshot(std::make_unique<Snapshot>());
    ASSERT_TRUE(snapshot.set("path", folder.file("s.png")));
    snapshot.link("video", format);
    ASSERT_TRUE(snapshot.configure());
    ASSERT_TRUE(snapshot.start());
    snapshot.feed("video", Bytes(format.bytes()));
    snapshot.tick();
    EXPECT_EQ(
        peer::text_of("ffprobe -v error -show_entries stream=pix_fmt,width,height -of csv=p=0 " +
                      folder.file("s.png")),
        "64,48,rgb48be");
}

TEST(Snapshot, goes_on_when_a_file_cannot_be_written) {
    const VideoFormat format = peer::video_format("64x48 YCbCr-4:2:2 8");
    ActorHarness snapshot(std::make_unique<Snapshot>());
    ASSERT_TRUE(snapshot.set("path", "/nowhere/s.png"));
    snapshot.link("video", format);
    ASSERT_TRUE(snapshot.configure());
    ASSERT_TRUE(snapshot.start());
    snapshot.feed("video", Bytes(format.bytes()));
    snapshot.tick();
    EXPECT_EQ(snapshot.counter("failed"), 1U);
    ASSERT_EQ(snapshot.log_lines().size(), 1U);
    EXPECT_NE(snapshot.log_lines()[0].find("/nowhere/s.png"), std::string::npos);
}

TEST(FileActors, carry_the_real_clip_through_every_stage_once) {
    const std::string clip_path = STREAMLIB_SHARED_DIR "/media/vtest.avi";
    if (!std::filesystem::exists(clip_path)) GTEST_SKIP() << clip_path << " is absent";
    const peer::TemporaryFolder folder;
    const std::string out = folder.file("out.mkv");
    const Rate rate{10, 1};
    ActorHarness clip = play(clip_path, rate, {{"seek", "75"}});
    ActorHarness convert(std::make_unique<ColorConvert>(), rate);
    convert.link("video", clip.format("video"));
    ASSERT_TRUE(convert.configure());
    ASSERT_TRUE(convert.start());
    ActorHarness sink = record(out, convert.format("video").video);
    while (!clip.finished()) {
        clip.tick();
        for (const SeenBlock& picture : clip.take("video"))
            convert.feed("video", picture.payload, TaiTime{picture.header.origin_ns});
        convert.tick();
        for (const SeenBlock& picture : convert.take("video"))
            sink.feed("video", picture.payload, TaiTime{picture.header.origin_ns});
        sink.tick();
    }
    sink.end("video");
    sink.tick();
    ASSERT_TRUE(sink.finished());
    EXPECT_EQ(sink.counter("pictures"), 45U);
    const std::string ours = peer::text_of("ffmpeg -nostdin -v error -i " + out +
                                           " -f framemd5 - | grep -v '^#' | awk '{print $NF}'");
    const std::string theirs = peer::text_of(
        "ffmpeg -nostdin -v error -i " + clip_path +
        " -vf \"select='gte(t,75)',scale=flags=" + ffmpeg_scale_flags +
        ",format=yuv422p\" -vsync passthrough -f framemd5 - | grep -v '^#' | awk '{print $NF}'");
    EXPECT_EQ(ours, theirs);
    EXPECT_EQ(std::count(ours.begin(), ours.end(), '\n'), 44);
}

}  // namespace
}  // namespace streamlib::actors
