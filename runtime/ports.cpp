// SPDX-License-Identifier: Apache-2.0
#include "runtime/ports.hpp"

#include <algorithm>
#include <cstring>

#include "ipc/base/assert.hpp"
#include "runtime/actor_core.hpp"

namespace streamlib {

InputBase::InputBase(Actor& owner, std::string name, MediaKind kind, std::string text,
                     InputOptions options)
    : core_(ActorCore::of(owner)) {
    STREAMLIB_ASSERT(options.hold >= 1 && options.hold <= ipc::max_hold,
                     "an input holds 1 to 8 blocks");
    spec_.name = std::move(name);
    spec_.kind = kind;
    spec_.text = std::move(text);
    spec_.optional = options.optional;
    spec_.hold = options.hold;
    port_ = core_.inputs.size();
    core_.inputs.push_back(this);
}

tl::unexpected<Error> InputBase::refuse(std::string why) const {
    core_.refused_input = static_cast<std::int32_t>(port_);
    return fail(Errc::mismatch, std::move(why));
}

InputStatus InputBase::read() noexcept {
    return core_.trigger == Trigger::input ? read_new() : read_latest();
}

InputStatus InputBase::read_latest() noexcept {
    if (!attached()) return InputStatus::empty;
    const std::uint64_t before = reader_->last_sequence();
    const ipc::ReadStatus status = reader_->read_latest(view_);
    if (each_tick_ && before != 0 && status == ipc::ReadStatus::fresh) {
        const std::uint64_t skipped = reader_->last_sequence() - before - 1;
        const bool end = (view_.header().flags & ipc::block_end) !=
                         0;  // accept_end goes back to the block before it
        superseded_ += end && skipped > 0 ? skipped - 1 : skipped;
    }
    return accept(status, false);
}

InputStatus InputBase::read_new() noexcept {
    if (!attached()) return InputStatus::empty;
    return accept(reader_->read_new(view_), true);
}

InputStatus InputBase::accept(ipc::ReadStatus status, bool every) noexcept {
    if (status == ipc::ReadStatus::empty) return ended_ ? InputStatus::ended : InputStatus::empty;
    if (view_ && (view_.header().flags & ipc::block_end) != 0) return accept_end(every);
    core_.count_read(*this, status);
    if (status == ipc::ReadStatus::same) return InputStatus::same;
    ended_ = false;  // a restarted source goes on after the end of its predecessor
    const auto& block = view_.header();
    if (incarnation_ != 0 && block.incarnation != incarnation_) restarted_ = true;
    incarnation_ = block.incarnation;
    origin_ns_ = block.origin_ns;
    last_sequence_ = block.sequence;
    return InputStatus::fresh;
}

InputStatus InputBase::accept_end(bool every) noexcept {
    const std::uint64_t last_block = view_.header().sequence - 1;
    const bool unseen = !every && last_block > last_sequence_ && !ended_;
    // Of a source that comes back, it is a pause.
    ended_ = reader_->is_final(view_.header());
    const InputStatus nothing = ended_ ? InputStatus::ended : InputStatus::empty;
    // The end carries no picture: go back to the last one, which stays in the ring since nothing follows it.
    if (!reader_->read_sequence(view_, last_block) || !unseen) return nothing;
    if ((view_.header().flags & ipc::block_end) != 0) return nothing;
    core_.count_read(*this, ipc::ReadStatus::fresh);
    last_sequence_ = last_block;
    origin_ns_ = view_.header().origin_ns;
    return InputStatus::fresh;  // read_latest came too late for it; the next read says `ended`
}

Nanoseconds InputBase::age() const noexcept {
    if (!view_) return 0;
    return core_.reading_.tai_at(MonotonicTime::now()) - time();
}

bool InputBase::take_restarted() noexcept { return std::exchange(restarted_, false); }

OutputBase::OutputBase(Actor& owner, std::string name, MediaKind kind, std::string text,
                       OutputOptions options)
    : core_(ActorCore::of(owner)) {
    STREAMLIB_ASSERT(options.open_slots >= 1 && options.open_slots <= 8,
                     "an output opens 1 to 8 slots");
    spec_.name = std::move(name);
    spec_.kind = kind;
    spec_.text = std::move(text);
    spec_.optional = options.optional;
    spec_.open_slots = options.open_slots;
    spec_.depth = options.depth;
    port_ = core_.outputs.size();
    core_.outputs.push_back(this);
}

Slot OutputBase::claim() noexcept {
    Slot slot;
    if (!carried_ || ended_ || changing_) return slot;
    slot.slot_ = writer_.claim();
    if (!slot.slot_) {
        core_.count_given_up(*this);
        return slot;
    }
    slot.output_ = this;
    const std::uint64_t whole = std::min<std::uint64_t>(format_.bytes(), slot.slot_.payload.size());
    slot.block_.payload_bytes = static_cast<std::uint32_t>(whole);
    return slot;
}

void OutputBase::change_media_format(const MediaFormat& format) {
    if (changing_ ? format == wanted_ : format == format_) return;
    if (!carried_) {
        format_ = format;
        return;
    }
    wanted_ = format;
    changing_ = true;
    core_.request_format(port_, format);
}

void OutputBase::publish_copy(std::span<const std::byte> payload, TaiTime origin) noexcept {
    Slot slot = claim();
    if (!slot) return;
    const std::size_t bytes = std::min(payload.size(), slot.payload().size());
    if (bytes != 0) std::memcpy(slot.payload().data(), payload.data(), bytes);
    slot.bytes(bytes).origin(origin);
    slot.publish();
}

void OutputBase::end() noexcept {
    if (!carried_ || ended_) return;
    changing_ = false;  // the end is said in the ring that is there
    Slot slot = claim();
    if (!slot) return;
    slot.bytes(0).flags(ipc::block_end);
    slot.publish();
    ended_ = true;
}

void Slot::publish() noexcept {
    STREAMLIB_ASSERT(output_ != nullptr, "a slot is published once");
    output_->core_.complete(block_);
    if ((block_.flags & ipc::block_end) == 0) output_->core_.count_published(*output_, block_);
    output_->writer_.publish(slot_, block_);
    output_ = nullptr;
}

Slot::~Slot() {
    if (output_ != nullptr) output_->writer_.abandon(slot_);
}

Slot& Slot::operator=(Slot&& other) noexcept {
    if (this == &other) return *this;
    if (output_ != nullptr) output_->writer_.abandon(slot_);
    output_ = std::exchange(other.output_, nullptr);
    slot_ = std::exchange(other.slot_, {});
    block_ = other.block_;
    return *this;
}

}  // namespace streamlib
