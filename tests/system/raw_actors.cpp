// SPDX-License-Identifier: Apache-2.0
// As a plugin: RawSink, the payloads of what comes, one after the other, in a file; NoiseSource, sound of which no two parts
// are alike.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "runtime/actor.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::test {

class RawSink final : public Actor {
public:
    static constexpr const char* class_name = "RawSink";
    static constexpr const char* class_text = "Adds every payload to a file";
    RawSink() { default_trigger(Trigger::input); }
    Input<AnyMedia> in{*this, "in", "What is written down"};
    Property<std::string> path{*this, "path", "", {.text = "File", .is_path = true}};
    Property<bool> whole{*this, "whole", false, {.text = "Leaves out blocks of which parts miss"}};
    Property<std::string> origins{
        *this, "origins", "", {.text = "File for each block's origin in ns", .is_path = true}};

    Result<> start() override {
        file_ = open(*path);
        if (!origins->empty()) origin_file_ = open(*origins);
        return file_ >= 0 && (origins->empty() || origin_file_ >= 0) ? Result<>{}
                                                                     : fail_errno(Errc::io, *path);
    }
    void process(const Tick&) override {
        while (in.read_new() == InputStatus::fresh) {
            if (*whole && (in.header().flags & ipc::block_incomplete) != 0) continue;
            if (::write(file_, in.payload().data(), in.payload().size()) < 0) ::abort();
            if (origin_file_ >= 0 &&
                ::dprintf(origin_file_, "%lld\n", static_cast<long long>(in.origin().ns)) < 0)
                ::abort();
        }
    }
    void stop() override {
        ::close(file_);
        if (origin_file_ >= 0) ::close(origin_file_);
    }

private:
    static int open(const std::string& name) {
        return ::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    int file_ = -1, origin_file_ = -1;
};
STREAMLIB_ACTOR(RawSink)

class NoiseSource final : public Actor {
public:
    static constexpr const char* class_name = "NoiseSource";
    static constexpr const char* class_text = "White noise, every channel another";
    Output<AudioBlock> audio{*this, "audio", "The noise", {.depth = 32}};
    Property<std::string> format{
        *this, "format", "48000 2ch s24in32", {.text = "Rate, channels, s16 or s24in32"}};

    Result<> configure() override {
        auto parsed = parse_audio_format(*format);
        if (!parsed) return tl::unexpected(parsed.error());
        format_ = *parsed;
        format_.block_frames = static_cast<std::uint32_t>(format_.rate / tick_rate().hertz() + 1);
        audio.set_format(format_);
        return {};
    }
    void process(const Tick& tick) override {
        if (last_ == 0) last_ = tick.index - 1;
        for (; last_ < tick.index; ++last_) make(last_ + 1);
    }

private:
    void make(std::uint64_t index) {
        const Rate rate{static_cast<std::int32_t>(format_.rate), 1};
        const std::uint64_t begin = tick_index_at(time_of_tick(index, tick_rate()), rate);
        const std::uint64_t end = tick_index_at(time_of_tick(index + 1, tick_rate()), rate);
        Slot slot = audio.claim();
        if (!slot) return;
        const std::size_t size = format_.sample_bytes();
        const std::size_t count = (end - begin) * format_.channels;
        for (std::size_t at = 0; at < count; ++at) {
            state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
            // The upper bits are the good ones; the shift back extends the sign.
            const auto value = static_cast<std::int32_t>(state_ >> 32U) >> (size == 4 ? 8 : 16);
            for (std::size_t octet = 0; octet < size; ++octet)
                slot.payload()[at * size + octet] =
                    static_cast<std::byte>(value >> (8 * octet) & 0xff);
        }
        slot.bytes(count * size);
        slot.index(index).time(time_of_tick(index, tick_rate()));
        slot.origin(time_of_tick(begin, rate));
        slot.publish();
    }
    AudioFormat format_{};
    std::uint64_t last_ = 0, state_ = 2110;
};
STREAMLIB_ACTOR(NoiseSource)

}  // namespace streamlib::test
