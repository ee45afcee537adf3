// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the runtime keeps of one actor: its declared parts, and what connects them to rings, ticks and counters.
///
/// Model     Private to runtime/. The process loop and the test harness drive an actor through this class and nothing else,
///           so that a unit test runs the same code as an actor process.
/// Threads   The actor's own thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ipc/actor_page.hpp"
#include "runtime/actor.hpp"
#include "runtime/actor_children.hpp"
#include "runtime/clock/tick_page.hpp"

namespace streamlib {

class ActorCore {
public:
    /// The core of an actor object.
    [[nodiscard]] static ActorCore& of(Actor& actor) noexcept { return *actor.core_; }

    // Declared by the constructors of the members.
    std::vector<InputBase*> inputs;
    std::vector<OutputBase*> outputs;
    std::vector<PropertyBase*> properties;
    std::vector<Counter*> counters;
    Trigger class_trigger = Trigger::automatic;
    std::string family;
    std::uint32_t state_version = 0;  ///< 0: it keeps none.
    bool start_alone = false;         ///< start() takes what only one process may have.

    // Set by whoever runs the actor, before configure().
    std::string name;
    std::string directory;  ///< The node's run directory; empty: there is none.
    std::uint64_t incarnation = 1;
    Trigger trigger = Trigger::tick;
    Rate rate{60, 1};
    std::int32_t refused_input = -1;  ///< By configure(), see InputBase::refuse.
    ipc::ActorPage* page = nullptr;   ///< nullptr in the harness: nothing is counted outside.
    Nanoseconds snapshot_every = 0;   ///< 0: on demand only.
    Nanoseconds stale_after = 0;      ///< 0: no input is ever stale.
    ipc::LogWriter log{};
    std::function<void(LogLevel, std::string_view)>
        log_hook;  ///< Harness: sees every line as well.

    /// Opens a socket; empty: the process does it by itself.
    std::function<Result<OpenedSocket>(const std::string& endpoint, const SocketWish&)> socket_hook;

    [[nodiscard]] Result<> set_property(std::string_view property, std::string_view text);
    [[nodiscard]] Result<> set_hold(std::string_view input, std::uint32_t hold);
    /// Gives the declared counters their words in the page.
    void bind_counters() noexcept;
    /// Names those that have no word there; empty: all have.
    [[nodiscard]] std::string counters_not_shown() const;
    /// Before configure(): what input `index` is linked to.
    void set_input_format(std::size_t index, const MediaFormat& format);
    /// Before start(): rings.
    /// `memory` is kept as long as the ring is looked at.
    [[nodiscard]] Result<> attach_input(std::size_t index, const ipc::RingMemory& ring,
                                        std::uint32_t cell, std::shared_ptr<void> memory = {});
    /// It will have a ring; claim() gives nothing until then.
    void promise_output(std::size_t index) noexcept;
    [[nodiscard]] Result<> attach_output(std::size_t index, const ipc::RingMemory& ring,
                                         std::shared_ptr<void> memory = {});

    // A format that changes while it runs (ARCHITECTURE section 4).
    std::function<void(std::size_t output, const MediaFormat&)>
        format_hook;  ///< Asks whoever makes rings for one.
    void request_format(std::size_t output, const MediaFormat& format);
    /// Before the first turn: asks for what start() wanted, when nobody could be asked yet.
    void request_waiting_formats();
    [[nodiscard]] Result<> replace_output(std::size_t index, const MediaFormat& format,
                                          const ipc::RingMemory& ring,
                                          std::shared_ptr<void> memory = {});
    [[nodiscard]] Result<> replace_input(std::size_t index, const MediaFormat& format,
                                         const ipc::RingMemory& ring, std::uint32_t cell,
                                         std::shared_ptr<void> memory = {});
    /// Lets inputs whose old ring is read to its end go on with the new one, and tells the actor. True: some did.
    [[nodiscard]] Result<bool> settle_generations(Actor& actor);
    /// Whether an output waits for the ring of its new format.
    [[nodiscard]] bool any_changing() const noexcept;
    /// Words that change when an input may have to go on with a new ring.
    void superseded_words(std::vector<ipc::WaitWord>& words) const;

