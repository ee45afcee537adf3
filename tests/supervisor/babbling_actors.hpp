// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor that goes mad and says to the launcher whatever comes to its mind, for the launcher's tests.
#pragma once

#include <sys/socket.h>

#include <random>
#include <vector>

#include "ipc/channel.hpp"
#include "runtime/actor.hpp"
#include "runtime/process/protocol.hpp"

namespace streamlib::test {

/// What decodes and cannot be, and what does not decode: always the same for one seed.
class Babble {
public:
    explicit Babble(std::uint32_t seed) : random_(seed) {}

    std::vector<std::byte> next() {
        auto bytes = protocol::encode(sensible());
        for (std::uint32_t left = random() % 4; left > 0; --left)
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        if (random() % 8 == 0) bytes.resize(1 + random() % bytes.size());
        return bytes;
    }

private:
    protocol::Message sensible() {
        constexpr int kinds = 9;
        switch (random() % kinds) {
            case 0: return protocol::Hello{static_cast<std::int32_t>(random() % 3), 1, {"x"}};
            case 1: return protocol::Configured{{output()}, {}};
            case 2: return protocol::Failed{"format", "told so", 99};
            case 3: return protocol::OpenSocket{"box", wish()};
            case 4: return protocol::Start{{1}, {{1, 7, 9}}, {output()}};
            case 5: return ask();
            case 6: return protocol::Warm{};
            default: return protocol::ChangeFormat{random() % 2, output()};
        }
    }
    protocol::ConfiguredOutput output() {
        protocol::ConfiguredOutput output{MediaFormat(data_format("text/plain", 64)), 1, 1};
        switch (random() % 6) {
            case 0: output.format.kind = static_cast<MediaKind>(random()); break;
            case 1: output.format = MediaFormat(impossible_picture()); break;
            case 2: output.depth = 5000U << random() % 20; break;
            case 3: output.open_slots = 5000U << random() % 20; break;
            case 4: output.depth = 4094; break;  // more than a ring has once the readers are added
            default: break;
        }
        return output;
    }
    static VideoFormat impossible_picture() {
        VideoFormat video;
        video.width = video.height = 16;
        video.layout = Layout::pgroup;
        video.depth = 9;
        return video;
    }
    SocketWish wish() {
        SocketWish wish;
        wish.use = static_cast<SocketUse>(random() % 4);
        wish.local.family = static_cast<AddressFamily>(random() % 8);
        wish.remote.family = AddressFamily::ipv4;  // 0.0.0.0: nobody
        return wish;
    }
    protocol::Ask ask() {
        protocol::Ask ask;
        ask.kind = static_cast<protocol::Ask::Kind>(random() % 9);
        ask.name = random() % 2 == 0 ? "nobody"
                                     : std::string(300, '\n');  // a link with "good" would end it
        ask.class_name = "Sink";
        ask.links = {"good.out >> x", ">>"};
        ask.restart = "sometimes";
        return ask;
    }
    std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }
    std::mt19937 random_;
};

class Babbler final : public Actor {
public:
    static constexpr const char* class_name = "Babbler";
    static constexpr const char* class_text = "Says to the launcher what nobody should";
    Property<std::int64_t> seed{*this, "seed", 0, {.text = "Of what it says", .min = 0}};
    Property<bool> early{*this, "early", false, {.text = "Before it is configured"}};
    Output<Data> out{*this, "out", "Nothing much"};

    Result<> configure() override {
        out.set_format(data_format("text/plain", 64));
        if (*early) babble();
        return {};
    }
    void process(const Tick&) override { babble(); }

private:
    void babble() {
        Babble babble(static_cast<std::uint32_t>(*seed + said_));
        for (int n = 0; n < 20; ++n, ++said_) {
            const auto bytes = babble.next();
            for (int fd = 3; fd < 64; ++fd) {
                int type = 0;
                socklen_t size = sizeof type;
                if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) continue;
                if (type == SOCK_SEQPACKET)
                    static_cast<void>(
                        ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
            }
        }
    }
    std::int64_t said_ = 0;
};
STREAMLIB_ACTOR(Babbler)

}  // namespace streamlib::test
