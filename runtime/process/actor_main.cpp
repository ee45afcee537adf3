// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/actor_main.hpp"

#include <unistd.h>

#include <deque>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "ipc/actor_page.hpp"
#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/actor_failure.hpp"
#include "runtime/clock/software_clock.hpp"
#include "runtime/process/actor_loop.hpp"
#include "runtime/process/actor_ports.hpp"
#include "runtime/process/crash_handler.hpp"
#include "runtime/process/mapped_rings.hpp"
#include "runtime/process/process_attributes.hpp"
#include "runtime/process/protocol.hpp"
#include "runtime/process/socket_request.hpp"

namespace streamlib {
namespace {

using ipc::Access;
using ipc::ActorProgress;
using ipc::MappedSegment;

/// One actor's life. Members are in order of life: the actor goes before the memory that its ports look at.
class ActorProcess {
public:
    ActorProcess(ipc::Channel channel, MappedSegment page)
        : channel_(std::move(channel)),
          page_segment_(std::move(page)),
          page_(reinterpret_cast<ipc::ActorPage*>(page_segment_.payload())) {}

    [[nodiscard]] int run() noexcept;

private:
    using Stage = Result<> (ActorProcess::*)();
    [[nodiscard]] Result<> set_up();
    [[nodiscard]] Result<> configure();
    [[nodiscard]] Result<> start();
    [[nodiscard]] Result<> work();
    [[nodiscard]] Result<> look();
    [[nodiscard]] Result<> obey(const protocol::Message& message, const std::vector<UniqueFd>& fds);
    void ask_for_format(std::size_t output, const MediaFormat& format);
    [[nodiscard]] Result<> stand_by();
    [[nodiscard]] Result<> start_before_it_is_wanted(const MappedStart& mapped);
    [[nodiscard]] Result<> call_start();
    [[nodiscard]] Result<> open_asking();
    void log_warnings(const std::vector<std::string>& texts) noexcept;
    void take_page(std::uint64_t incarnation) noexcept;
    void show_page(std::uint64_t incarnation);
    [[nodiscard]] int failed(const char* stage, const std::string& text,
                             ipc::CrashCause cause) noexcept;
    /// The next message of this kind; empty: a stop came instead.
    template <class M>
    [[nodiscard]] Result<std::optional<M>> expect(std::vector<UniqueFd>* fds = nullptr);
    [[nodiscard]] Result<ipc::Channel::Message> next_message(MonotonicTime until);