    /// One turn of `actor` at `reading`, with counters around it. Exceptions pass through. [realtime]
    void run(Actor& actor, const TickReading& reading);
    /// The call under way goes on: its time counts from now. [realtime]
    void renew_activity() noexcept;
    /// Where the page tells what the actor does; none in the harness.
    [[nodiscard]] ipc::SharedWord* activity() const noexcept {
        return page != nullptr ? &page->activity : nullptr;
    }
    /// Publishes the end on every output. [realtime]
    void end_outputs() noexcept;

    ActorChildren children{};  ///< What it asks for and is told of others.

    // Work that has times of its own.
    MonotonicTime wake_time = ipc::never;  ///< When woken() is wanted.
    bool rests = false;                    ///< Nothing else is to wake it until then.
    Sleeper* sleeper = nullptr;            ///< Where the loop sleeps; null: in futexes.
    /// Calls woken() if its time has come. [realtime]
    void wake_if_due(Actor& actor);

    // Inputs to which nothing comes.
    /// Their time counts from now.
    void begin_staleness(MonotonicTime now) noexcept;
    /// Tells the actor of inputs that turned stale, or fresh. A load an input. [realtime]
    void check_stale(Actor& actor, MonotonicTime now);
    /// When the next input turns stale, if nothing comes; ipc::never. [realtime]
    [[nodiscard]] MonotonicTime stale_deadline() const noexcept;

    // State kept for the next incarnation.
    /// Between configure() and start(): gives the actor what is kept, if anything is; says in the log what is not used.
    void restore_state(Actor& actor);
    /// Whether it is time for a snapshot; two loads where none is asked for. [realtime]
    [[nodiscard]] bool snapshot_due(MonotonicTime now) const noexcept;
    /// Between two turns. [realtime]
    void keep_state(Actor& actor, MonotonicTime now);

    [[nodiscard]] bool finish_requested() const noexcept { return finish_requested_; }
    /// All linked inputs have ended (never true of an actor without linked inputs).
    [[nodiscard]] bool inputs_ended() const noexcept;
    [[nodiscard]] bool any_new() const noexcept;
    [[nodiscard]] InputBase* find_input(std::string_view input) const noexcept;
    [[nodiscard]] OutputBase* find_output(std::string_view output) const noexcept;
    /// Readers of the linked inputs, in order of the inputs.
    [[nodiscard]] std::vector<ipc::RingReader*> readers() const;

    [[nodiscard]] static ipc::RingReader& reader_of(InputBase& input) noexcept {
        return *input.reader_;
    }
    /// Counts blocks that read_latest skips on this input as missed: one comes each tick.
    static void count_superseded(InputBase& input) noexcept { input.each_tick_ = true; }
    /// Whether every carried output already holds a block of this tick (true without outputs).
    [[nodiscard]] bool outputs_hold(std::uint64_t tick_index) const noexcept;

    void count_dropped(std::uint64_t ticks) noexcept;
    [[nodiscard]] std::uint64_t ticks() const noexcept { return ticks_; }
    [[nodiscard]] std::uint64_t ticks_dropped() const noexcept { return ticks_dropped_; }
    [[nodiscard]] const TickReading& reading() const noexcept { return reading_; }
    void set_reading(const TickReading& reading) noexcept { reading_ = reading; }

private:
    friend class Actor;
    friend class InputBase;
    friend class OutputBase;
    friend class Slot;
    /// Fills what the author left open in a block that is about to be published.
    void complete(ipc::BlockHeader& block) const noexcept;
    void go_on(InputBase& input);
    void set_stale(Actor& actor, InputBase& input, bool stale);
    void count_read(const InputBase& input, ipc::ReadStatus status) noexcept;
    void count_published(const OutputBase& output, const ipc::BlockHeader& block) noexcept;
    void count_given_up(const OutputBase& output) noexcept;
    void note_first_block() noexcept;
    [[nodiscard]] ipc::PortCounters* counters_of(std::size_t port) const noexcept;

    TickReading reading_{};
    ipc::BlockHeader last_read_{};  // of the input read last: what a block made from it inherits
    std::uint64_t missed_told_[ipc::max_port_counters]{};  // of each input's, what the page has
    bool has_read_ = false;
    bool finish_requested_ = false;
    bool has_published_ = false;  // a block, which is in the page then
    std::uint64_t ticks_ = 0, ticks_dropped_ = 0;
    ipc::SnapshotWriter snapshots_{};
    MonotonicTime kept_at_{};       // when a snapshot was taken last
    std::uint64_t ticks_kept_ = 0;  // turns at that time
};

}  // namespace streamlib
