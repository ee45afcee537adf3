// SPDX-License-Identifier: Apache-2.0
// Standbys: made when there is time, taken when there is none.
#include <algorithm>

#include "supervisor/launcher/launcher.hpp"
#include "supervisor/launcher/reap.hpp"

namespace streamlib::supervision {
namespace {

/// After one was taken or had to go: first the others get the processor.
constexpr Nanoseconds next_after_ns = 100'000'000;
/// After one that failed.
constexpr Nanoseconds again_after_ns = 2'000'000'000;
/// From its birth to `warm`.
constexpr Nanoseconds warm_within_ns = 10'000'000'000;

/// Places among the tokens of one actor.
constexpr std::uint32_t twin_stride = replacement_twin + 1;

constexpr std::uint32_t token_of(std::uint32_t actor, std::size_t n) noexcept {
    return actor * twin_stride + static_cast<std::uint32_t>(n);
}

}  // namespace

void Launcher::prepare_twins() {
    const MonotonicTime now = MonotonicTime::now();
    for (Child& child : children_) {
        if (!child.planned->supervisor) continue;
        child.twins.resize(std::min(child.planned->standby, max_twins));
        for (Twin& twin : child.twins) twin.due = now;
    }
}

/// A process for it: out of the spares, since what a zygote reports is the actor's own. A standby can wait for one.
Result<ChildProcess> Launcher::process_for_twin(const Child& child, Twin& twin,
                                                const ipc::Channel& theirs) {
    const std::string name = child.planned->name.substr(0, 15);
    const bool can_wait = !child.replacement || &twin != &child.replacement->twin;
    if (!child.exec) {
        const auto zygote = zygotes_->zygote_for(child.planned->spec->family, child.plugin);
        auto spare =
            zygote ? zygotes_->take_spare(*zygote, name, theirs, twin.page.fd()) : std::nullopt;
        if (spare) return std::move(*spare);
        if (can_wait) return fail(Errc::gone, "no process for it yet");
    }
    twin.by_exec = true;
    return exec_role(
        {.role = Role::actor, .launcher_pid = ::getpid(), .node = node_, .name = name},
        {.channel = theirs.fd(), .lifeline = lifeline_read_.get(), .page = twin.page.fd()});
}

Result<> Launcher::make_twin(std::uint32_t actor, std::size_t n) {
    Child& child = children_[actor];
    Twin& twin = *child.twin(n);
    auto page = ipc::OwnedSegment::create({.purpose = "standby " + child.planned->name,
                                           .payload_bytes = sizeof(ipc::ActorPage),
                                           .layout_hash = ipc::actor_page_layout_hash,
                                           .kind = ipc::SegmentKind::control});
    auto ends = ipc::Channel::pair();
    auto message = rings_->start_of(plan_, actor, domains_.page_for(actor));
    if (!page || !ends || !message)
        return fail(Errc::no_memory, "no memory or descriptor for a standby");
    twin.page = std::move(*page);
    auto process = process_for_twin(child, twin, ends->second);
    if (!process) return tl::unexpected(process.error());
    twin.process = std::move(*process);
    twin.channel = std::move(ends->first);
    twin.born = MonotonicTime::now();
    loop_->watch(twin.channel.fd(), {Source::twin_channel, token_of(actor, n)});
    loop_->watch(twin.process.pidfd.get(), {Source::twin_process, token_of(actor, n)});
    protocol::Setup setup = setup_of(actor);
    setup.standby = true;
    setup.start_first = n == replacement_twin;
    if (n == replacement_twin)
        setup.properties.assign(child.replacement->properties.begin(),
                                child.replacement->properties.end());
    twin.ahead = message->start;
    if (auto sent = twin.channel.send(protocol::encode(setup)); !sent) return sent;
    if (auto sent = twin.channel.send(protocol::encode(configure_of(actor))); !sent) return sent;
    return twin.channel.send(protocol::encode(twin.ahead), message->fds);
}

void Launcher::drop_twin(std::uint32_t actor, std::size_t n, Nanoseconds next_after) {
    Twin& twin = *children_[actor].twin(n);
    if (twin.process.pidfd) loop_->forget(twin.process.pidfd.get());
    if (twin.channel) loop_->forget(twin.channel.fd());
    kill_and_let_go(twin.process);
    twin = {};
    twin.due = MonotonicTime::now() + next_after;
}

/// Its rings, or those of its inputs, are others now.
void Launcher::drop_twins(std::uint32_t actor) {
    end_replacement(actor, "a format changed meanwhile; try again");
    for (std::size_t n = 0; n < children_[actor].twins.size(); ++n)
        drop_twin(actor, n, next_after_ns);
}

void Launcher::drop_all_twins() {
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        end_replacement(actor, "the node is stopping");
        drop_twins(actor);
        children_[actor].twins.clear();
    }
}

void Launcher::tend_twins(MonotonicTime now) {
    if (phase_ != RunPhase::running) return;
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        Child& child = children_[actor];
        if (const Twin* next = child.twin(replacement_twin);
            next && !next->warm && now - next->born > warm_within_ns)
            end_replacement(actor, "the new process was not ready within 10 s");
        const bool up = child.state.phase == ChildPhase::running;
        for (std::size_t n = 0; n < child.twins.size(); ++n) {
            Twin& twin = child.twins[n];
            if (twin.process.pidfd) {
                const bool late = !twin.warm && now - twin.born > warm_within_ns;
                if (late) drop_twin(actor, n, again_after_ns);
            } else if (up && now >= twin.due && !make_twin(actor, n)) {
                drop_twin(actor, n, next_after_ns);
            }
        }
    }
}

