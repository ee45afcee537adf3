// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the launcher and an actor process say to each other over their channel, and in which order.
///
/// To an incarnation that comes after another, configure and start are queued together with setup: it need not wait for anybody.
///
///     launcher            actor
///     setup          ->             who it is, its properties; queued before the process exists
///                    <-  hello      pid, incarnation
///     configure      ->             formats of its linked inputs (when all of them are known)
///                    <-  configured formats of its outputs                    (progress: configured)
///     start          ->             descriptors of rings, cells, tick page
///                    <-  ready      start() has returned                      (progress: ready)
///     stop           ->             finish: sources end, others stop          (command word: stop)
///                    <-  failed     text; then the process exits with 1
///
/// While it runs (command word: look), when an output's format changes:
///                    <-  change_format   what an output wants to carry from now on
///     replace_input  ->                  to every reader: the new ring; used once the old one is read to its end
///     replace_output ->                  to the writer: the new ring; or change_refused with the reason
///
/// A standby (`setup.standby`), between configured and ready; of a replacement, start() has returned by then:
///                    <-  warm
///     activate       ->                  when its actor has died: the incarnation that it is now, and the actor's page
///
/// From its hello on, at any time: what it wants of the launcher about others. Answers come in its page (watch_table.hpp):
///                    <-  ask         spawn, stop, link, monitor, …
///
/// Then the process exits: 0 it ended or was stopped, 1 failed (text in `failed` and in its page), or by a signal.
/// Memory    One message is at most 64 KiB. Numbers little-endian as in memory: both ends are one machine, one build.
/// Errors    Decoding checks every length; a message that does not decode is Errc::parse and the sender is broken.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/format.hpp"
#include "runtime/graph/process_words.hpp"
#include "runtime/net/socket_wish.hpp"
#include "runtime/tick.hpp"

namespace streamlib::protocol {

struct Setup {
    std::string node, name, class_name, uri;
    std::string directory;  ///< The node's run directory; empty: it only checks.
    std::uint32_t actor_index = 0;
    std::uint64_t incarnation = 1;
    /// Never `automatic` once it is sent: the launcher resolved it.
    Trigger trigger = Trigger::automatic;
    Rate rate{};  ///< Of its tick domain.
    /// Not wanted yet: go as far as one can without being seen, say warm, wait for activate.
    bool standby = false;
    /// A standby that is to replace a working incarnation: start() comes before warm, unless its class starts alone.
    bool start_first = false;
    std::vector<std::pair<std::string, std::string>> properties;
    /// .so files to load before looking the class up (exec'd children).
    std::vector<std::string> plugins;
    /// Holds the graph sets, by input name.
    std::vector<std::pair<std::string, std::uint32_t>> input_holds;
    Nanoseconds stale_after_ns = 0;  ///< Of its inputs; 0: never.
    Nanoseconds snapshot_ns = 0;     ///< Between snapshots; 0: on demand only.
    ProcessWishes wishes{};          ///< Applied before configure().
};
struct Hello {
    std::int32_t pid = 0;
    std::uint64_t incarnation = 0;
    std::vector<std::string>
        warnings{};  ///< Wishes that the kernel refused, and what they need; counters with no place.
};
struct Configure {
    /// By input index; kind none: not linked (or unknown yet, in a feedback loop).
    std::vector<MediaFormat> inputs;
    std::vector<std::uint8_t> linked;  ///< By input index; 1: linked.
};
struct ConfiguredOutput {
    MediaFormat format{};  ///< kind none: carries nothing.
    std::uint32_t depth = 1, open_slots = 1;
};
/// Why there can be no such output, or ok. Whoever plans memory by what another process says asks this first.
[[nodiscard]] Result<> validate(const ConfiguredOutput& output);
struct Configured {
    std::vector<ConfiguredOutput> outputs;   ///< By output index.
    std::vector<std::uint32_t> input_holds;  ///< By input index.
};
/// Descriptors travel beside `start` in this order: tick page (read-only); for each carried output: ring (rw), cells
/// (rw); for each linked input: ring (read-only), cells (rw).
struct Start {
    std::vector<std::uint8_t> output_carried;
    struct In {
        std::uint8_t linked = 0;
        std::uint32_t cell = 0;
        std::uint32_t hold = 1;  ///< What the cell has room for.
    };
    std::vector<In> inputs;
    /// Not empty: sent ahead, before the actor has configured, since the rings are there from its last incarnation; this
    /// is what they were made for, by output. Where it does not fit what configure() said, both ends know it, and the
    /// launcher sends another.
    std::vector<ConfiguredOutput> ahead;
};
/// Whether the rings that were sent ahead are what the actor needs. Both ends ask this.
[[nodiscard]] bool fits(const Start& start, const Configured& configured) noexcept;
struct Ready {};
struct Stop {};
struct Failed {
    /// "setup", "configure", "format" (configure refused an input), "start", "process".
    std::string stage;
    std::string text;
    /// Of stage "format": which of its inputs, by number; -1: it did not say.
    std::int32_t input = -1;
};

struct ChangeFormat {
    std::uint32_t output = 0;
    ConfiguredOutput wanted{};
};
/// Beside it: ring (rw), cells (rw).
struct ReplaceOutput {
    std::uint32_t output = 0;
    MediaFormat format{};
};
/// Beside it: ring (read-only), cells (rw).
struct ReplaceInput {
    std::uint32_t input = 0, cell = 0;
    MediaFormat format{};
};
struct ChangeRefused {
    std::uint32_t output = 0;
    std::string text;
};

/// The actor's configure() needs a socket; it waits for the answer.
struct OpenSocket {
    std::string endpoint;
    SocketWish wish{};
};
/// Beside it, unless `error` says why not: the socket.
struct SocketOpened {
    std::string endpoint;
    SocketAddress bound{};
    std::vector<std::string> warnings;
    std::string error;
    Errc code = Errc::io;
};

/// A standby has all it needs.
struct Warm {};
/// To a standby: be this incarnation now. Beside it: the actor's page (read-write).
struct Activate {
    std::uint64_t incarnation = 0;
};

/// See runtime/children.hpp.
struct Ask {
    enum class Kind : std::uint32_t { spawn, stop, link, unlink, monitor, demonitor, trap_exit };
    Kind kind = Kind::spawn;
    std::string name{};  ///< Of whom; empty with trap_exit.
    std::uint8_t on = 0;
    // Of spawn alone; words as in a graph file.
    std::string class_name{}, supervisor{}, restart{}, shutdown{}, domain{};
    std::vector<std::pair<std::string, std::string>> properties{};
    std::vector<std::string> links{};
    Trigger trigger = Trigger::automatic;
    Nanoseconds hang_after_ns = 0;
    std::uint8_t significant = 0, own_supervisor = 0;
    std::uint32_t max_retries = 0;
    Nanoseconds period_ns = 0;
};

/// Whether its numbers are such as runtime/children.hpp sends. The words are judged where they are looked up.
[[nodiscard]] bool makes_sense(const Ask& ask) noexcept;

using Message = std::variant<Setup, Hello, Configure, Configured, Start, Ready, Stop, Failed,
                             ChangeFormat, ReplaceOutput, ReplaceInput, ChangeRefused, Warm,
                             Activate, OpenSocket, SocketOpened, Ask>;

[[nodiscard]] std::vector<std::byte> encode(const Message& message);
[[nodiscard]] Result<Message> decode(std::span<const std::byte> bytes);

}  // namespace streamlib::protocol
