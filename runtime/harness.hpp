// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor in one process, without a launcher: feed its inputs, tick it by hand, look at its outputs.
///
///     ActorHarness h(std::make_unique<Invert>());
///     h.link("video", format);                     // before configure()
///     ASSERT_TRUE(h.configure() && h.start());
///     h.feed("video", bytes, TaiTime{1000});
///     h.tick();
///     EXPECT_EQ(h.latest("video").payload.size(), format.bytes());
///
/// Model     The same rings in private memory, the same runtime around the actor; only the clock is the test's.
/// Errors    A wrong port name aborts with its text: it is a mistake of the test.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/actor.hpp"
#include "runtime/children.hpp"

namespace streamlib {

/// A copy of a block that an output published.
struct SeenBlock {
    ipc::BlockHeader header{};
    std::vector<std::byte> payload{};
};

/// What the actor asked of its launcher. What would come of it the test says itself: h.actor().down({.name = "w1"}), or
/// child_ready, child_refused, exit_signal.
struct AskedOf {
    std::string what;   ///< "spawn", "stop", "link", "unlink", "monitor", "demonitor", "trap_exit".
    std::string name;   ///< Of whom.
    bool on = false;    ///< trap_exit.
    ChildSpec child{};  ///< spawn.
};

class ActorHarness {
public:
    explicit ActorHarness(std::unique_ptr<Actor> actor, Rate rate = {60, 1});
    ~ActorHarness();
    ActorHarness(ActorHarness&&) noexcept;
    ActorHarness& operator=(ActorHarness&&) noexcept;
    [[nodiscard]] Actor& actor() noexcept;
    /// Sets a property from text, as a graph does.
    [[nodiscard]] Result<> set(std::string_view property, std::string_view text);
    /// Links an input to a source that carries `format`. Before configure().
    void link(std::string_view input, const MediaFormat& format, std::uint32_t depth = 8);
    void trigger(Trigger trigger);
    [[nodiscard]] Result<> configure();
    [[nodiscard]] Result<> start();

    /// Publishes a block on a linked input. `origin` {0}: the time of the next tick.
    void feed(std::string_view input, std::span<const std::byte> payload, TaiTime origin = {},
              std::uint32_t flags = 0);
    /// The linked source ends.
    void end(std::string_view input);
    /// One tick: advances the clock by one period and lets the actor work as its trigger says
    /// (triggered by `input`: once for each block that is waiting).
    void tick(int count = 1);
    /// Calls woken() if the actor asked to be woken by then: true.
    bool wake(MonotonicTime now);
    /// The tick that comes next.
    [[nodiscard]] Tick next_tick() const;
    /// Sets index and time of the next tick.
    void jump_to(std::uint64_t index);

    [[nodiscard]] const MediaFormat& format(std::string_view output) const;
    /// The newest block of an output; empty payload and sequence 0 if none.
    [[nodiscard]] SeenBlock latest(std::string_view output);
    /// Every block since the last call, oldest first (at most the last 64 survive between calls).
    [[nodiscard]] std::vector<SeenBlock> take(std::string_view output);
    [[nodiscard]] bool output_ended(std::string_view output);
    /// True when the actor has ended (finish() or all inputs ended) and stop() ran.
    [[nodiscard]] bool finished() const;
    void stop();
    [[nodiscard]] std::uint64_t counter(std::string_view name) const;
    /// Everything so far, oldest first.
    [[nodiscard]] std::vector<AskedOf> asked() const;
    /// Lines the actor logged, oldest first.
    [[nodiscard]] std::vector<std::string> log_lines() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace streamlib
