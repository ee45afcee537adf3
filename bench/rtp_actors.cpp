// SPDX-License-Identifier: Apache-2.0
// The source of frames that cost nothing, which also counts what comes back.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

#include "bench/rtp_notes.hpp"
#include "ipc/ring_layout.hpp"
#include "runtime/actor.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib::bench {

RtpNotes* map_rtp_notes(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, sizeof(RtpNotes)) != 0)
        throw std::runtime_error("cannot make " + path);
    void* memory = ::mmap(nullptr, sizeof(RtpNotes), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path);
    return static_cast<RtpNotes*>(memory);  // zeros are a valid beginning
}

namespace {

constexpr Nanoseconds patience = 1'000'000'000;  // with frames that do not come back

/// Noise is painted into each slot of the ring once; afterwards a slot is published as it is. With `window`, so many frames
/// are on their way at once and the next leaves when one has come back: as fast as both ends go, and the socket's buffer
/// never holds more than the window. Without, a frame a tick.
class Frames final : public Actor {
public:
    static constexpr const char* class_name = "BenchFrames";
    static constexpr const char* class_text =
        "Frames that are ready, and a count of those that come back";
    Property<std::string> path{*this, "path", "", {.text = "The notes"}};
    Property<std::string> format{*this, "format", "", {.text = "Of the frames"}};
    Property<std::int64_t> window{
        *this, "window", 0, {.text = "Frames on their way at once; 0: one a tick", .min = 0}};
    Output<VideoFrame> out{*this, "out", "Frames", {.depth = 6}};
    Input<VideoFrame> back{*this, "back", "What became of them", {.optional = true}};

    Frames() { default_trigger(Trigger::tick); }
    Result<> configure() override {
        auto parsed = parse_video_format(*format);
        if (!parsed) return tl::unexpected(parsed.error());
        out.set_format(*parsed);
        return {};
    }
    Result<> start() override {
        notes_ = map_rtp_notes(*path);
        painted_.reserve(64);
        if (*window != 0) wake_at(MonotonicTime::now());
        return {};
    }
    void process(const Tick& tick) override {
        while (back.linked() && back.read_new() == InputStatus::fresh) take_back();
        if (*window == 0) {
            if (trigger() == Trigger::tick) publish(tick.index);
            return;
        }
        fill_window();
    }
    void woken(MonotonicTime time) override {
        if (index_ == 0) index_ = tick_index_at(now(), rate());
        // What did not come back in all that time is lost; without it there is room again.
        if (came_ == came_before_) on_their_way_ = 0;
        came_before_ = came_;
        fill_window();
        wake_at(time + patience);
    }

private:
    [[nodiscard]] Rate rate() const { return out.format().rate; }
    void take_back() {
        ++came_;
        on_their_way_ = std::max<std::int64_t>(0, on_their_way_ - 1);
        const bool broken = (back.header().flags & ipc::block_incomplete) != 0;
        (broken ? notes_->incomplete : notes_->whole).fetch_add(1, std::memory_order_relaxed);
        const std::uint64_t index = tick_index_at(back.origin() + rate().period_ns() / 2, rate());
        if (last_ != 0 && index > last_ + 1)
            notes_->lost.fetch_add(index - last_ - 1, std::memory_order_relaxed);
        last_ = index;
    }
    void fill_window() {
        if (index_ == 0) return;
        for (; on_their_way_ < *window; ++on_their_way_) publish(index_++);
    }
    void publish(std::uint64_t index) {
        Slot slot = out.claim();
        if (!slot) return;
        paint_once(slot.payload());
        slot.origin(time_of_tick(index, rate())).publish();
        notes_->published.fetch_add(1, std::memory_order_relaxed);
    }
    void paint_once(std::span<std::byte> pixels) {
        if (std::find(painted_.begin(), painted_.end(), pixels.data()) != painted_.end()) return;
        painted_.push_back(pixels.data());
        std::minstd_rand random(static_cast<unsigned>(painted_.size()));
        for (std::byte& octet : pixels) octet = static_cast<std::byte>(random() >> 8);
    }

    RtpNotes* notes_ = nullptr;
    std::vector<const std::byte*> painted_;
    std::uint64_t index_ = 0, last_ = 0, came_ = 0, came_before_ = 0;
    std::int64_t on_their_way_ = 0;
};
STREAMLIB_ACTOR(Frames)

}  // namespace
}  // namespace streamlib::bench
