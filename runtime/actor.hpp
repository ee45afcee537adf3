// SPDX-License-Identifier: Apache-2.0
/// @file
/// What an actor author derives from.
///
///     class Invert final : public Actor {
///     public:
///         static constexpr const char* class_name = "Invert";
///         static constexpr const char* class_text = "Turns a picture into its negative";
///         Input<VideoFrame> video{*this, "video", "Picture"};
///         Output<VideoFrame> out{*this, "video", "Its negative"};
///         Result<> configure() override { out.set_format(video.format()); return {}; }
///         void process(const Tick&) override {
///             if (video.read() != InputStatus::fresh) return;
///             if (Slot slot = out.claim()) { invert(video.payload(), slot.payload()); slot.publish(); }
///         }
///     };
///     STREAMLIB_ACTOR(Invert)
///
/// Model     An actor is one process with one thread. The runtime calls configure(), start(), then process() once a
///           trigger, then stop(). One call at a time.
/// Lifetime  The constructor only declares: it must be cheap and touch nothing outside (it also runs in tools).
///           An actor with inputs ends when all its linked inputs have ended; a source ends when it calls finish().
/// Errors    configure() and start() return an Error that ends the actor as FAILED with that text. An exception that
///           leaves process() ends it as FAILED with its text. process() itself returns nothing: count and go on.
/// Cost      process() is the frame path: allocate nothing, lock nothing, call nothing that may sleep. log() is safe there.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ipc/log_ring.hpp"
#include "runtime/children.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/ports.hpp"
#include "runtime/property.hpp"
#include "runtime/sleeper.hpp"
#include "runtime/snapshot.hpp"
#include "runtime/tick.hpp"

namespace streamlib {

using ipc::LogLevel;

class ActorCore;

/// A number of the actor's own, readable by others without its help and after its death. Declared as a member. Others see
/// the first 32 of an actor; where there are more, a warning names them.
class Counter {
public:
    Counter(Actor& owner, std::string name, std::string text);
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;
    void add(std::uint64_t n = 1) noexcept;  ///< [realtime]
    /// The most of something, over all incarnations: at least `n` from now on. [realtime]
    void reach(std::uint64_t n) noexcept;
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    friend class ActorCore;
    std::string name_, text_;
    std::uint64_t value_ = 0;
    std::atomic<std::uint64_t>* shared_ = nullptr;
};

class Actor {
public:
    Actor();
    virtual ~Actor();
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    /// Opens what it needs and says what each output will carry. Inputs' formats and properties are known. [setup]
    [[nodiscard]] virtual Result<> configure() { return {}; }
    /// Rings exist now; the first process() follows. Of an incarnation that is to replace a working one it comes while that
    /// one still works (`streamlib replace`): nothing can be read or published in it then. A class whose start() takes what
    /// only one process may have says start_alone(). [setup]
    [[nodiscard]] virtual Result<> start() { return {}; }
    /// One turn. [realtime]
    virtual void process(const Tick& tick) = 0;
    /// The format of a linked input has changed while the actor runs; format() already tells the new one, and the next read
    /// gives its first block. The default configures again; outputs whose format changes by that get a new ring of their own.
    /// An error ends the actor as FAILED with that text. [setup]
    [[nodiscard]] virtual Result<> format_changed() { return configure(); }
    /// Asked once all inputs have ended: false while a tick-driven actor still has something of its own to give
    /// (a delay line that empties itself). It then goes on being ticked. [realtime]
    [[nodiscard]] virtual bool drained() const { return true; }
    /// An input has become stale, or fresh again: input.stale() tells which. Once each; before the process() that follows,
    /// and without one where the actor works on `input` and nothing comes. [realtime]
    virtual void stale_changed(InputBase& /*input*/) {}
    /// The time given to wake_at() has come; between two turns. `now` is that time or later. [realtime]
    virtual void woken(MonotonicTime /*now*/) {}
    /// Of a class that keeps_state(): what the next incarnation shall have, written into `room` (1 MiB). Returns how many
    /// bytes it wrote; 0: nothing worth keeping now. Called between two turns, at the interval `snapshot` of the graph and on
    /// demand, and after the last turn of one that is stopped or has ended. A kill in the middle leaves the one before.
    /// [realtime]
    [[nodiscard]] virtual std::size_t snapshot(std::span<std::byte> /*room*/) { return 0; }
    /// What an earlier incarnation, or the last run, has kept; after configure(), before start(). Not called where there is
    /// nothing. An error is logged, and the actor begins afresh. [setup]
    [[nodiscard]] virtual Result<> restore(const Snapshot& /*kept*/) { return {}; }
    /// Before the outputs end, or are left to the next incarnation: what is open is to be published or given up. [realtime]
    virtual void ending() {}
    /// A child that it spawned is READY: the first time, and after each restart; between two turns. [setup]
    virtual void child_ready(std::string_view /*name*/, std::uint64_t /*incarnation*/) {}
    /// What was asked about that name was not done; `why` names the fix. Between two turns. [setup]
    virtual void child_refused(std::string_view /*name*/, std::string_view /*why*/) {}
    /// One that it monitors, or a child (those of the graph too), has ended; between two turns. [setup]
    virtual void down(const Down& /*down*/) {}
    /// One that it is linked to has ended, and it traps exits; between two turns. [setup]
    virtual void exit_signal(const Down& /*down*/) {}
    /// The last call: finish files, close devices. Not called after a crash. [setup]
    virtual void stop() {}