    ipc::Channel channel_;
    /// What came while something else was waited for: the launcher sends ahead.
    std::deque<ipc::Channel::Message> put_by_;
    MappedSegment page_segment_;
    ipc::ActorPage* page_;
    MappedSegment own_page_;  // of a standby, before it was wanted
    MappedSegment tick_segment_;
    std::unique_ptr<Actor> actor_;
    ActorCore* core_ = nullptr;
    protocol::Configured configured_;
    std::vector<std::uint8_t> same_domain_;
    ProcessWishes wishes_;
    bool stopped_ = false, standby_ = false, start_first_ = false;
};

Result<ipc::Channel::Message> ActorProcess::next_message(MonotonicTime until) {
    if (put_by_.empty()) return channel_.receive_until(until);
    auto message = std::move(put_by_.front());
    put_by_.pop_front();
    return message;
}

template <class M>
Result<std::optional<M>> ActorProcess::expect(std::vector<UniqueFd>* fds) {
    auto received = next_message(ipc::never);
    if (!received) return tl::unexpected(received.error());
    auto message = protocol::decode(received->bytes);
    if (!message) return tl::unexpected(message.error());
    if (std::holds_alternative<protocol::Stop>(*message)) {
        stopped_ = true;
        return std::optional<M>{};
    }
    if (!std::holds_alternative<M>(*message))
        return fail(Errc::mismatch, "the launcher sent a message out of turn");
    if (fds != nullptr) *fds = std::move(received->fds);
    return std::optional<M>(std::get<M>(std::move(*message)));
}

/// From here on the page is this incarnation's.
void ActorProcess::take_page(std::uint64_t incarnation) noexcept {
    page_->activity.store(0, std::memory_order_relaxed);  // not what the last incarnation did
    page_->tick_seen.store(0, std::memory_order_relaxed);
    page_->first_block_ns.store(0, std::memory_order_relaxed);
    page_->progress.store(ActorProgress::starting, std::memory_order_relaxed);
    // Pairs with the launcher's watch: the words above are this incarnation's once it sees this one.
    page_->incarnation.store(incarnation, std::memory_order_release);
    page_->pid.store(getpid(), std::memory_order_relaxed);
}

/// What the actor counts and logs goes there.
void ActorProcess::show_page(std::uint64_t incarnation) {
    core_->incarnation = incarnation;
    core_->page = page_;
    core_->log = ipc::LogWriter(&page_->log, incarnation);
    core_->bind_counters();
}

Result<> ActorProcess::set_up() {
    auto setup = expect<protocol::Setup>();
    if (!setup) return tl::unexpected(setup.error());
    if (!*setup) return {};
    const protocol::Setup& s = **setup;
    const ClassEntry* entry = find_class(s.class_name);
    for (const std::string& plugin : s.plugins) {
        if (entry != nullptr) break;  // a zygote of this family has loaded it already
        if (auto loaded = load_plugin(plugin); !loaded) return loaded;
        entry = find_class(s.class_name);
    }
    if (entry == nullptr) return fail(Errc::not_found, "unknown class '" + s.class_name + "'");
    take_page(s.incarnation);
    const ipc::ActivityScope busy(&page_->activity, ipc::ActorPhase::constructing);
    actor_ = entry->make();
    core_ = &ActorCore::of(*actor_);
    core_->name = s.name;
    core_->directory = s.directory;
    core_->trigger = s.trigger;
    core_->rate = s.rate;
    core_->snapshot_every = s.snapshot_ns;
    core_->stale_after = s.stale_after_ns;
    core_->socket_hook = [this](const std::string& endpoint, const SocketWish& wish) {
        return ask_for_socket(channel_, put_by_, endpoint, wish);
    };
    standby_ = s.standby;
    start_first_ = s.start_first;
    show_page(s.incarnation);
    core_->set_reading(read_tick_or_now(TickPage{}));  // the tick page comes with `start`
    wishes_ = s.wishes;
    auto warnings = apply_wishes(wishes_, s.node, s.name);
    if (auto text = core_->counters_not_shown(); !text.empty()) warnings.push_back(std::move(text));
    log_warnings(warnings);
    for (const auto& [property, text] : s.properties)
        if (auto set = core_->set_property(property, text); !set) return set;
    for (const auto& [input, hold] : s.input_holds)
        if (auto set = core_->set_hold(input, hold); !set) return set;
    if (auto sent = channel_.send(
            protocol::encode(protocol::Hello{getpid(), s.incarnation, warnings}), {}, ipc::never);
        !sent)
        return sent;
    return standby_ ? Result<>{} : open_asking();  // one that is not wanted yet asks for nothing
}

/// From here on the launcher hears what the actor asks for.
Result<> ActorProcess::open_asking() {
    return core_->children.open(
        [this](const protocol::Ask& ask) { return channel_.send(protocol::encode(ask)); });
}

void ActorProcess::log_warnings(const std::vector<std::string>& texts) noexcept {
    for (const std::string& text : texts)
        core_->log.write(LogLevel::warning, core_->reading().tick.time, text);
}

Result<> ActorProcess::configure() {
    auto message = expect<protocol::Configure>();
    if (!message) return tl::unexpected(message.error());
    if (!*message) return {};
    const protocol::Configure& c = **message;
    if (c.inputs.size() != core_->inputs.size() || c.linked.size() != core_->inputs.size())
        return fail(Errc::mismatch,
                    "configure: the launcher counts other inputs than the class has");
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
        if (c.linked[i] == 0) continue;
        core_->set_input_format(i, c.inputs[i]);
        same_domain_.push_back(c.linked[i] == 1);
    }
    {
        const ipc::ActivityScope busy(&page_->activity, ipc::ActorPhase::configuring);
        if (auto done = actor_->configure(); !done) return done;
    }
    auto reply = configured_of(*core_);
    if (!reply) return tl::unexpected(reply.error());
    page_->progress.store(ActorProgress::configured,
                          std::memory_order_release);  // pairs with the launcher's look
    configured_ = *std::move(reply);
    return channel_.send(protocol::encode(configured_), {}, ipc::never);
}

/// A standby has all it needs and waits until it is wanted. What it wrote so far went to a page of its own.
Result<> ActorProcess::stand_by() {
    if (auto sent = channel_.send(protocol::encode(protocol::Warm{}), {}, ipc::never); !sent)
        return sent;
    std::vector<UniqueFd> fds;
    const auto message = expect<protocol::Activate>(&fds);
    if (!message) return tl::unexpected(message.error());
    if (!*message) return {};
    if (fds.size() != 1) return fail(Errc::mismatch, "activate comes with one descriptor");
    auto page = MappedSegment::map(fds[0].get(), Access::read_write, ipc::actor_page_layout_hash);
    if (!page) return tl::unexpected(page.error());
    own_page_ = std::exchange(page_segment_, std::move(*page));
    page_ = reinterpret_cast<ipc::ActorPage*>(page_segment_.payload());
    install_crash_handler(*page_);
    take_page((**message).incarnation);
    show_page((**message).incarnation);
    return open_asking();
}

Result<> ActorProcess::call_start() {
    const ipc::ActivityScope busy(&page_->activity, ipc::ActorPhase::starting);
    return actor_->start();
}

Result<> ActorProcess::start_before_it_is_wanted(const MappedStart& mapped) {
    for (std::size_t i = 0; i < mapped.outputs.size(); ++i)
        if (mapped.outputs[i]) core_->promise_output(i);
    core_->set_reading(
        read_tick_or_now(*reinterpret_cast<const TickPage*>(tick_segment_.payload())));
    return call_start();
}

Result<> ActorProcess::start() {
    std::vector<UniqueFd> fds;
    auto message = expect<protocol::Start>(&fds);
    if (message && *message && !(**message).ahead.empty() && !fits(**message, configured_))
        message =
            expect<protocol::Start>(&fds);  // the launcher knows as well, and makes other rings
    if (!message) return tl::unexpected(message.error());
    if (!*message) return {};
    auto mapped = map_start(**message, fds);
    if (!mapped) return tl::unexpected(mapped.error());
    if (mapped->outputs.size() != core_->outputs.size() ||
        mapped->inputs.size() != core_->inputs.size())
        return fail(Errc::mismatch, "start: the launcher counts other ports than the class has");
    tick_segment_ = std::move(mapped->ticks);
    const bool first = start_first_ && !core_->start_alone && core_->state_version == 0;
    if (first) {
        if (auto done = start_before_it_is_wanted(*mapped); !done) return done;
    }
    if (standby_) {
        mapped->prefault();  // nobody waits yet
        if (auto done = stand_by(); !done || stopped_) return done;
    }
    if (auto done = attach_ports(*core_, *mapped); !done) return done;
    core_->set_reading(
        read_tick_or_now(*reinterpret_cast<const TickPage*>(tick_segment_.payload())));
    note_new_modules();  // what configure() loaded
    core_->restore_state(*actor_);
    if (!first) {
        if (auto done = call_start(); !done) return done;
    }
    log_warnings(lock_memory(wishes_));
    page_->started_ns.store(static_cast<std::uint64_t>(MonotonicTime::now().ns),
                            std::memory_order_relaxed);
    page_->progress.store(ActorProgress::ready,
                          std::memory_order_release);  // pairs with the launcher's look
    auto sent = channel_.send(protocol::encode(protocol::Ready{}), {}, ipc::never);
    // The first block goes faster into memory that is mapped, and nobody waits longer for this actor to be READY.
    if (!standby_) mapped->prefault();
    return sent;
}

void ActorProcess::ask_for_format(std::size_t output, const MediaFormat& format) {
    const PortSpec& spec = core_->outputs[output]->spec();
    const protocol::ChangeFormat wanted{static_cast<std::uint32_t>(output),
                                        {format, spec.depth, spec.open_slots}};
    // Unheard, the output would be silent for ever: better to fail with a text.
    if (auto sent =
            channel_.send(protocol::encode(wanted), {}, MonotonicTime::now() + 1'000'000'000);
        !sent)
        throw std::runtime_error("the launcher was not told of a new format: " + sent.error().text);
}

/// One message of the launcher while the actor runs.
Result<> ActorProcess::obey(const protocol::Message& message, const std::vector<UniqueFd>& fds) {
    if (const auto* refused = std::get_if<protocol::ChangeRefused>(&message))
        return fail(Errc::no_memory, "its output could not change its format: " + refused->text);
    const auto* output = std::get_if<protocol::ReplaceOutput>(&message);
    const auto* input = std::get_if<protocol::ReplaceInput>(&message);
    if (output == nullptr && input == nullptr)
        return {};  // `stop` has its own word; nothing else is said now
    if (fds.size() != 2) return fail(Errc::mismatch, "a ring comes with two descriptors");
    auto ring =
        map_ring(fds[0], fds[1], output != nullptr ? Access::read_write : Access::read_only);
    if (!ring) return tl::unexpected(ring.error());
    (*ring)->ring.prefault();
    return output != nullptr
               ? core_->replace_output(output->output, output->format, (*ring)->memory, *ring)
               : core_->replace_input(input->input, input->format, (*ring)->memory, input->cell,
                                      *ring);
}

Result<> ActorProcess::look() {
    for (;;) {
        if (put_by_.empty()) {
            auto received = channel_.receive();
            if (!received) return tl::unexpected(received.error());
            if (!*received) break;
            put_by_.push_back(std::move(**received));
        }
        const auto received = std::move(put_by_.front());
        put_by_.pop_front();
        auto message = protocol::decode(received.bytes);
        if (!message) return tl::unexpected(message.error());
        if (auto done = obey(*message, received.fds); !done) return done;
    }
    core_->children.deliver(*actor_, page_->watches);
    return {};
}

Result<> ActorProcess::work() {
    core_->format_hook = [this](std::size_t output, const MediaFormat& format) {
        ask_for_format(output, format);
    };
    core_->request_waiting_formats();
    ActorLoop loop({*actor_, *core_, *page_,
                    *reinterpret_cast<const TickPage*>(tick_segment_.payload()), same_domain_,
                    [this] { return look(); }});
    const auto end = loop.run();
    if (!end) return tl::unexpected(end.error());
    // The state that the next incarnation, or the next run, shall begin with.
    if (const MonotonicTime now = MonotonicTime::now();
        core_->state_version != 0 || core_->snapshot_due(now))
        core_->keep_state(*actor_, now);
    page_->progress.store(*end == LoopEnd::ended ? ActorProgress::ended : ActorProgress::stopping,
                          std::memory_order_release);
    // Pairs with give_command. Whoever reads them goes on with the next incarnation.
    const auto command = ipc::command_of(page_->command.load(std::memory_order_acquire));
    actor_->ending();
    if (*end == LoopEnd::ended || command != ipc::ActorCommand::make_way) core_->end_outputs();
    const ipc::ActivityScope busy(&page_->activity, ipc::ActorPhase::stopping);
    actor_->stop();
    page_->progress.store(ActorProgress::stopped, std::memory_order_release);
    return {};
}

int ActorProcess::failed(const char* stage, const std::string& text,
                         ipc::CrashCause cause) noexcept {
    if (cause == ipc::CrashCause::exception) ipc::count(page_->exceptions);
    record_failure(*page_, cause, text);
    ipc::set_error(*page_, text);
    page_->progress.store(ActorProgress::failed, std::memory_order_release);
    // The page has it already; a launcher that does not read must not keep the dead alive.
    (void)channel_.send(protocol::encode(
        protocol::Failed{stage, text, core_ != nullptr ? core_->refused_input : -1}));
    return 1;
}

int ActorProcess::run() noexcept {
    struct Named {
        const char* name;
        Stage stage;
    };
    constexpr Named stages[] = {{"setup", &ActorProcess::set_up},
                                {"configure", &ActorProcess::configure},
                                {"start", &ActorProcess::start},
                                {"process", &ActorProcess::work}};
    for (const Named& s : stages) {
        try {
            if (auto done = (this->*s.stage)(); !done) {
                // An input's format that it cannot take: the launcher names both ends and who converts.
                const bool refuses =
                    s.stage == &ActorProcess::configure && done.error().code == Errc::mismatch;
                return failed(refuses ? "format" : s.name, done.error().text,
                              ipc::CrashCause::error);
            }
        } catch (const ActorFailure& e) {
            return failed(s.name, e.what(), ipc::CrashCause::error);
        } catch (const std::exception& e) {
            return failed(s.name, std::string("exception in ") + s.name + "(): " + e.what(),
                          ipc::CrashCause::exception);
        } catch (...) {
            return failed(s.name, std::string("exception of an unknown type in ") + s.name + "()",
                          ipc::CrashCause::exception);
        }
        if (stopped_) return 0;
    }
    return 0;
}

}  // namespace

int run_actor_process(UniqueFd channel, UniqueFd page) noexcept {
    auto mapped = MappedSegment::map(page.get(), Access::read_write, ipc::actor_page_layout_hash);
    if (!mapped) return 1;
    page.reset();
    install_crash_handler(*reinterpret_cast<ipc::ActorPage*>(mapped->payload()));
    ActorProcess process(ipc::Channel(std::move(channel)), std::move(*mapped));
    return process.run();
}

void rehearse_actor_process() noexcept {
    auto page = ipc::OwnedSegment::create({.purpose = "rehearsal",
                                           .payload_bytes = sizeof(ipc::ActorPage),
                                           .layout_hash = ipc::actor_page_layout_hash,
                                           .kind = ipc::SegmentKind::control});
    auto ends = ipc::Channel::pair();
    if (!page || !ends) return;
    auto mapped = MappedSegment::map(page->fd(), Access::read_write, ipc::actor_page_layout_hash);
    protocol::Setup setup;
    setup.class_name = "(no such class)";
    if (!mapped || !ends->first.send(protocol::encode(setup))) return;
    prepare_crash_handler();
    ActorProcess process(std::move(ends->second), std::move(*mapped));
    static_cast<void>(process.run());  // ends where the class is looked for
}

}  // namespace streamlib
