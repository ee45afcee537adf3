// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "actors/ffmpeg.hpp"
#include "tests/actors/ffmpeg_peer.hpp"

namespace streamlib::actors {
namespace {

using peer::Bytes;

std::unique_ptr<MediaReader> open(const std::string& path, const ReadOptions& options = {}) {
    auto reader = peer::api().open_reader(path, options);
    if (!reader) {
        ADD_FAILURE() << reader.error().text;
        return nullptr;
    }
    return std::move(*reader);
}

struct Picture {
    Nanoseconds pts;
    Bytes payload;
};

std::vector<Picture> all_pictures(MediaReader& reader) {
    std::vector<Picture> pictures;
    DecodedBlock block;
    while (reader.next(MediaKind::video, block) == ReadStatus::frame) {
        pictures.push_back({block.pts, Bytes(block.bytes)});
        reader.copy(MediaKind::video, pictures.back().payload);
    }
    return pictures;
}

struct Sound {
    std::vector<Nanoseconds> pts;
    std::vector<std::uint32_t> frames;
    Bytes samples;
};

Sound all_sound(MediaReader& reader) {
    Sound sound;
    DecodedBlock block;
    while (reader.next(MediaKind::audio, block) == ReadStatus::frame) {
        sound.pts.push_back(block.pts);
        sound.frames.push_back(block.frames);
        const std::size_t at = sound.samples.size();
        sound.samples.resize(at + block.bytes);
        reader.copy(MediaKind::audio, std::span(sound.samples).subspan(at));
    }
    return sound;
}

Bytes tight_all(const VideoFormat& format, const std::vector<Picture>& pictures) {
    Bytes bytes;
    for (const Picture& picture : pictures) {
        const Bytes one = peer::tight(format, picture.payload);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

const std::string film = " -f lavfi -i testsrc2=s=320x180:r=60000/1001:d=0.5 ";
const std::string tone = " -f lavfi -i 'sine=f=440:r=48000:d=0.5' ";

struct Source {
    const char *name, *encoding, *format, *pixel;
};

class ReaderBesideFfmpeg : public ::testing::TestWithParam<Source> {};

TEST_P(ReaderBesideFfmpeg, decodes_every_picture_once_to_the_same_bytes) {
    const Source& source = GetParam();
    const peer::TemporaryFolder folder;
    const std::string path = folder.file(source.name);
    peer::ffmpeg(film + source.encoding + " " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    const VideoFormat& format = reader->chosen(MediaKind::video)->video;
    VideoFormat expected = peer::video_format(source.format);
    expected.rate = {60000, 1001};
    expected.colorimetry = format.colorimetry;
    EXPECT_EQ(to_string(format), to_string(expected));
    const std::vector<Picture> pictures = all_pictures(*reader);
    ASSERT_EQ(pictures.size(), 30U);
    const Bytes theirs = peer::ffmpeg("-i " + path + " -sws_flags " + ffmpeg_scale_flags +
                                      " -f rawvideo -pix_fmt " + source.pixel + " -");
    EXPECT_TRUE(tight_all(format, pictures) == theirs);
    EXPECT_EQ(reader->damaged(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Files, ReaderBesideFfmpeg,
    ::testing::Values(
        Source{"a.avi", "-c:v mpeg4 -q:v 3", "320x180 YCbCr-4:2:0 8", "yuv420p"},
        Source{"b.mkv", "-c:v libx264 -pix_fmt yuv420p", "320x180 YCbCr-4:2:0 8", "yuv420p"},
        Source{"c.mp4", "-c:v libx264 -pix_fmt yuv422p10le", "320x180 YCbCr-4:2:2 10",
               "yuv422p10le"},
        Source{"d.mov", "-c:v v210 -pix_fmt yuv422p10le", "320x180 YCbCr-4:2:2 10", "yuv422p10le"},
        Source{"e.mkv", "-c:v ffv1 -pix_fmt gbrp12le", "320x180 RGB 12 FULL", "gbrp12le"},
        Source{"f.mov", "-c:v qtrle -pix_fmt rgb24", "320x180 RGB 8 packed FULL", "rgb24"},
        Source{"g.mkv", "-c:v rawvideo -pix_fmt uyvy422", "320x180 YCbCr-4:2:2 8 packed",
               "uyvy422"},
        Source{"h.mkv", "-c:v ffv1 -pix_fmt yuv411p", "320x180 YCbCr-4:2:2 8", "yuv422p"},
        Source{"i.mkv", "-c:v ffv1 -pix_fmt bgra", "320x180 RGBA 8 packed FULL", "rgba"},
        Source{"j.mkv", "-c:v ffv1 -pix_fmt gray16le", "320x180 KEY 16 FULL", "gray16le"},
        Source{"k.y4m", "-pix_fmt yuv444p", "320x180 YCbCr-4:4:4 8", "yuv444p"}),
    [](const auto& about) { return std::string(1, about.param.name[0]); });

TEST(Reader, gives_exact_times_whatever_the_container_rounds) {
    const peer::TemporaryFolder folder;
    for (const char* name : {"a.mkv", "a.mov", "a.avi"}) {
        peer::ffmpeg(film + "-c:v mpeg4 " + folder.file(name));
        const auto reader = open(folder.file(name));
        ASSERT_TRUE(reader);
        const auto pictures = all_pictures(*reader);
        ASSERT_EQ(pictures.size(), 30U) << name;
        for (std::size_t n = 0; n < pictures.size(); ++n) {
            EXPECT_LE(
                std::abs(pictures[n].pts * 60000 - static_cast<std::int64_t>(n) * 1001'000'000'000),
                60000)
                << name << n;
        }
    }
}

TEST(Reader, cuts_sound_into_equal_blocks_with_every_sample_once) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.wav");
    peer::ffmpeg(tone + "-ac 2 -c:a pcm_s16le " + path);
    ReadOptions options;
    options.block_frames = 480;
    const auto reader = open(path, options);
    ASSERT_TRUE(reader);
    ASSERT_EQ(reader->chosen(MediaKind::video), nullptr);
    EXPECT_EQ(to_string(reader->chosen(MediaKind::audio)->audio),
              to_string(*parse_audio_format("48000 2ch s16 block=480")));
    const Sound sound = all_sound(*reader);
    EXPECT_EQ(sound.frames, std::vector<std::uint32_t>(50, 480));
    for (std::size_t n = 0; n < sound.pts.size(); ++n)
        EXPECT_EQ(sound.pts[n], static_cast<Nanoseconds>(n) * 10'000'000);
    EXPECT_TRUE(sound.samples == peer::ffmpeg("-i " + path + " -f s16le -"));
}

TEST(Reader, ends_with_a_shorter_block) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.wav");
    peer::ffmpeg("-f lavfi -i 'sine=r=44100,atrim=end_sample=1000' -c:a pcm_s16le " + path);
    ReadOptions options;
    options.block_frames = 882;
    const auto reader = open(path, options);
    ASSERT_TRUE(reader);
    EXPECT_EQ(all_sound(*reader).frames, (std::vector<std::uint32_t>{882, 118}));
}

TEST(Reader, keeps_24_bits_in_the_low_end_of_a_word) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.wav");
    peer::ffmpeg(tone + "-c:a pcm_s24le " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    ASSERT_EQ(reader->chosen(MediaKind::audio)->audio.sample, SampleType::s24in32);
    const Bytes ours = all_sound(*reader).samples,
                theirs = peer::ffmpeg("-i " + path + " -f s32le -");
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); i += 4) {
        std::int32_t a = 0, b = 0;
        std::memcpy(&a, &ours[i], 4);
        std::memcpy(&b, &theirs[i], 4);
        ASSERT_EQ(a, b >> 8) << i / 4;
    }
}

TEST(Reader, reads_planar_float_sound) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mp4");
    peer::ffmpeg(tone + "-ac 2 -c:a aac " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    ASSERT_EQ(reader->chosen(MediaKind::audio)->audio.sample, SampleType::f32);
    EXPECT_TRUE(all_sound(*reader).samples == peer::ffmpeg("-i " + path + " -f f32le -"));
}

TEST(Reader, reads_picture_and_sound_at_their_own_pace) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg(film + tone + "-c:v libx264 -c:a pcm_s16le " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    ASSERT_EQ(reader->streams().size(), 2U);
    // All of one before any of the other.
    EXPECT_EQ(all_sound(*reader).samples.size(), 24000U * 2);
    EXPECT_EQ(all_pictures(*reader).size(), 30U);
}

TEST(Reader, seeks_to_the_picture_and_the_sample) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mov");
    peer::ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=r=48000:d=2 -c:v libx264 -g 20 "
        "-c:a pcm_s16le " +
        path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    const auto whole = all_pictures(*reader);
    ASSERT_EQ(whole.size(), 50U);
    ASSERT_TRUE(reader->seek(1'000'000'000));
    const auto half = all_pictures(*reader);
    ASSERT_EQ(half.size(), 25U);
    EXPECT_EQ(half.front().pts, 1'000'000'000);
    EXPECT_TRUE(half.front().payload == whole[25].payload);
    ASSERT_TRUE(reader->seek(500'000'000));
    const Sound sound = all_sound(*reader);
    EXPECT_EQ(sound.pts.front(), 500'000'000);
    EXPECT_EQ(sound.samples.size(), 72000U * 2);
    ASSERT_TRUE(reader->seek(0));
    const auto again = all_pictures(*reader);
    ASSERT_EQ(again.size(), 50U);
    EXPECT_TRUE(again.front().payload == whole.front().payload);
}

TEST(Reader, begins_again_where_a_file_has_no_index) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.h264");
    peer::ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -bf 0 " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    for (int round = 0; round < 3; ++round) {
        const auto pictures = all_pictures(*reader);
        ASSERT_EQ(pictures.size(), 25U) << round;
        EXPECT_EQ(pictures.front().pts, 0);
        ASSERT_TRUE(reader->seek(0));
    }
}

TEST(Reader, makes_an_odd_size_legal) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg("-f lavfi -i testsrc=s=321x181:r=25:d=0.2 -c:v ffv1 -pix_fmt yuv420p " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    const VideoFormat& format = reader->chosen(MediaKind::video)->video;
    EXPECT_EQ(format.sampling, Sampling::ycbcr_444);
    const Bytes theirs = peer::ffmpeg("-i " + path + " -sws_flags " + ffmpeg_scale_flags +
                                      " -f rawvideo -pix_fmt yuv444p -");
    EXPECT_TRUE(tight_all(format, all_pictures(*reader)) == theirs);
}

TEST(Reader, keeps_one_format_when_the_pictures_change_size) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.h264");
    peer::ffmpeg("-f lavfi -i testsrc2=s=320x180:r=25:d=0.2 -c:v libx264 -bf 0 " +
                 folder.file("1.h264"));
    peer::ffmpeg("-f lavfi -i testsrc2=s=160x90:r=25:d=0.2 -c:v libx264 -bf 0 " +
                 folder.file("2.h264"));
    peer::output_of("cat " + folder.file("1.h264") + " " + folder.file("2.h264") + " > " + path);
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    const auto pictures = all_pictures(*reader);
    ASSERT_EQ(pictures.size(), 10U);
    for (const Picture& picture : pictures)
        EXPECT_EQ(picture.payload.size(), reader->chosen(MediaKind::video)->video.bytes());
}

TEST(Reader, says_which_file_is_missing) {
    const auto missing = peer::api().open_reader("/nowhere/clip.avi", {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_EQ(missing.error().text, "no such file: /nowhere/clip.avi");
}

TEST(Reader, refuses_what_is_no_media_file) {
    const peer::TemporaryFolder folder;
    std::ofstream(folder.file("text.avi")) << "this is a letter, not a film\n";
    const auto refused = peer::api().open_reader(folder.file("text.avi"), {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("text.avi"), std::string::npos);
    EXPECT_FALSE(peer::api().open_reader(folder.file(""), {}));
    EXPECT_FALSE(peer::api().open_reader("/dev/zero", {}));
}

TEST(Reader, names_the_streams_that_can_be_chosen) {
    const peer::TemporaryFolder folder;
    const std::string path = folder.file("a.mkv");
    peer::ffmpeg(film + tone + "-c:v mpeg4 -c:a pcm_s16le " + path);
    ReadOptions options;
    options.audio_stream = 7;
    const auto refused = peer::api().open_reader(path, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text, path + ": stream 7 is no audio stream; choose of 1");
}

TEST(Reader, survives_a_file_cut_and_spoilt_anywhere) {
    const peer::TemporaryFolder folder;
    const std::string whole = folder.file("a.mkv"), cut = folder.file("cut.mkv");
    peer::ffmpeg(film + tone + "-c:v mpeg4 -c:a pcm_s16le " + whole);
    std::ifstream in(whole, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
        std::string spoilt = bytes.substr(0, random() % bytes.size() + 1);
        for (int i = 0; i < round; ++i)
            spoilt[random() % spoilt.size()] = static_cast<char>(random());
        std::ofstream(cut, std::ios::binary | std::ios::trunc) << spoilt;
        auto reader = peer::api().open_reader(cut, {});
        if (!reader) continue;
        DecodedBlock block;
        for (const MediaKind kind : {MediaKind::video, MediaKind::audio}) {
            if ((*reader)->chosen(kind) == nullptr) continue;
            for (int i = 0; i < 1000 && (*reader)->next(kind, block) == ReadStatus::frame; ++i) {
                Bytes payload(block.bytes);
                (*reader)->copy(kind, payload);
            }
        }
    }
}

TEST(Reader, reads_the_real_clip) {
    const std::string path = STREAMLIB_SHARED_DIR "/media/vtest.avi";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is absent";
    const auto reader = open(path);
    ASSERT_TRUE(reader);
    const MediaStream& video = *reader->chosen(MediaKind::video);
    EXPECT_EQ(to_string(video.video),
              to_string(peer::video_format("768x576 YCbCr-4:2:0 8 @10 UNSPECIFIED")));
    EXPECT_EQ(video.duration, 79'500'000'000);
    DecodedBlock block;
    Nanoseconds expected = 0;
    int count = 0;
    for (; reader->next(MediaKind::video, block) == ReadStatus::frame;
         ++count, expected += 100'000'000) {
        ASSERT_EQ(block.pts, expected);
    }
    EXPECT_EQ(count, 795);
}

}  // namespace
}  // namespace streamlib::actors
