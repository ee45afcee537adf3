// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/video_rtp_send.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cstring>

#include "actors/st2110/rtp/media_time.hpp"

namespace streamlib::actors {
namespace {

using st2110::PackingMode;
using st2110::SenderType;

constexpr std::uint32_t send_buffer = 4U << 20;
/// How far ahead the kernel gets bursts that it is to hold; half of it is what this thread may wake late.
constexpr Nanoseconds launch_ahead = 1'000'000;
/// Bursts, and waits between them, in one turn of the loop, so that it sees commands and ticks.
constexpr int steps_a_turn = 32;

std::vector<std::byte> black_picture(const VideoFormat& format, const st2110::PictureShape& shape) {
    const auto group = st2110::black_pgroup(format, shape);
    std::vector<std::byte> bytes(format.bytes());
    for (std::size_t at = 0; at < bytes.size(); at += shape.group_octets)
        std::memcpy(bytes.data() + at, group.data(),
                    std::min<std::size_t>(shape.group_octets, bytes.size() - at));
    return bytes;
}

}  // namespace

VideoRtpSend::VideoRtpSend() { default_trigger(Trigger::input); }

SenderType VideoRtpSend::sender_type() const {
    if (*pacing == "narrow") return SenderType::narrow;
    return *pacing == "narrow_linear" ? SenderType::narrow_linear : SenderType::wide;
}

std::optional<std::uint32_t> VideoRtpSend::offset_us() const {
    if (*troff == 0) return std::nullopt;
    return static_cast<std::uint32_t>(*troff);
}

Result<> VideoRtpSend::configure() {
    if (auto planned = plan_stream(); !planned) return planned;
    if (auto opened = open(send_buffer); !opened) return opened;
    return choose_clockwork();
}

/// All that follows from the format of the input.
Result<> VideoRtpSend::plan_stream() {
    wire_ = video.format();
    wire_.layout = Layout::pgroup;
    if (auto valid = wire_.validate(); !valid) return video.refuse(valid.error().text);
    if (wire_.rate.num == 0)
        return video.refuse("needs a frame rate: write it into the format of the source");
    converter_.reset();
    if (video.format().layout != Layout::pgroup) {
        auto made = st2110::PgroupConverter::make(video.format(), wire_);
        if (!made) return video.refuse(made.error().text);
        converter_.emplace(std::move(*made));
    }
    auto plan = st2110::VideoPlan::make(
        wire_, {.mode = *packing == "bpm" ? PackingMode::block : PackingMode::general,
                .max_udp = static_cast<std::uint32_t>(*max_udp)});
    if (!plan) return tl::unexpected(plan.error());
    plan_.emplace(std::move(*plan));
    auto timing =
        st2110::video_timing({.packets = static_cast<std::uint32_t>(plan_->packets_per_frame()),
                              .rate = wire_.rate,
                              .height = wire_.height,
                              .interlace = wire_.interlace,
                              .sender = sender_type(),
                              .max_udp = static_cast<std::uint32_t>(*max_udp),
                              .tr_offset_us = offset_us()});
    if (!timing) return tl::unexpected(timing.error());
    pacer_.emplace(*timing);
    own_traffic_.emplace(timing->stream);
    choice_.emplace(std::max<std::int64_t>(1, wire_.rate.num / wire_.rate.den));
    return {};
}

/// The kernel keeps the time where it can, if that is wished.
Result<> VideoRtpSend::choose_clockwork() {
    launches_ = LaunchTimes::none;
    if (!is_paced() || *pacing_by == "thread") return {};
    auto qdisc = launch_qdisc(endpoint().bound());
    if (!qdisc) return tl::unexpected(qdisc.error());
    auto times = choose_launch_times(*pacing_by, *qdisc);
    if (!times) return tl::unexpected(times.error());
    launches_ = *times;
    log(LogLevel::info, qdisc->interface + " has " + qdisc->kind +
                            (launches_ == LaunchTimes::none ? ": this thread paces"
                                                            : ": paced by its launch times"));
    return ask_for_launch_times(endpoint().fd(), launches_);
}

Result<> VideoRtpSend::start() {
    if (auto begun = RtpSend::begin(); !begun) return begun;
    make_pictures();
    stamp_.ssrc = ssrc_number();
    stamp_.payload_type = static_cast<std::uint8_t>(*payload_type);
    // Bursts are some 50 us apart; the kernel's habit of waking 50 us late is as long as that.
    if (is_paced()) static_cast<void>(::prctl(PR_SET_TIMERSLACK, 1));
    return describe_traffic();
}

void VideoRtpSend::make_pictures() {
    black_ = black_picture(wire_, plan_->shape());
    if (converter_)
        for (auto& picture : converted_) picture.assign(wire_.bytes(), std::byte{0});
}

Result<> VideoRtpSend::format_changed() {
    settle(true);  // then nobody reads the pictures that are in hand
    if (findings_) findings_->stop();
    log_findings();
    before_change_ = {late.value(), off_type.value(), off_wide.value()};
    current_ = {};
    before_ = {};
    given_ = pixels_ = {};
    fresh_ = begun_ = false;
    last_index_.reset();
    wake_at(ipc::never);
    if (auto planned = plan_stream(); !planned) return planned;
    make_pictures();
    return describe_traffic();
}

Result<> VideoRtpSend::describe_traffic() {
    st2110::VideoTraffic traffic;
    traffic.sender = is_paced() ? std::optional(sender_type()) : std::nullopt;
    traffic.packing = *packing == "bpm" ? st2110::PackingMode::block : st2110::PackingMode::general;
    traffic.max_udp = static_cast<std::uint32_t>(*max_udp);
    traffic.payload_type = stamp_.payload_type;
    if (is_paced()) traffic.tr_offset_us = offset_us();
    auto media = st2110::video_media(wire_, address(), traffic);
    if (!media) return tl::unexpected(media.error());
    if (auto done = describe(*media); !done || !is_paced()) return done;
    // In the other thread, which has its own of everything but the file; that is not touched here until it has ended.
    findings_.emplace();
    return findings_->start(
        [this, media = *media, to = address(), own = *own_traffic_](const auto& finding) mutable {
            std::string line = to_string(finding, own.limits(finding.told));
            if (finding.tells == finding.told) return line;
            media.video.sender = finding.tells;
            auto done = description().write_anew(media, to);
            return done ? line : done.error().text;
        });
}

/// What the sender has found out about itself. [realtime]
void VideoRtpSend::act_on(const std::optional<st2110::HeldType::Finding>& finding) noexcept {
    if (!finding) return;
    widened.add();
    findings_->leave(*finding);
}

void VideoRtpSend::log_findings() {
    while (const std::string* line = findings_ ? findings_->take_line() : nullptr)
        log(LogLevel::warning, *line);
}

void VideoRtpSend::process(const Tick&) {
    if (!is_paced()) return send_at_once();
    // Once it has begun, each frame looks for its own picture.
    if (begun_ || video.read_latest() != InputStatus::fresh) return;
    fresh_ = begun_ = true;
    epoch_ = pacer_->timing().frame_at(now()) + 1 + *delay;
    choice_->begin(epoch_, media_frame());
    wake_at_tai(choosing_time());
}

/// Number of the picture in hand, by its media time.
std::int64_t VideoRtpSend::media_frame() const noexcept {
    return st2110::frame_near(st2110::ticks_at(video.origin(), st2110::video_clock), wire_.rate,
                              st2110::video_clock)
        .index;
}

/// Every picture, in order.
void VideoRtpSend::send_at_once() {
    while (video.read_new() == InputStatus::fresh) {
        given_ = video.payload();
        if (given_.size() < video.format().bytes()) continue;
        begin(given_, media_frame());
        send_packets(0, static_cast<std::uint32_t>(plan_->packets_per_frame()));
        settle(true);  // the next read lets go of the slot
        frames.add();
    }
}

/// When the picture of the next frame is looked for: with its first burst.
TaiTime VideoRtpSend::choosing_time() const noexcept {
    return pacer_->timing().due(epoch_, 0) + -pacer_->grain().lead;
}

void VideoRtpSend::woken(MonotonicTime) {
    for (int burst = 0; burst < steps_a_turn; ++burst) {
        const TaiTime time = now();
        if (pacer_->remaining() == 0) {
            if (time < choosing_time()) return wake_at_tai(choosing_time());
            const std::int64_t current = pacer_->timing().frame_at(time);
            if (current > epoch_ + 1) {  // a stall took whole frames
                skipped.add(static_cast<std::uint64_t>(current - epoch_));
                epoch_ = current;
            }
            if (!choose(epoch_)) {
                ++epoch_;
                continue;
            }
            pacer_->begin_frame(epoch_);
            act_on(own_traffic_->begin_frame(epoch_, time));
        }
        // The kernel gets bursts a little ahead; what is due counts as of then.
        const TaiTime at = launches_ == LaunchTimes::none ? time : std::max(time, launched_);
        const auto next = pacer_->decide(at);
        if (next.act == st2110::Pacer::Act::sleep) {
            if (launches_ != LaunchTimes::none) {
                if (next.until - time > launch_ahead)
                    return wake_at_tai(next.until + -launch_ahead / 2);
                launched_ = next.until;
                continue;
            }
            if (next.until - time > spin_ns()) return wake_at_tai(next.until + -spin_ns());
            wait_until(next.until);
            continue;
        }
        launched_ = at;
        send_packets(next.first, next.packets);
        settle(false);
        const TaiTime left = std::max(now(), launches_ == LaunchTimes::none ? time : at);
        pacer_->sent(next.packets, left);
        const SendCounters& counted = sender().counters();
        act_on(own_traffic_->taken(counted.datagrams + counted.lost, left));
        if (pacer_->remaining() == 0) finish_frame();
    }
    wake_at(MonotonicTime::now());
}

/// The kernel wakes some 50 us late, which is as long as from burst to burst.
void VideoRtpSend::wait_until(TaiTime time) const noexcept {
    const MonotonicTime end = monotonic_at(time);
    while (MonotonicTime::now() < end) ipc::spin_pause();
}

/// The picture for a frame of TAI time; false: nothing leaves.
bool VideoRtpSend::choose(std::int64_t frame) {
    using Picture = st2110::PictureChoice::Picture;
    for (std::size_t n = 0; n < ipc::max_slots; ++n) {
        if (!fresh_ && video.read_new() != InputStatus::fresh) break;
        fresh_ = false;
        if (video.payload().size() < video.format().bytes()) continue;
        const std::int64_t index = media_frame();
        const Picture what = choice_->look(frame, index);
        fresh_ = what == Picture::waits;
        if (fresh_) break;
        if (what == Picture::too_late) {
            replaced.add();
            continue;
        }
        // The writer may have its slot again only once the kernel has let go of it: it has, a frame after its last burst, but
        // where the send buffer is full.
        if (sender().under_way() != 0) settle(true);
        before_ = std::move(current_);
        current_ = video.keep();
        given_ = current_.payload();
        begin(given_, index);
        return true;
    }
    return repeat(frame);
}

bool VideoRtpSend::repeat(std::int64_t frame) {
    if (!choice_->nothing_found(frame) || !last_index_ || video.ended()) return false;
    if (video.stale() && *stale == "stop") return false;
    repeated.add();
    const std::int64_t index = choice_->index_of(frame);
    if (video.stale() && *stale == "black") {
        rows_done_ = wire_.height;
        begin({}, index);
        pixels_ = black_;
        return true;
    }
    const auto kept = pixels_;
    const std::uint32_t rows = rows_done_;
    begin(given_, index);
    if (kept.data() != black_.data()) {
        pixels_ = kept;  // converted already
        rows_done_ = rows;
    }
    return true;
}

/// A picture with its media frame; stamps both fields.
void VideoRtpSend::begin(std::span<const std::byte> pixels, std::int64_t index) {
    pixels_ = pixels;
    if (converter_ && !pixels.empty()) {
        turn_ = 1 - turn_;
        pixels_ = converted_[turn_];
        rows_done_ = 0;
    }
    const auto frame_packets = static_cast<std::uint32_t>(plan_->packets_per_frame());
    // Counted by the frames of TAI time at the beginning: who is restarted goes on ahead of what was sent.
    if (!numbered_) sequence_ = static_cast<std::uint32_t>(index) * frame_packets;
    numbered_ = true;
    last_index_ = index;
    const bool interlaced = wire_.interlace == Interlace::interlaced;
    for (unsigned field = 0; field < 2; ++field)
        field_time_[field] = st2110::rtp_of(
            st2110::ticks_of_field(index, interlaced ? field : 0, wire_.rate, st2110::video_clock));
}

void VideoRtpSend::finish_frame() {
    frames.add();
    sequence_ += static_cast<std::uint32_t>(plan_->packets_per_frame());
    ++epoch_;
    const auto& counts = pacer_->counts();
    raise(late, before_change_.late + counts.late_frames);
    raise(off_type, before_change_.off_type + own_traffic_->off_type());
    raise(off_wide, before_change_.off_wide + own_traffic_->off_wide());
    log_findings();
    cinst.reach(static_cast<std::uint64_t>(std::max<std::int64_t>(counts.cinst_max, 0)));
}

/// Packets of the frame, both fields counted through.
void VideoRtpSend::send_packets(std::uint32_t first, std::uint32_t count) {
    constexpr std::size_t at_once = SendBatch::max_datagrams;
    alignas(64) std::array<std::byte, at_once * st2110::header_stride> headers;
    while (count != 0) {
        const auto a_field = static_cast<std::uint32_t>(plan_->packets(0).size());
        const unsigned field = first >= a_field ? 1 : 0;
        const std::uint32_t at = first - field * a_field;
        const auto of_field = plan_->packets(field);
        const std::size_t most = std::min({std::size_t{count}, of_field.size() - at, at_once});
        stamp_.timestamp = field_time_[field];
        stamp_.sequence = sequence_ + field * a_field;
        plan_->write_headers(field, at, most, stamp_, headers);
        SendBatch& batch = next_batch();
        if (launches_ != LaunchTimes::none)
            batch.launch_at(launch_time(monotonic_at(launched_), launches_));
        std::uint32_t taken = 0;
        for (; taken < most; ++taken) {
            const st2110::PlannedPacket& packet = of_field[at + taken];
            if (!batch.fits(packet.bytes(), packet.header_bytes, packet.span_count)) break;
            add(batch, packet, headers.data() + taken * st2110::header_stride);
        }
        sender().commit(batch, 0);
        first += taken;
        count -= taken;
    }
}

void VideoRtpSend::add(SendBatch& batch, const st2110::PlannedPacket& packet,
                       const std::byte* header) {
    const auto spans = plan_->spans(packet);
    if (converter_) convert_up_to(std::uint64_t{spans.back().offset} + spans.back().length);
    const auto room =
        batch.add(packet.header_bytes, pixels_.subspan(spans.front().offset, spans.front().length));
    std::memcpy(room.data(), header, packet.header_bytes);
    for (const st2110::Span& span : spans.subspan(1))
        batch.add_part(pixels_.subspan(span.offset, span.length));
}

/// Rows just before they leave: the cache still has them when the kernel copies.
void VideoRtpSend::convert_up_to(std::uint64_t end) {
    if (pixels_.data() == black_.data()) return;
    constexpr std::uint32_t at_least = 8;
    const Plane plane = wire_.plane(0);
    const std::uint32_t unit =
        wire_.height / plane.rows;  // rows of the picture in one of the plane
    const auto wanted =
        static_cast<std::uint32_t>((end + plane.stride_bytes - 1) / plane.stride_bytes) * unit;
    if (wanted <= rows_done_) return;
    const std::uint32_t upto = std::min(wire_.height, std::max(wanted, rows_done_ + at_least));
    converter_->convert_rows(rows_done_, upto - rows_done_, given_, converted_[turn_]);
    rows_done_ = upto;
}

bool VideoRtpSend::drained() const {
    return !is_paced() || (!fresh_ && (!pacer_ || pacer_->remaining() == 0));
}

void VideoRtpSend::stop() {
    settle(true);
    if (findings_) findings_->stop();
    log_findings();
    withdraw();
    log(LogLevel::info,
        std::to_string(frames.value()) + " frames, " + std::to_string(packets.value()) +
            " packets left; " + std::to_string(repeated.value()) + " repeated, " +
            std::to_string(replaced.value()) + " too late, " + std::to_string(skipped.value()) +
            " skipped, " + std::to_string(late.value()) + " late, " + std::to_string(lost.value()) +
            " packets lost; CINST at most " + std::to_string(cinst.value()));
    current_ = {};
    before_ = {};
}

STREAMLIB_ACTOR(VideoRtpSend)

}  // namespace streamlib::actors
