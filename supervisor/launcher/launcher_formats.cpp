// SPDX-License-Identifier: Apache-2.0
// A format that changes while the graph runs: a new generation of the ring, handed to its readers, then to its writer.
#include "supervisor/launcher/launcher.hpp"

namespace streamlib::supervision {
namespace {

constexpr Nanoseconds send_patience_ns = 100'000'000;

}  // namespace

/// To an actor that runs: the message, then the word that it sleeps on.
void Launcher::tell(std::uint32_t actor, const protocol::Message& message,
                    std::span<const int> fds) {
    Child& child = children_[actor];
    if (!child.channel || child.state.stop_wanted)
        return;  // the word says stop, and must go on saying it
    const auto sent =
        child.channel.send(protocol::encode(message), fds, MonotonicTime::now() + send_patience_ns);
    if (sent) return ipc::give_command(child.actor_page(), ipc::ActorCommand::look);
    if (sent.error().code == Errc::gone) return;
    child.failed_text = "it does not read what it is told";
    apply(actor, ChildEvent::broken);
}

/// Another generation of a ring; its readers are told.
Result<> Launcher::replace_ring(std::uint32_t actor, std::uint32_t output,
                                const protocol::ConfiguredOutput& wanted) {
    const auto number = rings_ ? rings_->ring_of(actor, output) : std::nullopt;
    if (!number) return fail(Errc::not_found, "this output has no ring");
    if (auto made = rings_->replace(plan_, *number, wanted); !made) return made;
    const RingTable::Ring& ring = rings_->rings()[*number];
    directory_->publish_ring(plan_, children_, *rings_, *number);
    drop_twins(actor);
    for (const std::uint32_t index : plan_.actors[actor].out_links) {
        const PlannedLink& link = plan_.links[index];
        if (link.output != output) continue;
        drop_twins(link.to);
        const auto readable = ring.memory.reopen_read_only();
        if (!readable) return tl::unexpected(readable.error());
        const int fds[] = {readable->get(), ring.cells.fd()};
        tell(link.to,
             protocol::ReplaceInput{link.input, rings_->cell_of_link(index).cell,
                                    ring.planned.format},
             fds);
    }
    return {};
}

Result<> Launcher::change_format(std::uint32_t actor, const protocol::ChangeFormat& change) {
    if (auto possible = protocol::validate(change.wanted); !possible) return possible;
    // Readers first: when the writer has gone on, all of them know where to.
    if (auto made = replace_ring(actor, change.output, change.wanted); !made) return made;
    const RingTable::Ring& ring = rings_->rings()[*rings_->ring_of(actor, change.output)];
    const int fds[] = {ring.memory.fd(), ring.cells.fd()};
    tell(actor, protocol::ReplaceOutput{change.output, ring.planned.format}, fds);
    return {};
}

void Launcher::on_change_format(std::uint32_t actor, const protocol::ChangeFormat& change) {
    // Also while the node stops: an actor that waits for its ring reads nothing, and would never come to the end.
    const auto number = rings_ ? rings_->ring_of(actor, change.output) : std::nullopt;
    const MediaFormat before = number ? rings_->rings()[*number].planned.format : MediaFormat{};
    const auto done = change_format(actor, change);
    if (done && !(before == change.wanted.format))
        tell_event("format", children_[actor].planned->name,
                   to_string(change.wanted.format) + " in place of " + to_string(before));
    if (!done) tell(actor, protocol::ChangeRefused{change.output, done.error().text}, {});
}

}  // namespace streamlib::supervision
