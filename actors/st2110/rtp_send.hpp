// SPDX-License-Identifier: Apache-2.0
/// @file
/// What VideoRtpSend and AudioRtpSend have in common: where the stream goes, its description, what left.
///
/// Model     The socket is the launcher's (runtime/endpoint.hpp). The description of the stream is written to
///           RUNDIR/NODE/sdp/NAME.sdp when the actor starts, and served by the control process.
/// Threads   The actor's own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "actors/st2110/description_file.hpp"
#include "actors/st2110/raise.hpp"
#include "actors/st2110/send_plan.hpp"
#include "runtime/actor.hpp"
#include "runtime/net/sender.hpp"

namespace streamlib::actors {

class RtpSend : public Actor {
public:
    Property<std::string> to{
        *this, "to", "", {.text = "Where to, such as 239.1.2.3:5004@eth0", .required = true}};
    Property<std::string> bind{
        *this, "bind", "", {.text = "Address to send from; empty: the routes decide"}};
    Property<std::string> ports{*this,
                                "ports",
                                "dynamic",
                                {.text = "Where the port that it is sent from comes from: any, or "
                                         "even ones from 5004 on",
                                 .choices = {"dynamic", "even"}}};
    Property<std::int64_t> ttl{
        *this, "ttl", 0, {.text = "Hops; 0: 64, and 16 for groups", .min = 0, .max = 255}};
    Property<std::int64_t> dscp{
        *this, "dscp", 0, {.text = "Class of service in the IP header", .min = 0, .max = 63}};
    Property<std::int64_t> ssrc{*this,
                                "ssrc",
                                0,
                                {.text = "Of RTP; 0: of its name, the same after a restart",
                                 .min = 0,
                                 .max = 4294967295.0}};
    Counter packets{*this, "packets", "Datagrams that left"};
    Counter bytes{*this, "bytes", "Their octets"};
    Counter lost{*this, "lost", "Packets that the kernel did not take"};
    Counter refused{*this, "refused", "Batches that nobody listened to"};

protected:
    /// In configure(): opens the socket with room for so many octets on their way.
    [[nodiscard]] Result<> open(std::uint32_t buffer_bytes);
    [[nodiscard]] st2110::StreamAddress address() const {
        return st2110::stream_address(wish_, endpoint_.bound());
    }
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    /// In start(): who sends.
    [[nodiscard]] Result<> begin(const SenderOptions& options = {});
    void send_with(std::unique_ptr<DatagramSender> sender) { sender_ = std::move(sender); }
    /// In start(): leaves the description where others look for it.
    [[nodiscard]] Result<> describe(st2110::Media media) {
        description_.place(directory(), name());
        return description_.write(std::move(media), address());
    }
    [[nodiscard]] st2110::DescriptionFile& description() noexcept { return description_; }
    /// In stop(): takes the description back, if nobody goes on with the stream.
    void withdraw() {
        if (!makes_way()) description_.withdraw();
    }
    [[nodiscard]] DatagramSender& sender() noexcept { return *sender_; }
    [[nodiscard]] std::uint32_t ssrc_number() const;
    /// An empty batch; waits for one where all are under way, as long as some of them leave. [realtime]
    [[nodiscard]] SendBatch& next_batch();
    /// One packet, as it is, by one send(): for one that is due alone that is less than a batch. False: it did not go (the send
    /// buffer is full, others are under way, the kernel complains); a batch waits, tries again and counts. [realtime]
    [[nodiscard]] bool send_alone(std::span<const std::byte> packet) noexcept;
    /// Takes back what is done; keeps the counters. `all`: waits as long as some of it leaves; then nothing is under way, and the
    /// memory that was sent from is free. [realtime]
    void settle(bool all);

private:
    void wait_for_some();
    SocketWish wish_{};
    Endpoint endpoint_{*this, "rtp"};
    std::unique_ptr<DatagramSender> sender_;
    std::uint64_t alone_ = 0, alone_bytes_ = 0;
    st2110::DescriptionFile description_;
};

}  // namespace streamlib::actors
