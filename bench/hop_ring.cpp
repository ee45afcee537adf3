// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "bench/hops.hpp"
#include "bench/ping_pong.hpp"
#include "bench/ring_pieces.hpp"

namespace streamlib::bench {
namespace {

class RingEnd {
public:
    RingEnd(BenchRing& out, BenchRing& in, std::size_t bytes, Reader reader)
        : writer_(out.writer()),
          reader_(in.reader(0)),
          bytes_(bytes),
          asleep_(reader == Reader::asleep) {}

    void send(std::uint64_t i) {
        ipc::OpenSlot slot = writer_.claim();
        expect(static_cast<bool>(slot));
        std::memcpy(slot.payload.data(), &i, sizeof i);
        std::memcpy(slot.payload.data() + bytes_ - sizeof i, &i, sizeof i);
        ipc::BlockHeader header;
        header.payload_bytes = static_cast<std::uint32_t>(bytes_);
        header.tick_index = i;
        writer_.publish(slot, header);
    }
    void receive(std::uint64_t i) {
        while (reader_.read_latest(view_) != ipc::ReadStatus::fresh) {
            if (asleep_) sleep();
        }
        const std::byte* bytes = view_.payload().data();
        std::uint64_t first = 0, last = 0;
        std::memcpy(&first, bytes, sizeof first);
        std::memcpy(&last, bytes + view_.payload().size() - sizeof last, sizeof last);
        expect(view_.header().tick_index == i && first == i && last == i);
    }

private:
    void sleep() {
        ipc::RingReader* const readers[] = {&reader_};
        static_cast<void>(ipc::wait_for_blocks(readers, {}, ipc::never, 0));
    }

    ipc::RingWriter writer_;
    ipc::RingReader reader_;
    ipc::BlockView view_;
    std::size_t bytes_;
    bool asleep_;
};

}  // namespace

Numbers hop_of_ring(std::size_t bytes, Reader reader) {
    BenchRing there(bytes, 1), back(bytes, 1);
    const std::uint64_t rounds = reader == Reader::polling ? 200'000 : 20'000;
    return ping_pong(rounds, [&](int side) {
        return RingEnd(side == 0 ? there : back, side == 0 ? back : there, bytes, reader);
    });
}

}  // namespace streamlib::bench