MonotonicTime Launcher::twins_due() const {
    MonotonicTime next{INT64_MAX};
    if (phase_ != RunPhase::running) return next;
    for (const Child& child : children_) {
        if (child.replacement && !child.replacement->twin.warm)
            next = std::min(next, child.replacement->twin.born + (warm_within_ns + 1));
        if (child.state.phase != ChildPhase::running) continue;
        for (const Twin& twin : child.twins) {
            const bool settled = twin.process.pidfd && twin.warm;
            if (settled) continue;
            next = std::min(next, twin.process.pidfd ? twin.born + warm_within_ns : twin.due);
        }
    }
    return next;
}

void Launcher::on_twin_channel(std::uint32_t token) {
    const std::uint32_t actor = token / twin_stride;
    const std::size_t n = token % twin_stride;
    if (children_[actor].twin(n) == nullptr) return;
    Twin& twin = *children_[actor].twin(n);
    const bool replaces = n == replacement_twin;
    while (twin.channel) {
        auto message = twin.channel.receive();
        if (message && !*message) return;
        auto said = message ? protocol::decode((*message)->bytes)
                            : Result<protocol::Message>(tl::unexpected(message.error()));
        if (!said) {  // its end: the process says the rest
            loop_->forget(twin.channel.fd());
            twin.channel.close();
        } else if (auto* configured = std::get_if<protocol::Configured>(&*said)) {
            twin.configured = std::move(*configured);
            if (protocol::fits(twin.ahead, twin.configured)) continue;
            return replaces ? end_replacement(actor, misfit_text(children_[actor]))
                            : drop_twin(actor, n, again_after_ns);
        } else if (const auto* socket = std::get_if<protocol::OpenSocket>(&*said)) {
            give_socket(actor, twin.channel, *socket);
        } else if (std::holds_alternative<protocol::Warm>(*said)) {
            if (replaces && !twin.process.pidfd) continue;  // it is dead already
            twin.warm = true;
            if (replaces) return cut_over(actor);
            tell_event("standby", children_[actor].planned->name,
                       "warm, process " + std::to_string(twin.process.pid));
        } else if (const auto* failed = std::get_if<protocol::Failed>(&*said)) {
            if (replaces) return end_replacement(actor, failed->text);
            tell_event("standby", children_[actor].planned->name, failed->text);
        }
    }
}

void Launcher::on_twin_process(std::uint32_t token) {
    const std::uint32_t actor = token / twin_stride;
    const std::size_t n = token % twin_stride;
    Child& child = children_[actor];
    Twin* const twin = child.twin(n);
    if (twin == nullptr || !twin->process.pidfd) return;
    if (n != replacement_twin) return drop_twin(actor, n, again_after_ns);
    const auto how = reap_with_group(twin->process);
    if (!how) return;  // that was the one before
    loop_->forget(twin->process.pidfd.get());
    twin->process = {};      // its number may be another's from here on
    on_twin_channel(token);  // its last words: they may have been the end of it
    if (!child.replacement) return;
    const auto& page =
        *reinterpret_cast<const ipc::ActorPage*>(child.replacement->twin.page.payload());
    end_replacement(actor, "the new process died: " + exit_text(*how, ipc::error_of(page)));
}

/// The next incarnation is there already: it only has to be told. False: none is warm.
bool Launcher::activate_twin(std::uint32_t actor) {
    Child& child = children_[actor];
    const bool replaced = child.replacement && child.replacement->cut;
    const auto standby = std::find_if(child.twins.begin(), child.twins.end(),
                                      [](const Twin& twin) { return twin.warm && twin.channel; });
    if (!replaced && standby == child.twins.end()) return false;
    Twin* const found = replaced ? &child.replacement->twin : &*standby;
    const protocol::Activate activate{child.state.incarnation};
    const int page[] = {child.page.fd()};
    if (!found->channel || !found->channel.send(protocol::encode(activate), page)) {
        if (replaced) end_replacement(actor, "it died");  // another one is made as it was to be
        return false;
    }
    // Release: whoever reads `active` may rely on the old process being gone.
    child.actor_page().active.store(child.state.incarnation, std::memory_order_release);
    loop_->forget(found->process.pidfd.get());
    loop_->forget(found->channel.fd());
    child.process = std::move(found->process);
    child.channel = std::move(found->channel);
    child.configured = std::move(found->configured);
    child.ahead = std::move(found->ahead);
    child.by_exec = found->by_exec;
    child.from_standby = true;
    *found = {};
    found->due = MonotonicTime::now() + next_after_ns;
    if (replaced) child.replacement.reset();
    loop_->watch(child.process.pidfd.get(), {Source::actor_process, actor});
    loop_->watch(child.channel.fd(), {Source::actor_channel, actor});
    child.reported = MonotonicTime::now();
    for (const ChildEvent done :
         {ChildEvent::hello, ChildEvent::configure, ChildEvent::configured, ChildEvent::start})
        apply(actor, done);
    directory_->publish(child);
    return true;
}

}  // namespace streamlib::supervision
