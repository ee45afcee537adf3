// SPDX-License-Identifier: Apache-2.0
// Packets of sound in sequence. The first octets choose a format; each step is an octet: a packet at some time, with some
// number, a raw datagram, a poll, a pause. Blocks must come in order, each once, as large as promised.
#include <array>
#include <optional>

#include "actors/st2110/rtp/audio_assembler.hpp"
#include "ipc/base/assert.hpp"
#include "tests/fuzz/rtp_fuzz_formats.hpp"

using namespace streamlib;
using namespace streamlib::st2110;

namespace {

class CheckingSink final : public BlockSink {
public:
    explicit CheckingSink(const AudioFormat& format) : format_(format) {}
    void block(const AudioBlock& block) noexcept override {
        STREAMLIB_ASSERT(block.samples.size() == format_.bytes(), "a block of the wrong size");
        STREAMLIB_ASSERT(block.first_sample % format_.block_frames == 0, "a block off the grid");
        STREAMLIB_ASSERT(block.concealed <= format_.block_frames, "more silence than samples");
        STREAMLIB_ASSERT(!last_ || block.first_sample == *last_ + format_.block_frames,
                         "a block out of order");
        last_ = block.first_sample;
    }
    void event(StreamEvent event) noexcept override {
        if (event != StreamEvent::sequence_restarted) last_.reset();
    }

private:
    AudioFormat format_;
    std::optional<Ticks> last_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    AudioFormat format;
    format.channels = static_cast<std::uint16_t>(input.byte() % 64 + 1);
    format.sample = static_cast<SampleType>(input.byte() % 4);
    format.block_frames = input.byte() + 1U;
    const auto wire = static_cast<WireSample>(input.byte() % 2);
    CheckingSink sink(format);
    AudioAssembler assembler({.format = format, .wire = wire}, sink);
    MonotonicTime now{1'000'000'000};
    const TaiTime tai{89'478'485'333'333};  // 2^32 samples: right at a wrap
    std::array<std::byte, 1500> datagram{};
    const std::uint32_t frame = format.channels * octets_of(wire);
    for (int step = 0; step < 400 && !input.empty(); ++step) {
        const std::uint8_t what = input.byte();
        if (what >= 0xf0) {
            (void)assembler.take(input.bytes(input.byte()), now, tai);
        } else if (what >= 0xe0) {
            now = now + Nanoseconds{what & 0x0f} * 5'000'000;
            assembler.poll(now);
        } else {
            const std::uint32_t frames = input.byte() % (1440 / frame) + 1;
            const std::uint32_t place = input.byte() * (what & 0x40 ? 500U : 1U) + (what & 0x3fU);
            write_rtp({false, 97, static_cast<std::uint16_t>(0xfff0U + place), place * 6 - 600,
                       static_cast<std::uint32_t>(what >> 7)},
                      datagram.data());
            (void)assembler.take(std::span(datagram).first(12 + std::size_t{frames} * frame), now,
                                 tai);
            now = now + 20'000;
        }
        STREAMLIB_ASSERT(assembler.deadline() >= now + -1'000'000'000, "a deadline was missed");
    }
    assembler.flush();
    STREAMLIB_ASSERT(assembler.deadline().ns == INT64_MAX, "something stayed");
    return 0;
}
