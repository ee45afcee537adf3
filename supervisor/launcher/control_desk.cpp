// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/control_desk.hpp"

namespace streamlib::supervision {
namespace {

constexpr std::size_t most_replies = 1024;  ///< Above that it floods us and does not read.

}  // namespace

ControlDesk::ControlDesk(control_link::NodeNotice node, Open directory, Open events, OpenPage page)
    : node_(node),
      directory_(std::move(directory)),
      events_(std::move(events)),
      page_(std::move(page)) {}

void ControlDesk::begin_again() noexcept {
    sent_ = 0;
    ++round_;
    replies_.clear();
}

void ControlDesk::remove_actor(ipc::ActorId id) noexcept {
    for (std::size_t n = 0; n < actors_.size(); ++n) {
        if (actors_[n].id != id) continue;
        actors_.erase(actors_.begin() + static_cast<std::ptrdiff_t>(n));
        if (sent_ > 3 + n) --sent_;
        return;
    }
}

void ControlDesk::reply(std::uint64_t id, control_link::Outcome outcome, std::string_view text,
                        std::uint64_t incarnation) {
    if (replies_.size() >= most_replies) return;
    control_link::Reply reply;
    reply.id = id;
    reply.outcome = outcome;
    reply.incarnation = incarnation;
    reply.text.set(text);
    replies_.push_back(reply);
}

/// One notice.
Result<> ControlDesk::send_next(ipc::Channel& channel) {
    if (sent_ == 0) return channel.send(control_link::bytes_of(node_));
    if (sent_ == 1) {
        const auto directory = directory_();
        if (!directory) return tl::unexpected(directory.error());
        const control_link::DirectoryNotice notice;
        const int fds[] = {directory->get()};
        return channel.send(control_link::bytes_of(notice), fds);
    }
    if (sent_ == 2) {
        const auto events = events_();
        if (!events) return {};  // no descriptor left: control then knows no events
        const control_link::EventsNotice notice;
        const int fds[] = {events->get()};
        return channel.send(control_link::bytes_of(notice), fds);
    }
    const Actor& actor = actors_[sent_ - 3];
    const auto page = page_(actor.actor);
    if (!page)
        return {};  // no descriptor left for it: control then shows that actor without counters
    control_link::ActorPageNotice notice;
    notice.actor_index = actor.id.index;
    notice.actor_generation = actor.id.generation;
    const int fds[] = {page->get()};
    return channel.send(control_link::bytes_of(notice), fds);
}

bool ControlDesk::pump(ipc::Channel& channel) {
    if (!channel) return false;
    for (; sent_ < 3 + actors_.size(); ++sent_) {
        if (const auto sent = send_next(channel); !sent) return sent.error().code == Errc::timeout;
    }
    for (; !replies_.empty(); replies_.pop_front()) {
        const auto sent = channel.send(control_link::bytes_of(replies_.front()));
        if (!sent) return sent.error().code == Errc::timeout;
    }
    return false;
}

}  // namespace streamlib::supervision
