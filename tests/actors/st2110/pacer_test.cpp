// SPDX-License-Identifier: Apache-2.0
// The pacer among wake-ups that come late, sends that take long, and stalls: what leaves is measured by a bucket of its own.
#include "actors/st2110/pacing/pacer.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace streamlib::st2110 {
namespace {

constexpr std::int64_t first_frame = 107'892'107'892;

VideoPackets hd(SenderType sender) {
    return {.packets = 4320, .rate = {60000, 1001}, .height = 1080, .sender = sender};
}

/// A thread on a busy machine, in simulated time.
struct Machine {
    std::uint32_t seed = 1;
    Nanoseconds wake_late = 0;       ///< Mean of the lateness of a wake-up (exponential).
    double stalls = 0;               ///< Share of wake-ups that are followed by a stall …
    Nanoseconds stall = 0;           ///< … of at most this.
    Nanoseconds send_takes = 5'000;  ///< At most, for a burst.
    double partial = 0;              ///< Share of sends that take only a part of the burst.
};

struct Sent {
    std::int64_t frame;
    std::uint32_t packet;
    TaiTime time;
};

class Simulation {
public:
    Simulation(const VideoTiming& timing, const PacingGrain& grain, const Machine& machine)
        : pacer(timing, grain), machine_(machine), random_(machine.seed) {}

    /// Paces `count` frames; every packet's time is somewhere between decision and end of sending.
    void run(std::int64_t first, std::int64_t count) {
        if (now.ns == 0) now = pacer.timing().start(first);
        for (std::int64_t frame = first; frame < first + count; ++frame) {
            pacer.begin_frame(frame);
            for (Pacer::Decision next = pacer.decide(now); next.act != Pacer::Act::done;
                 next = pacer.decide(now)) {
                ASSERT_LT(++steps_, 10'000'000) << "does not come to an end";
                if (next.act == Pacer::Act::sleep)
                    wake(next.until);
                else
                    send(frame, next);
            }
        }
    }

    Pacer pacer;
    std::vector<Sent> sent;
    TaiTime now{};

private:
    double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    void wake(TaiTime until) {
        ASSERT_GT(until, now) << "sleeps forward";
        now = until;
        if (machine_.wake_late > 0)
            now = now + static_cast<Nanoseconds>(std::exponential_distribution<double>(
                            1.0 / static_cast<double>(machine_.wake_late))(random_));
        if (share() < machine_.stalls)
            now = now + static_cast<Nanoseconds>(share() * static_cast<double>(machine_.stall));
    }

    void send(std::int64_t frame, const Pacer::Decision& decision) {
        const auto takes = static_cast<double>(machine_.send_takes);
        const TaiTime finished = now + static_cast<Nanoseconds>(share() * takes);
        std::uint32_t packets = decision.packets;
        if (share() < machine_.partial)
            packets = static_cast<std::uint32_t>(random_() % (packets + 1));
        TaiTime time = now;
        for (std::uint32_t i = 0; i < packets; ++i) {
            time = time + static_cast<Nanoseconds>(share() * static_cast<double>(finished - time));
            sent.push_back({frame, decision.first + i, time});
        }
        now = finished + 500;
        pacer.sent(packets, finished);
    }

    Machine machine_;
    std::mt19937 random_;
    std::int64_t steps_ = 0;
};

void expect_every_packet_once_in_order(const std::vector<Sent>& sent, std::int64_t frames,
                                       std::uint32_t packets) {
    ASSERT_EQ(sent.size(), static_cast<std::size_t>(frames) * packets);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        ASSERT_EQ(sent[i].packet, i % packets);
        ASSERT_EQ(sent[i].frame, first_frame + static_cast<std::int64_t>(i / packets));
    }
}

std::int64_t most_in_the_bucket(const VideoTiming& timing, const std::vector<Sent>& sent) {
    CinstBucket bucket(timing);
    std::int64_t most = 0;
    for (const Sent& packet : sent) most = std::max(most, bucket.add(1, packet.time));
    return most;
}