    /// Instance name in the node, e.g. "camera".
    [[nodiscard]] const std::string& name() const noexcept;
    /// The node's run directory; empty where nothing runs (the harness, `check`).
    [[nodiscard]] const std::string& directory() const noexcept;
    /// Of this process, from 1; grows by one a restart.
    [[nodiscard]] std::uint64_t incarnation() const noexcept;
    /// In stop(): another incarnation follows, which has been or will be started.
    [[nodiscard]] bool makes_way() const noexcept;

protected:
    /// A line in the actor's log ring; never blocks, truncates at about 200 bytes. [realtime]
    void log(LogLevel level, std::string_view text) noexcept;
    /// A source has no more to give: after this process() the outputs end and the actor stops.
    void finish() noexcept;
    /// In long work: it goes on. A call counts as hung when it lasts longer than `hang_after` (default 1 s), or
    /// longer than that since the last progress(). One vDSO call. [realtime]
    void progress() noexcept;
    /// Calls woken() once, at `when`, whatever else comes: for work that has its own times between ticks (pacing, deadlines).
    /// The last call counts; ipc::never calls it off. Precision is the kernel's: some 50 µs. [realtime]
    void wake_at(MonotonicTime when) noexcept;
    /// As wake_at(), but until then nothing else ends the sleep of an actor that works on `input`: blocks, commands and ticks are
    /// looked at when it wakes, 10 ms later at the latest. Cheaper, for its writers too: they need not wake it. For work that
    /// comes at least so often and has enough to do until then. [realtime]
    void rest_until(MonotonicTime when) noexcept;
    /// From start() on the actor's loop sleeps there instead of in futexes. For actors that work on `tick`.
    void sleep_in(Sleeper& sleeper) noexcept;
    /// When it was, or will be, `time` by the node's clock. [realtime]
    [[nodiscard]] MonotonicTime monotonic_at(TaiTime time) const noexcept;
    /// The node clock's time now, between ticks. [realtime]
    [[nodiscard]] TaiTime now() const noexcept;
    /// In the constructor: the class's own default trigger.
    void default_trigger(Trigger trigger) noexcept;
    /// In the constructor: the zygote family that has the class's libraries loaded ("ffmpeg").
    void needs_family(std::string family);
    /// In the constructor: the class has snapshot() and restore(). `version`, from 1, tells restore() how to read the bytes;
    /// count it up when their meaning changes.
    void keeps_state(std::uint32_t version) noexcept;
    /// In the constructor or configure(): start() takes what only one process may have (a port, a device, a file that it
    /// writes), so a replacement starts after the incarnation before has gone. So does a class that keeps state.
    void start_alone() noexcept;
    // Children, links, monitors: children.hpp. They send a message to the launcher and return; from configure() on; errors
    // are what is known at once (a bad spec, more than 128 at once, a launcher that does not read). [setup]
    [[nodiscard]] Result<> spawn(const ChildSpec& spec);
    template <class A>
    [[nodiscard]] Result<> spawn(ChildSpec spec) {
        spec.class_name = A::class_name;
        return spawn(spec);
    }
    /// A child of its own, one of the graph too: in order, with what is below it.
    [[nodiscard]] Result<> stop_child(std::string_view name);
    /// From now on the failure of either ends the other. The one it is linked to need not be its child.
    [[nodiscard]] Result<> link(std::string_view name);
    [[nodiscard]] Result<> unlink(std::string_view name);
    /// down() is called at each end of that actor, until demonitor() or until its name is free.
    [[nodiscard]] Result<> monitor(std::string_view name);
    [[nodiscard]] Result<> demonitor(std::string_view name);
    /// Ends of linked actors, normal ones too, come as exit_signal() and end nothing.
    [[nodiscard]] Result<> trap_exit(bool on);
    /// The trigger in effect.
    [[nodiscard]] Trigger trigger() const noexcept;
    /// Rate of the tick domain in effect; valid from configure() on.
    [[nodiscard]] Rate tick_rate() const noexcept;

private:
    friend class ActorCore;
    friend class InputBase;
    friend class OutputBase;
    friend class PropertyBase;
    friend class Counter;
    friend class Endpoint;
    std::unique_ptr<ActorCore> core_;
};

}  // namespace streamlib

#include "runtime/registry.hpp"
