// SPDX-License-Identifier: Apache-2.0
/// @file
/// The end of a link at which an actor writes; a member of the actor class:
/// `Output<AudioBlock> sound{*this, "sound", "What was heard"};`.
///
/// Model     claim() gives a slot of the output's own ring; publish() makes it the newest block. It never waits for a reader.
/// Memory    The ring is the launcher's; depth and open slots are fixed in configure().
/// Threads   The actor's own thread. [realtime] functions allocate nothing, lock nothing, make no system call but the
///           wake-up of a sleeping reader.
/// Lifetime  The ring exists from start() on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "ipc/ring_writer.hpp"
#include "runtime/class_spec.hpp"
#include "runtime/media.hpp"

namespace streamlib {

class Actor;
class ActorCore;

/// How an output is declared beside its name and text.
struct OutputOptions {
    /// configure() may leave it without a format: it then carries nothing.
    bool optional = false;
    /// Slots written at once (W), 1 … 8.
    std::uint32_t open_slots = 1;
    /// Newest blocks that stay readable; more for outputs read with read_new.
    std::uint32_t depth = 1;
};

class OutputBase;

/// A slot being written. Destroyed unpublished, it is given up. Move-only.
class Slot {
public:
    Slot() = default;
    Slot(Slot&& other) noexcept
        : output_(std::exchange(other.output_, nullptr)),
          slot_(std::exchange(other.slot_, {})),
          block_(other.block_) {}
    Slot& operator=(Slot&& other) noexcept;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();
    /// False when no slot was free (counted) or the output carries nothing.
    [[nodiscard]] explicit operator bool() const noexcept { return output_ != nullptr; }
    [[nodiscard]] std::span<std::byte> payload() const noexcept { return slot_.payload; }
    /// Bytes that are valid; default: the whole of the format.
    Slot& bytes(std::size_t count) noexcept {
        block_.payload_bytes = static_cast<std::uint32_t>(count);
        return *this;
    }
    /// TAI of capture; default: the earliest `origin` of the actor's current inputs, else the tick's time.
    Slot& origin(TaiTime time) noexcept {
        block_.origin_ns = time.ns;
        return *this;
    }
    /// Tick index; default: that of the tick being processed.
    Slot& index(std::uint64_t tick_index) noexcept {
        block_.tick_index = tick_index;
        return *this;
    }
    /// TAI of the tick; default: that of the tick being processed.
    Slot& time(TaiTime time) noexcept {
        block_.time_ns = time.ns;
        return *this;
    }
    Slot& flags(std::uint32_t block_flags) noexcept {
        block_.flags = block_flags;
        return *this;
    }
    /// A number for the readers; of an incomplete picture: its loss map (loss_map.hpp).
    Slot& user(std::uint32_t number) noexcept {
        block_.user = number;
        return *this;
    }
    /// Makes it the newest block of the output. [realtime]
    void publish() noexcept;

private:
    friend class OutputBase;
    OutputBase* output_ = nullptr;
    ipc::OpenSlot slot_{};
    ipc::BlockHeader block_{};
};

class OutputBase {
public:
    OutputBase(const OutputBase&) = delete;
    OutputBase& operator=(const OutputBase&) = delete;

    [[nodiscard]] const PortSpec& spec() const noexcept { return spec_; }
    /// In configure(): what this output will carry.
    void set_media_format(const MediaFormat& format) { format_ = format; }
    [[nodiscard]] const MediaFormat& media_format() const noexcept { return format_; }
    /// In configure(): newest blocks that stay readable, e.g. Buffer's N. The graph's `depth` key wins if larger.
    void set_depth(std::uint32_t blocks) { spec_.depth = blocks; }
    /// Whether a ring is there to write to.
    [[nodiscard]] bool carried() const noexcept { return carried_; }
    /// From start() on: carry another format from now on (asked in start(): from the first turn on). The launcher makes a new
    /// generation of the ring; until it is there (some ms) claim() gives no slot. Readers go on without a gap and are told.
    /// A system call, no allocation of frames.
    void change_media_format(const MediaFormat& format);
    /// A change is under way.
    [[nodiscard]] bool changing() const noexcept { return changing_; }

    /// A slot to write into. [realtime]
    [[nodiscard]] Slot claim() noexcept;
    /// Copies a whole block through: payload, origin, flags. For small blocks. [realtime]
    void publish_copy(std::span<const std::byte> payload, TaiTime origin) noexcept;
    /// The stream ends here. Called by the runtime when the actor ends; harmless twice. [realtime]
    void end() noexcept;
    [[nodiscard]] std::uint64_t published() const noexcept { return writer_.counters().published; }
    [[nodiscard]] std::uint64_t no_free_slot() const noexcept {
        return writer_.counters().no_free_slot;
    }

protected:
    OutputBase(Actor& owner, std::string name, MediaKind kind, std::string text,
               OutputOptions options);
    ~OutputBase() = default;

private:
    friend class ActorCore;
    friend class Slot;
    ActorCore& core_;
    PortSpec spec_;
    std::size_t port_ = 0;  // in order of declaration
    MediaFormat format_{};
    bool carried_ = false, ended_ = false, changing_ = false;
    MediaFormat wanted_{};  // while changing_
    ipc::RingWriter writer_{};
    std::shared_ptr<void> memory_;
};

template <class Media>
class Output : public OutputBase {
public:
    using media = Media;
    Output(Actor& owner, std::string name, std::string text, OutputOptions options = {})
        : OutputBase(owner, std::move(name), Media::kind, std::move(text), options) {}
    /// In configure(): what this output will carry.
    void set_format(const typename Media::Format& format) { set_media_format(MediaFormat(format)); }
    /// While running: see change_media_format.
    void change_format(const typename Media::Format& format) {
        change_media_format(MediaFormat(format));
    }
    [[nodiscard]] const typename Media::Format& format() const noexcept {
        return format_of<Media>(media_format());
    }
};

}  // namespace streamlib