TEST(BurstPlan, is_legal_for_each_type_if_nothing_stalls) {
    for (const Interlace scan : {Interlace::progressive, Interlace::interlaced})
        for (const SenderType sender :
             {SenderType::narrow, SenderType::narrow_linear, SenderType::wide})
            for (const std::uint32_t burst : {0U, 1U, 3U, 16U, 64U}) {
                VideoPackets stream = hd(sender);
                stream.interlace = scan;
                const VideoTiming timing = *video_timing(stream);
                const auto plan = burst_plan(timing, fitting_grain(timing, {.burst = burst}));
                TrafficMeter meter(timing);
                std::uint32_t next = 0;
                for (const std::int64_t frame : {first_frame, first_frame + 1})
                    for (const Burst& one : plan) {
                        ASSERT_EQ(one.first, next % 4320);
                        next += one.packets;
                        for (std::uint32_t i = 0; i < one.packets; ++i)
                            meter.add(frame, timing.start(frame) + one.start);
                    }
                ASSERT_EQ(next, 2U * 4320);
                const FrameTraffic traffic = *meter.open();
                EXPECT_TRUE(traffic.keeps_to(timing.limits))
                    << static_cast<int>(sender) << " burst " << burst << ": CINST "
                    << traffic.cinst_max << ", VRX " << traffic.vrx_min << " … " << traffic.vrx_max;
            }
}

TEST(BurstPlan, begins_after_the_frames_start_with_room_for_late_wake_ups) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    const PacingGrain grain = fitting_grain(timing);
    EXPECT_EQ(grain.burst, 12U);
    EXPECT_EQ(grain.ceiling, 14U);
    const auto plan = burst_plan(timing, grain);
    EXPECT_EQ(plan.size(), 360U);
    EXPECT_NEAR(static_cast<double>(plan[0].start), 637'700.0 / 8, 100);
    EXPECT_NEAR(static_cast<double>(plan[1].start - plan[0].start), 12 * 3861.9, 2);
    EXPECT_EQ(fitting_grain(timing, {.burst = 64}).burst, 16U) << "never more than CMAX";
}

TEST(Pacer, is_on_time_with_a_quiet_machine) {
    for (const SenderType sender :
         {SenderType::narrow, SenderType::narrow_linear, SenderType::wide}) {
        const VideoTiming timing = *video_timing(hd(sender));
        Simulation run(timing, {}, {.send_takes = 500});
        run.run(first_frame, 5);
        expect_every_packet_once_in_order(run.sent, 5, 4320);
        TrafficMeter meter(timing);
        for (const Sent& packet : run.sent)
            if (const auto frame = meter.add(packet.frame, packet.time)) {
                EXPECT_TRUE(frame->keeps_to(timing.limits));
            }
        EXPECT_TRUE(meter.open()->keeps_to(timing.limits));
        EXPECT_EQ(run.pacer.counts().late_packets, 0U);
        EXPECT_EQ(run.pacer.counts().frames, 5U);
        EXPECT_EQ(run.pacer.counts().packets, 5U * 4320);
    }
}

TEST(Pacer, keeps_to_the_bucket_whatever_the_wake_ups_do) {
    for (std::uint32_t seed = 1; seed <= 30; ++seed)
        for (const SenderType sender : {SenderType::narrow, SenderType::wide}) {
            const VideoTiming timing = *video_timing(hd(sender));
            const Machine machine = {.seed = seed,
                                     .wake_late = seed % 3 * 40'000,
                                     .stalls = seed % 2 == 0 ? 0.002 : 0.0,
                                     .stall = 30'000'000,
                                     .send_takes = seed % 5 * 10'000,
                                     .partial = seed % 4 == 0 ? 0.1 : 0.0};
            Simulation run(timing, {.burst = seed % 7 * 4}, machine);
            run.run(first_frame, 6);
            expect_every_packet_once_in_order(run.sent, 6, 4320);
            EXPECT_LE(most_in_the_bucket(timing, run.sent), timing.limits.cmax) << seed;
            EXPECT_LE(run.pacer.counts().cinst_max, timing.limits.cmax) << seed;
        }
}

TEST(Pacer, catches_up_after_a_stall_at_no_more_than_a_tenth_above_the_rate) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    Simulation run(timing, {}, {.send_takes = 500});
    run.run(first_frame, 2);
    run.now = run.now + 50'000'000;  // Three frames.
    const std::size_t before = run.sent.size();
    const TaiTime resumed = run.now;
    run.run(first_frame + 2, 60);
    expect_every_packet_once_in_order(run.sent, 62, 4320);
    for (std::size_t i = before; i < run.sent.size(); ++i) {
        const double drains = static_cast<double>(run.sent[i].time - resumed) / timing.drain_ns;
        ASSERT_LE(static_cast<double>(i - before + 1), drains + timing.limits.cmax + 1);
    }
    const Pacer::Counts& counts = run.pacer.counts();
    EXPECT_GT(counts.late_frames, 3U);
    EXPECT_GT(counts.held_back, 0U);
    EXPECT_GT(counts.latest, 45'000'000);
    EXPECT_EQ(counts.abandoned_packets, 0U) << "nothing is left out unless it is asked for";
    // 50 ms are made up for within 550 ms, and a little for the bursts.
    const Sent& last = run.sent.back();
    EXPECT_LE(last.time, timing.due(last.frame, last.packet)) << "on time again";
}

