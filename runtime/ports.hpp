// SPDX-License-Identifier: Apache-2.0
/// @file
/// The typed ends of links inside an actor.
///
/// Model     Declared as members of the actor class: `Input<VideoFrame> video{*this, "video", "Picture to blur"};`.
///           An input looks at blocks in place, pinned in the writer's ring; an output writes into a slot of its own
///           ring and publishes it. Nobody waits for anybody.
/// Memory    A block stays readable until the next read on that input (or until a `Block` taken from it is destroyed).
/// Threads   The actor's own thread. [realtime] functions allocate nothing, lock nothing, make no system call but the
///           wake-up of a sleeping reader.
/// Lifetime  Formats of inputs are known when configure() runs; rings exist from start() on.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ipc/ring_reader.hpp"
#include "ipc/ring_writer.hpp"
#include "runtime/class_spec.hpp"
#include "runtime/format.hpp"

namespace streamlib {

class Actor;
class ActorCore;

/// What a port carries; tags for Input<> and Output<>.
struct VideoFrame { using Format = VideoFormat; static constexpr MediaKind kind = MediaKind::video; };
struct AudioBlock { using Format = AudioFormat; static constexpr MediaKind kind = MediaKind::audio; };
struct Data       { using Format = DataFormat;  static constexpr MediaKind kind = MediaKind::data; };
struct AnyMedia   { using Format = MediaFormat; static constexpr MediaKind kind = MediaKind::none; };

enum class InputStatus : std::uint8_t {
    fresh,  ///< A block this input has not given before.
    same,   ///< Nothing newer; the last block is still there.
    empty,  ///< No block has ever come (or, read_new: nothing new).
    ended,  ///< The stream ended before this. The last block, if any, is still there where the ring still has it.
};

/// A block kept longer than to the next read; counts against the port's `hold`. Move-only.
using Block = ipc::BlockView;

/// How an input is declared beside its name and text.
struct InputOptions {
    bool optional = false;   ///< May stay unlinked.
    std::uint32_t hold = 1;  ///< Blocks pinned at once, 1 … 8 (the current one included).
};

class InputBase {
public:
    InputBase(const InputBase&) = delete;
    InputBase& operator=(const InputBase&) = delete;

    [[nodiscard]] bool linked() const noexcept { return linked_; }
    [[nodiscard]] const PortSpec& spec() const noexcept { return spec_; }
    /// Of the linked output; valid from configure() on. `kind` is none when not linked.
    [[nodiscard]] const MediaFormat& media_format() const noexcept { return format_; }

    /// Follows the trigger: read_new in an actor triggered by `input`, else read_latest. [realtime]
    InputStatus read() noexcept;
    /// The newest block, again if nothing newer came. [realtime]
    InputStatus read_latest() noexcept;
    /// The oldest block after the last one read. [realtime]
    InputStatus read_new() noexcept;

    /// Whether there is a block to look at.
    [[nodiscard]] bool has_block() const noexcept { return static_cast<bool>(view_); }
    /// The block last read; only while has_block().
    [[nodiscard]] const ipc::BlockHeader& header() const noexcept { return view_.header(); }
    [[nodiscard]] std::span<const std::byte> payload() const noexcept { return view_.payload(); }
    [[nodiscard]] TaiTime time() const noexcept { return {view_.header().time_ns}; }      ///< Of the tick that made it.
    [[nodiscard]] TaiTime origin() const noexcept { return {view_.header().origin_ns}; }  ///< Of capture.
    /// Keeps the current block beyond the next read; needs hold > 1. The input then has no current block.
    [[nodiscard]] Block keep() noexcept { return std::move(view_); }

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Blocks that were overwritten before read_new came to them; in a `cascade`, where each tick brings one block, also
    /// those for which a newer one was there when read_latest looked.
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_before_ + superseded_ + reader_->missed(); }
    /// True once after the writing actor was restarted (its incarnation changed between two blocks). [realtime]
    [[nodiscard]] bool take_restarted() noexcept;
    /// Whether something newer than the last block read is there. [realtime]
    [[nodiscard]] bool has_new() const noexcept { return linked_ && reader_->has_new(); }

protected:
    InputBase(Actor& owner, std::string name, MediaKind kind, std::string text, InputOptions options);
    ~InputBase() = default;

private:
    friend class ActorCore;
    InputStatus accept(ipc::ReadStatus status, bool every) noexcept;
    InputStatus accept_end(bool every) noexcept;
    ActorCore& core_;
    PortSpec spec_;
    std::size_t port_ = 0;  // in order of declaration
    MediaFormat format_{};
    bool linked_ = false, ended_ = false, restarted_ = false;
    std::uint64_t incarnation_ = 0;    // of the block last read
    std::uint64_t last_sequence_ = 0;  // of the block last given
    std::int64_t origin_ns_ = 0;       // of the block last given
    /// A reader and what keeps its memory mapped.
    struct Generation {
        std::unique_ptr<ipc::RingReader> reader;
        std::shared_ptr<void> memory;
        MediaFormat format{};
    };
    bool each_tick_ = false;              // brings one block: what read_latest skips is a loss
    std::uint64_t superseded_ = 0;        // skipped so
    std::uint64_t missed_before_ = 0;     // in earlier generations of the ring
    std::vector<Generation> retired_;     // earlier generations with blocks that the author keeps
    std::optional<Generation> next_;      // the generation to go on with once this one is read to its end
    std::unique_ptr<ipc::RingReader> reader_ = std::make_unique<ipc::RingReader>();
    std::shared_ptr<void> memory_;
    ipc::BlockView view_{};
};

