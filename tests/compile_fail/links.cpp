// SPDX-License-Identifier: Apache-2.0
// One link a CASE. The matching ones have to compile, the others must not (CMakeLists.txt says which and why).
#include "runtime/actor.hpp"
#include "runtime/graph/graph.hpp"

using namespace streamlib;

class Source final : public Actor {
public:
    static constexpr const char* class_name = "Source";
    Output<VideoFrame> video{*this, "video", "Pictures"};
    Output<AudioBlock> audio{*this, "audio", "Sound"};
    Output<Data> words{*this, "words", "Text"};
    static constexpr auto main_output = &Source::video;
    void process(const Tick&) override {}
};

class VideoSink final : public Actor {
public:
    static constexpr const char* class_name = "VideoSink";
    Input<VideoFrame> video{*this, "video", "Pictures"};
    static constexpr auto main_input = &VideoSink::video;
    void process(const Tick&) override {}
};

class AudioSink final : public Actor {
public:
    static constexpr const char* class_name = "AudioSink";
    Input<AudioBlock> audio{*this, "audio", "Sound"};
    static constexpr auto main_input = &AudioSink::audio;
    void process(const Tick&) override {}
};

class AnySink final : public Actor {
public:
    static constexpr const char* class_name = "AnySink";
    Input<AnyMedia> in{*this, "in", "Anything"};
    static constexpr auto main_input = &AnySink::in;
    void process(const Tick&) override {}
};

void link() {
    Graph g;
    auto source = g.add<Source>("source");
    auto video = g.add<VideoSink>("video");
    auto audio = g.add<AudioSink>("audio");
    auto any = g.add<AnySink>("any");
    auto unknown = g.add("FileSink", "unknown");
#if CASE == 1
    source >> video;
#elif CASE == 2
    source.port<&Source::audio>() >> audio.port<&AudioSink::audio>();
#elif CASE == 3
    source.port<&Source::words>() >> any;
    source.port<&Source::video>() >> any;
    source >> unknown;
    source.port("audio") >> video;  // by name: the check's business
#elif CASE == 11
    source >> audio;
#elif CASE == 12
    source.port<&Source::audio>() >> video.port<&VideoSink::video>();
#elif CASE == 13
    source.port<&Source::words>() >> video;
#elif CASE == 14
    video.port<&VideoSink::video>() >> any;
#elif CASE == 15
    source >> source.port<&Source::video>();
#elif CASE == 16
    source.port<&VideoSink::video>();
#elif CASE == 17
    source >> 3;
#endif
    (void)source, (void)video, (void)audio, (void)any, (void)unknown;
}
