// SPDX-License-Identifier: Apache-2.0
/// @file
/// The end of a link at which an actor reads; a member of the actor class:
/// `Input<VideoFrame> video{*this, "video", "Picture to blur"};`.
///
/// Model     Blocks are looked at in place, pinned in the writer's ring. Nobody waits for anybody.
/// Memory    A block stays readable until the next read on that input (or until a `Block` taken from it is destroyed).
/// Threads   The actor's own thread. [realtime] functions allocate nothing, lock nothing, make no system call.
/// Lifetime  The format is known when configure() runs; the ring exists from start() on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ipc/ring_reader.hpp"
#include "runtime/class_spec.hpp"
#include "runtime/media.hpp"

namespace streamlib {

class Actor;
class ActorCore;

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

    /// In configure(): `return video.refuse("takes 8 bit planar");` when the linked output carries what this input does not
    /// take. The finding names both ends, the format and who converts.
    [[nodiscard]] tl::unexpected<Error> refuse(std::string why) const;

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
    /// Of the tick that made it.
    [[nodiscard]] TaiTime time() const noexcept { return {view_.header().time_ns}; }
    /// Of capture.
    [[nodiscard]] TaiTime origin() const noexcept { return {view_.header().origin_ns}; }
    /// Keeps the current block beyond the next read; needs hold > 1. The input then has no current block.
    [[nodiscard]] Block keep() noexcept { return std::move(view_); }

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Blocks that were overwritten before read_new came to them; in a `cascade`, where each tick brings one block, also
    /// those for which a newer one was there when read_latest looked.
    [[nodiscard]] std::uint64_t missed() const noexcept {
        return missed_before_ + superseded_ + reader_->missed();
    }
    /// True once after the writing actor was restarted (its incarnation changed between two blocks). [realtime]
    [[nodiscard]] bool take_restarted() noexcept;
    /// How long ago the tick was that made the current block; 0 without one. A picture that is held while its source
    /// restarts grows old. One vDSO call. [realtime]
    [[nodiscard]] Nanoseconds age() const noexcept;
    /// Whether nothing has come for the graph's `stale_after` (never, if it gives none). The actor is told of both
    /// turns by Actor::stale_changed. False once the stream has ended. [realtime]
    [[nodiscard]] bool stale() const noexcept { return stale_; }
    /// Whether something newer than the last block read is there. [realtime]
    [[nodiscard]] bool has_new() const noexcept { return attached() && reader_->has_new(); }

protected:
    InputBase(Actor& owner, std::string name, MediaKind kind, std::string text,
              InputOptions options);
    ~InputBase() = default;

private:
    friend class ActorCore;
    InputStatus accept(ipc::ReadStatus status, bool every) noexcept;
    InputStatus accept_end(bool every) noexcept;
    ActorCore& core_;
    PortSpec spec_;
    std::size_t port_ = 0;  // in order of declaration
    MediaFormat format_{};
    /// Linked, and there is a ring already.
    [[nodiscard]] bool attached() const noexcept { return linked_ && reader_->memory(); }
    bool linked_ = false, ended_ = false, restarted_ = false, stale_ = false;
    std::uint64_t newest_seen_ = 0;    // in the ring, read or not
    MonotonicTime arrived_{};          // when that was noticed
    std::uint64_t incarnation_ = 0;    // of the block last read
    std::uint64_t last_sequence_ = 0;  // of the block last given
    std::int64_t origin_ns_ = 0;       // of the block last given
    /// A reader and what keeps its memory mapped.
    struct Generation {
        std::unique_ptr<ipc::RingReader> reader;
        std::shared_ptr<void> memory;
        MediaFormat format{};
    };
    bool each_tick_ = false;           // brings one block: what read_latest skips is a loss
    std::uint64_t superseded_ = 0;     // skipped so
    std::uint64_t missed_before_ = 0;  // in earlier generations of the ring
    std::vector<Generation> retired_;  // earlier generations with blocks that the author keeps
    std::optional<Generation> next_;   // to go on with once this one is read to its end
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
        return format_of<Media>(media_format());
    }
    /// One plane of the current frame (video), rows × stride bytes.
    [[nodiscard]] std::span<const std::byte> plane(std::size_t index) const noexcept
        requires(Media::kind == MediaKind::video) {
        const Plane p = format().plane(index);
        return payload().subspan(p.offset, std::size_t{p.stride_bytes} * p.rows);
    }
};

}  // namespace streamlib