template <class Media>
class Input : public InputBase {
public:
    using media = Media;
    Input(Actor& owner, std::string name, std::string text, InputOptions options = {})
        : InputBase(owner, std::move(name), Media::kind, std::move(text), options) {}
    /// Format of the linked output; valid from configure() on.
    [[nodiscard]] const typename Media::Format& format() const noexcept {
        if constexpr (Media::kind == MediaKind::video) return media_format().video;
        else if constexpr (Media::kind == MediaKind::audio) return media_format().audio;
        else if constexpr (Media::kind == MediaKind::data) return media_format().data;
        else return media_format();
    }
    /// One plane of the current frame (video), rows × stride bytes.
    [[nodiscard]] std::span<const std::byte> plane(std::size_t index) const noexcept
        requires(Media::kind == MediaKind::video)
    {
        const Plane p = format().plane(index);
        return payload().subspan(p.offset, std::size_t{p.stride_bytes} * p.rows);
    }
};

/// How an output is declared beside its name and text.
struct OutputOptions {
    bool optional = false;         ///< configure() may leave it without a format: it then carries nothing.
    std::uint32_t open_slots = 1;  ///< Slots written at once (W), 1 … 8.
    std::uint32_t depth = 1;       ///< Newest blocks that stay readable; more for outputs read with read_new.
};

class OutputBase;

/// A slot being written. Destroyed unpublished, it is given up. Move-only.
class Slot {
public:
    Slot() = default;
    Slot(Slot&& other) noexcept : output_(std::exchange(other.output_, nullptr)), slot_(std::exchange(other.slot_, {})), block_(other.block_) {}
    Slot& operator=(Slot&& other) noexcept;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();
    /// False when no slot was free (counted) or the output carries nothing.
    [[nodiscard]] explicit operator bool() const noexcept { return output_ != nullptr; }
    [[nodiscard]] std::span<std::byte> payload() const noexcept { return slot_.payload; }
    /// Bytes that are valid; default: the whole of the format.
    Slot& bytes(std::size_t count) noexcept { block_.payload_bytes = static_cast<std::uint32_t>(count); return *this; }
    /// TAI of capture; default: the earliest `origin` of the actor's current inputs, else the tick's time.
    Slot& origin(TaiTime time) noexcept { block_.origin_ns = time.ns; return *this; }
    /// Tick index; default: that of the tick being processed.
    Slot& index(std::uint64_t tick_index) noexcept { block_.tick_index = tick_index; return *this; }
    /// TAI of the tick; default: that of the tick being processed.
    Slot& time(TaiTime time) noexcept { block_.time_ns = time.ns; return *this; }
    Slot& flags(std::uint32_t block_flags) noexcept { block_.flags = block_flags; return *this; }
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
    /// While running: carry another format from now on. The launcher makes a new generation of the ring; until it is there
    /// (some ms) claim() gives no slot. Readers go on without a gap and are told. A system call, no allocation of frames.
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
    [[nodiscard]] std::uint64_t no_free_slot() const noexcept { return writer_.counters().no_free_slot; }

protected:
    OutputBase(Actor& owner, std::string name, MediaKind kind, std::string text, OutputOptions options);
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
    void change_format(const typename Media::Format& format) { change_media_format(MediaFormat(format)); }
    [[nodiscard]] const typename Media::Format& format() const noexcept {
        if constexpr (Media::kind == MediaKind::video) return media_format().video;
        else if constexpr (Media::kind == MediaKind::audio) return media_format().audio;
        else if constexpr (Media::kind == MediaKind::data) return media_format().data;
        else return media_format();
    }
};

}  // namespace streamlib
