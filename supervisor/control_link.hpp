// SPDX-License-Identifier: Apache-2.0
/// @file
/// What launcher and control process say to each other: plain records of fixed layout, one a message of their Channel.
///
///     launcher                 control
///     node, directory    ->                 once, first, in this order
///     events             ->                 once, third
///     actor_page         ->                 one an actor: at once for those that are there, later for each new one
///                        <-  listening      the socket RUNDIR/control.sock takes connections
///                        <-  stop_node, stop_actor, kill_actor, restart_actor, replace_actor, snapshot_actor
///     reply              ->                 one a request, `listening` aside, in any order
///
/// Model     The launcher parses nothing but `Request`: size, kind, index, signal; and the count of a `ReplaceRequest`, whose
///           texts it hands to the new process as they are. A request that is none is dropped and
///           costs the control process its life (it is broken; the next one gets everything again).
/// Descriptors  Exactly one beside `directory`, `events` and `actor_page`, read-only; none beside anything else.
/// Replies   Say that the launcher took the request or why not; never that it is done. Done is seen in the directory.
/// Crash     A control process that dies loses its requests and nothing else: what the launcher took, it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "ipc/fixed_text.hpp"

namespace streamlib::supervision::control_link {

// ---- control -> launcher ----

enum class RequestKind : std::uint32_t {
    listening = 1,   ///< No reply.
    stop_node = 2,   ///< As Ctrl-C: everything in order, within the deadline.
    stop_actor = 3,  ///< With its children, deepest first; stays STOPPED.
    kill_actor = 4,  ///< `signal` to the process, by its pidfd.
    /// A new incarnation, in order; also of one that is stopped or failed. With `incarnation`: a later one than that, so
    /// that of several who want it restarted only the first does something.
    restart_actor = 5,
    /// `ReplaceRequest`: a new incarnation with other properties, made while the one before runs. The reply comes when it is
    /// ready to take over, or has failed and nothing has changed.
    replace_actor = 6,
    /// It is to keep its state now. Done is seen in its page: `answered` of its snapshots has reached the reply's number.
    snapshot_actor = 7,
    alive = 8,  ///< Each second, from the loop that does all else. No reply.
};

struct Request {
    std::uint64_t id = 0;  ///< Of the sender's choice; comes back in the reply.
    RequestKind kind{};
    std::uint32_t actor_index = 0;  ///< Place in the directory; 0 with stop_node and listening.
    std::uint32_t actor_generation = 0;  ///< Of that place.
    std::int32_t signal = 0;             ///< kill_actor: 1 … 64.
    std::uint64_t incarnation = 0;       ///< Only that one; 0: whichever runs.
};
static_assert(sizeof(Request) == 32);

inline constexpr std::uint32_t max_settings = 8;

/// A property and its new value, as text.
struct Setting {
    ipc::FixedText<64> key{};
    ipc::FixedText<256> value{};
};

struct ReplaceRequest {
    Request request{};
    std::uint32_t count = 0;  ///< Settings used.
    std::uint32_t reserved = 0;
    Setting settings[max_settings]{};
};
static_assert(sizeof(ReplaceRequest) == 2600);

// ---- launcher -> control ----

enum class NoticeKind : std::uint32_t {
    reply = 1,
    node = 2,
    directory = 3,
    actor_page = 4,
    events = 5
};

enum class Outcome : std::uint32_t {
    ok = 0,
    no_such_actor = 1,  ///< Index, generation or incarnation names nothing (any more).
    not_running = 2,    ///< It has no process, or is stopping already.
    refused = 3,        ///< Not now: see `text`.
};

struct Reply {
    NoticeKind kind = NoticeKind::reply;
    Outcome outcome{};
    std::uint64_t id = 0;  ///< Of the request.
    /// restart_actor, replace_actor: the first that is new. snapshot_actor: the number of the request in the actor's page;
    /// 0: its class keeps no state.
    std::uint64_t incarnation = 0;
    ipc::FixedText<200> text{};
};

struct NodeNotice {
    NoticeKind kind = NoticeKind::node;
    std::int32_t launcher_pid = 0;
    std::int64_t started_monotonic_ns = 0;
    ipc::FixedText<64> name{};
    ipc::FixedText<64> host{};       ///< As in URIs: actor://host/…
    ipc::FixedText<4096> run_dir{};  ///< Absolute; mode 0700; has the lock file.
};

/// Descriptor: the Directory, read-only.
struct DirectoryNotice {
    NoticeKind kind = NoticeKind::directory;
    std::uint32_t reserved = 0;
};

/// Descriptor: the EventBook's LogRing, read-only.
struct EventsNotice {
    NoticeKind kind = NoticeKind::events;
    std::uint32_t reserved = 0;
};

/// Descriptor: the actor's ActorPage, read-only. It is the same page in all incarnations.
struct ActorPageNotice {
    NoticeKind kind = NoticeKind::actor_page;
    std::uint32_t actor_index = 0;
    std::uint32_t actor_generation = 0;
    std::uint32_t reserved = 0;
};

static_assert(sizeof(Reply) == 224 && sizeof(NodeNotice) == 4240 && sizeof(DirectoryNotice) == 8 &&
              sizeof(EventsNotice) == 8 && sizeof(ActorPageNotice) == 16);

// ---- bytes ----

/// The record as the bytes of a message.
template <class Record>
[[nodiscard]] std::span<const std::byte> bytes_of(const Record& record) noexcept {
    static_assert(std::is_trivially_copyable_v<Record>);
    return std::as_bytes(std::span<const Record, 1>(&record, 1));
}

/// The bytes as a record; none if the size is another.
template <class Record>
[[nodiscard]] std::optional<Record> record_in(std::span<const std::byte> bytes) noexcept {
    static_assert(std::is_trivially_copyable_v<Record>);
    if (bytes.size() != sizeof(Record)) return std::nullopt;
    Record record;
    std::memcpy(static_cast<void*>(&record), bytes.data(), sizeof record);
    return record;
}

/// For the launcher: the request in a message; none if it is none. The index is still to be looked up.
[[nodiscard]] inline std::optional<Request> request_in(std::span<const std::byte> bytes) noexcept {
    const auto request = record_in<Request>(bytes);
    if (!request || request->kind < RequestKind::listening || request->kind > RequestKind::alive ||
        request->kind == RequestKind::replace_actor) {  // has a size of its own
        return std::nullopt;
    }
    const bool kill = request->kind == RequestKind::kill_actor;
    if (kill ? request->signal < 1 || request->signal > 64 : request->signal != 0)
        return std::nullopt;
    return request;
}

/// The same for a request with properties, which has a size of its own.
[[nodiscard]] inline std::optional<ReplaceRequest> replace_request_in(
    std::span<const std::byte> bytes) noexcept {
    auto replace = record_in<ReplaceRequest>(bytes);
    if (!replace || replace->request.kind != RequestKind::replace_actor ||
        replace->request.signal != 0 || replace->count > max_settings) {
        return std::nullopt;
    }
    return replace;
}

/// For control: what kind of record a message is; none if it is too short to say or unknown.
[[nodiscard]] inline std::optional<NoticeKind> notice_kind(
    std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < sizeof(NoticeKind)) return std::nullopt;
    NoticeKind kind{};
    std::memcpy(&kind, bytes.data(), sizeof kind);
    if (kind < NoticeKind::reply || kind > NoticeKind::events) return std::nullopt;
    return kind;
}

}  // namespace streamlib::supervision::control_link
