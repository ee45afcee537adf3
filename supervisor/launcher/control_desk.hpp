// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the launcher tells the control process, at the speed at which that one reads.
///
/// Model     Nothing is queued but replies: pages are sent in order of the actors, and a position says how far it got. A new
///           control process starts from the beginning. One that does not read costs the launcher nothing.
/// Threads   The launcher's one thread.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "ipc/base/error.hpp"
#include "ipc/channel.hpp"
#include "ipc/directory_layout.hpp"
#include "supervisor/control_link.hpp"

namespace streamlib::supervision {

class ControlDesk {
public:
    using Open = std::function<Result<UniqueFd>()>;
    /// Descriptor of the n-th actor's page.
    using OpenPage = std::function<Result<UniqueFd>(std::size_t actor)>;
    ControlDesk(control_link::NodeNotice node, Open directory, Open events, OpenPage page);

    /// `actor`: what `page` knows it by.
    void add_actor(ipc::ActorId id, std::size_t actor) { actors_.push_back({id, actor}); }
    void remove_actor(ipc::ActorId id) noexcept;
    /// A new control process: everything again.
    void begin_again() noexcept;
    void reply(std::uint64_t id, control_link::Outcome outcome, std::string_view text,
               std::uint64_t incarnation = 0);
    /// Of which control process the requests are now: a reply to one of another is for nobody.
    [[nodiscard]] std::uint64_t round() const noexcept { return round_; }
    /// Sends what fits. True: the channel is full; call again when it is writable.
    [[nodiscard]] bool pump(ipc::Channel& channel);

private:
    [[nodiscard]] Result<> send_next(ipc::Channel& channel);
    control_link::NodeNotice node_;
    Open directory_, events_;
    OpenPage page_;
    struct Actor {
        ipc::ActorId id{};
        std::size_t actor = 0;
    };
    std::vector<Actor> actors_;
    std::size_t sent_ =
        0;  ///< 0: node is next, 1: directory, 2: events, 3 + n: page of the nth actor.
    std::uint64_t round_ = 0;
    std::deque<control_link::Reply> replies_;
};

}  // namespace streamlib::supervision