/// Frames that a receiver's model would have found empty or overfull, on a machine that stands still once, for 2 ms.
int frames_out_of_vrx(std::optional<std::uint32_t> offset_us) {
    VideoPackets stream = hd(SenderType::wide);
    stream.tr_offset_us = offset_us;
    const VideoTiming timing = *video_timing(stream);
    Simulation run(timing, {}, {.send_takes = 500});
    run.run(first_frame, 2);
    run.now = run.now + 2'000'000;
    run.run(first_frame + 2, 10);
    TrafficMeter meter(timing);
    int out = 0;
    for (const Sent& packet : run.sent)
        if (const auto frame = meter.add(packet.frame, packet.time))
            out += frame->keeps_to(timing.limits) ? 0 : 1;
    return out;
}

TEST(Pacer, bears_stalls_as_long_as_a_declared_troff) {
    EXPECT_GT(frames_out_of_vrx(std::nullopt), 0) << "more than the default's 0.56 ms";
    EXPECT_EQ(frames_out_of_vrx(3000), 0);
    VideoPackets stream = hd(SenderType::wide);
    stream.tr_offset_us = 10'000;
    EXPECT_LT(fitting_grain(*video_timing(stream)).lead, 3'300'000) << "VRXFULL is the limit then";
}

TEST(Pacer, tells_how_late_it_is_and_counts_what_the_caller_gives_up) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    Pacer pacer(timing);
    EXPECT_EQ(pacer.decide(timing.start(first_frame)).act, Pacer::Act::done) << "no frame yet";
    pacer.begin_frame(first_frame);
    const TaiTime planned = timing.due(first_frame, 0) + -pacer.grain().lead;
    const auto early = pacer.decide(planned + -10);
    EXPECT_EQ(early.act, Pacer::Act::sleep);
    EXPECT_EQ(early.until, planned);
    const auto late = pacer.decide(planned + 3'000'000);
    EXPECT_EQ(late.act, Pacer::Act::send);
    EXPECT_EQ(late.late, 3'000'000);
    pacer.sent(5, planned + 3'000'000);
    EXPECT_EQ(pacer.counts().late_packets, 5U);
    EXPECT_EQ(pacer.decide(planned + 3'100'000).first, 5U) << "what did not leave comes again";
    EXPECT_EQ(pacer.abandon_frame(), 4315U);
    EXPECT_EQ(pacer.abandon_frame(), 0U);
    EXPECT_EQ(pacer.decide(planned).act, Pacer::Act::done);
    EXPECT_EQ(pacer.counts().abandoned_frames, 1U);
    EXPECT_EQ(pacer.counts().abandoned_packets, 4315U);
    EXPECT_EQ(pacer.counts().late_frames, 1U);
}

TEST(Pacer, does_not_drift_over_a_day) {
    const VideoTiming timing =
        *video_timing({.packets = 60, .rate = {60000, 1001}, .height = 1080});
    Pacer pacer(timing);
    TaiTime now = timing.start(first_frame);
    for (const std::int64_t later : {std::int64_t{0}, std::int64_t{1}, std::int64_t{5'178'821}}) {
        pacer.begin_frame(first_frame + later);
        now = timing.start(first_frame + later);
        const auto next = pacer.decide(now);
        EXPECT_EQ(next.until - now,
                  timing.due(0, 0).ns - pacer.grain().lead +
                      (timing.due(first_frame + later, 0) - now - timing.due(0, 0).ns));
        EXPECT_NEAR(static_cast<double>(next.until - now), 637'674.0 / 8, 2);
        pacer.abandon_frame();
    }
}

TEST(Pacer, follows_a_clock_that_is_set) {
    const VideoTiming timing = *video_timing(hd(SenderType::wide));
    Simulation run(timing, {}, {.send_takes = 500});
    run.run(first_frame, 2);
    constexpr std::int64_t hour = 215'784;  // In frames.
    run.now = timing.start(first_frame - hour);
    run.run(first_frame - hour, 2);
    EXPECT_EQ(run.sent.size(), 4U * 4320);
    EXPECT_EQ(run.pacer.counts().clock_steps, 1U);
    EXPECT_LT(run.now, timing.start(first_frame - hour + 3)) << "and does not wait for an hour";
    // Set back in the middle of a frame that is an hour away now: no sleep is longer than a frame.
    run.pacer.begin_frame(first_frame);
    const auto next = run.pacer.decide(run.now);
    EXPECT_EQ(next.act, Pacer::Act::sleep);
    EXPECT_LE(next.until - run.now, static_cast<Nanoseconds>(timing.frame_ns));
}

}  // namespace
}  // namespace streamlib::st2110
