// SPDX-License-Identifier: Apache-2.0
// Packets in sequence. The first two octets choose format, policy and layout; then each step is one octet and what it asks for:
// a packet of a real sender (any frame, any packet, its header bent by some octets), a raw datagram, a poll, a pause.
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "actors/st2110/rtp/media_time.hpp"
#include "actors/st2110/rtp/video_assembler.hpp"
#include "ipc/base/assert.hpp"
#include "tests/fuzz/rtp_fuzz_formats.hpp"

using namespace streamlib;
using namespace streamlib::st2110;

namespace {

/// Memory of the exact size, so that the sanitizer sees an octet too far; checks the rules of the interface.
class CheckingSink final : public FrameSink {
public:
    explicit CheckingSink(std::size_t bytes) : slots_{Memory(bytes), Memory(bytes)}, last_(bytes) {}
    std::span<std::byte> open(const OpeningFrame& frame) noexcept override {
        STREAMLIB_ASSERT(frame.slot < 2, "no such slot");
        if (++opened_ % 17 == 0) return {};
        STREAMLIB_ASSERT(!open_[frame.slot], "a slot is opened twice");
        open_[frame.slot] = true;
        return slots_[frame.slot];
    }
    void finish(const FinishedFrame& frame) noexcept override {
        STREAMLIB_ASSERT(open_[frame.slot], "a slot is closed that is not open");
        open_[frame.slot] = false;
        std::uint64_t missing = 0, end = 0;
        for (const Span& gap : frame.gaps) {
            STREAMLIB_ASSERT(gap.offset >= end && gap.length > 0, "gaps out of order");
            end = std::uint64_t{gap.offset} + gap.length;
            missing += gap.length;
        }
        STREAMLIB_ASSERT(end <= last_.size(), "a gap outside the frame");
        const bool given_up = frame.outcome == Outcome::given_up && frame.gaps.empty();
        STREAMLIB_ASSERT(given_up || frame.more_gaps || missing == frame.missing_bytes,
                         "the loss map does not add up");
        STREAMLIB_ASSERT((frame.outcome == Outcome::complete) == (frame.missing_bytes == 0),
                         "complete, but something is missing");
        last_ = slots_[frame.slot];
    }
    std::span<const std::byte> previous() noexcept override { return last_; }
    void event(StreamEvent) noexcept override {}

private:
    using Memory = std::vector<std::byte>;
    std::array<Memory, 2> slots_;
    Memory last_;
    std::array<bool, 2> open_{};
    unsigned opened_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const VideoFormat& format = fuzz::formats()[input.byte() % fuzz::formats().size()];
    const std::uint8_t choice = input.byte();
    const auto mode = choice & 4 ? PackingMode::block : PackingMode::general;
    auto plan = VideoPlan::make(format, {.mode = mode});
    if (!plan) plan = VideoPlan::make(format, {});
    std::optional<RowConversion> conversion;
    if ((choice & 8) != 0) conversion.emplace(*RowConversion::make(format, planar_twin(format)));
    CheckingSink sink(conversion ? conversion->bytes() : format.bytes());
    VideoAssembler assembler(plan->shape(),
                             {.format = format, .missing = static_cast<MissingPolicy>(choice % 3)},
                             sink, std::move(conversion));
    MonotonicTime now{1'000'000'000};
    std::array<std::byte, 1500> datagram{};
    for (int step = 0; step < 400 && !input.empty(); ++step) {
        const std::uint8_t what = input.byte();
        if (what >= 0xf0) {
            (void)assembler.take(input.bytes(input.byte()), now);
        } else if (what >= 0xe0) {
            now = now + Nanoseconds{what & 0x0f} * 5'000'000;
            assembler.poll(now);
        } else {
            const unsigned field = what % plan->fields();
            const auto packets = plan->packets(field);
            const std::size_t index = input.byte() % packets.size();
            const std::int64_t frame = 1'000'000 + (what >> 2 & 7);
            const VideoStamp stamp{
                .sequence = 0xffff'fff0U + static_cast<std::uint32_t>((what >> 2 & 7) * 64 +
                                                                      (field != 0 ? 32 : 0)),
                .timestamp = rtp_of(
                    ticks_of_field(frame, format.interlace == Interlace::interlaced ? field : 0,
                                   format.rate, video_clock)),
                .ssrc = 7};
            plan->write_headers(field, index, 1, stamp, datagram);
            if ((what & 0x40) != 0)
                datagram[input.byte() % 32] ^= static_cast<std::byte>(input.byte());
            (void)assembler.take(std::span(datagram).first(packets[index].bytes()), now);
            now = now + 20'000;
        }
        STREAMLIB_ASSERT(assembler.deadline() >= now + -1'000'000'000, "a deadline was missed");
    }
    assembler.flush();
    STREAMLIB_ASSERT(assembler.deadline().ns == INT64_MAX, "something stayed open");
    return 0;
}
