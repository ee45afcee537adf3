// SPDX-License-Identifier: Apache-2.0
#include "runtime/actor_core.hpp"

#include <algorithm>
#include <cstring>

#include "ipc/base/assert.hpp"

namespace streamlib {

Actor::Actor() : core_(std::make_unique<ActorCore>()) {}
Actor::~Actor() = default;
const std::string& Actor::name() const noexcept { return core_->name; }
const std::string& Actor::directory() const noexcept { return core_->directory; }
std::uint64_t Actor::incarnation() const noexcept { return core_->incarnation; }
bool Actor::makes_way() const noexcept {
    if (core_->page == nullptr) return false;
    const std::uint32_t word = core_->page->command.load(std::memory_order_acquire);
    return ipc::command_of(word) == ipc::ActorCommand::make_way;  // pairs with give_command
}
void Actor::finish() noexcept { core_->finish_requested_ = true; }
void Actor::progress() noexcept { core_->renew_activity(); }
void Actor::default_trigger(Trigger trigger) noexcept { core_->class_trigger = trigger; }
void Actor::start_alone() noexcept { core_->start_alone = true; }
void Actor::keeps_state(std::uint32_t version) noexcept { core_->state_version = version; }
void Actor::needs_family(std::string family) { core_->family = std::move(family); }
Trigger Actor::trigger() const noexcept { return core_->trigger; }
Rate Actor::tick_rate() const noexcept { return core_->rate; }
TaiTime Actor::now() const noexcept { return core_->reading_.tai_at(MonotonicTime::now()); }

void Actor::wake_at(MonotonicTime when) noexcept {
    core_->wake_time = when;
    core_->rests = false;
}
void Actor::rest_until(MonotonicTime when) noexcept {
    core_->wake_time = when;
    core_->rests = true;
}
void Actor::sleep_in(Sleeper& sleeper) noexcept { core_->sleeper = &sleeper; }
MonotonicTime Actor::monotonic_at(TaiTime time) const noexcept {
    const TickReading& reading = core_->reading_;
    return reading.monotonic + (time - reading.tick.time);
}

void Actor::log(LogLevel level, std::string_view text) noexcept {
    core_->log.write(level, now(), text);
    if (core_->log_hook) core_->log_hook(level, text);
}

Counter::Counter(Actor& owner, std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
    ActorCore::of(owner).counters.push_back(this);
}

void Counter::add(std::uint64_t n) noexcept {
    value_ += n;
    if (shared_ != nullptr) ipc::count(*shared_, n);
}

void Counter::reach(std::uint64_t n) noexcept {
    value_ = std::max(value_, n);
    // One writer; readers want a number, and nothing behind it.
    if (shared_ != nullptr && shared_->load(std::memory_order_relaxed) < n)
        shared_->store(n, std::memory_order_relaxed);
}

Result<> ActorCore::set_property(std::string_view property, std::string_view text) {
    for (PropertyBase* p : properties)
        if (p->spec().name == property) return p->set_text(text);
    return fail(Errc::not_found, "no property '" + std::string(property) + "'");
}

Result<> ActorCore::set_hold(std::string_view input, std::uint32_t hold) {
    InputBase* found = find_input(input);
    if (found == nullptr) return fail(Errc::not_found, "no input '" + std::string(input) + "'");
    if (hold < 1 || hold > ipc::max_hold)
        return fail(Errc::invalid_argument,
                    "hold of '" + std::string(input) + "' is 1 to 8, not " + std::to_string(hold));
    found->spec_.hold = std::max(found->spec_.hold, hold);
    return {};
}

void ActorCore::bind_counters() noexcept {
    for (std::size_t i = 0; i < counters.size() && i < ipc::max_own_counters; ++i) {
        // The page's numbers go on over all incarnations; what was added before there was a page joins them.
        counters[i]->shared_ = &page->counters[i].value;
        if (counters[i]->value_ != 0) ipc::count(page->counters[i].value, counters[i]->value_);
        page->counters[i].name.set(counters[i]->name_);
    }
}

std::string ActorCore::counters_not_shown() const {
    if (counters.size() <= ipc::max_own_counters) return {};
    std::string text = std::to_string(counters.size()) + " counters are declared, and " +
                       std::to_string(ipc::max_own_counters) +
                       " can be shown; the actor alone sees";
    for (std::size_t i = ipc::max_own_counters; i < counters.size(); ++i)
        text += (i == ipc::max_own_counters ? " " : ", ") + counters[i]->name_;
    return text;
}

void ActorCore::set_input_format(std::size_t index, const MediaFormat& format) {
    InputBase& input = *inputs.at(index);
    input.format_ = format;
    input.linked_ = true;
}

Result<> ActorCore::attach_input(std::size_t index, const ipc::RingMemory& ring, std::uint32_t cell,
                                 std::shared_ptr<void> memory) {
    InputBase& input = *inputs.at(index);
    auto reader = ipc::RingReader::attach(ring, cell, incarnation, false);
    if (!reader) return tl::unexpected(reader.error());
    *input.reader_ = std::move(*reader);
    input.memory_ = std::move(memory);
    input.linked_ = true;
    // The incarnation before died of the end itself, or after it: nothing will ever come to say it again.
    input.ended_ = input.reader_->resumes_at_end();
    return {};
}

void ActorCore::promise_output(std::size_t index) noexcept {
    outputs[index]->carried_ = outputs[index]->changing_ = true;
}

Result<> ActorCore::attach_output(std::size_t index, const ipc::RingMemory& ring,
                                  std::shared_ptr<void> memory) {
    OutputBase& output = *outputs.at(index);
    auto writer = ipc::RingWriter::attach(ring, incarnation);
    if (!writer) return tl::unexpected(writer.error());
    output.writer_ = std::move(*writer);
    output.memory_ = std::move(memory);
    output.carried_ = true;
    output.changing_ = false;
    return {};
}

void ActorCore::run(Actor& actor, const TickReading& reading) {
    reading_ = reading;
    ++ticks_;
    if (page == nullptr) {
        actor.process(reading.tick);
        return;
    }
    constexpr auto relaxed = std::memory_order_relaxed;
    const MonotonicTime begin = MonotonicTime::now();
    page->last_tick_index.store(reading.tick.index, relaxed);
    page->last_tick_seq.store(reading.tick.seq, relaxed);
    page->process_started_ns.store(static_cast<std::uint64_t>(begin.ns), relaxed);
    page->activity.store(ipc::activity_word(ipc::ActorPhase::processing, begin), relaxed);
    actor.process(reading.tick);
    page->activity.store(0, relaxed);
    const MonotonicTime end = MonotonicTime::now();
    const auto took = static_cast<std::uint64_t>(end - begin);
    page->process_ended_ns.store(static_cast<std::uint64_t>(end.ns), relaxed);
    page->process_last_ns.store(took, relaxed);
    if (took > page->process_max_ns.load(relaxed)) page->process_max_ns.store(took, relaxed);
    ipc::count(page->ticks);
}

void ActorCore::wake_if_due(Actor& actor) {
    if (wake_time == ipc::never) return;
    const MonotonicTime now = MonotonicTime::now();
    if (now < wake_time) return;
    wake_time = ipc::never;
    rests = false;
    const ipc::ActivityScope busy(activity(), ipc::ActorPhase::processing);
    actor.woken(now);
}

void ActorCore::renew_activity() noexcept {
    if (page == nullptr) return;
    const auto [phase, since] = ipc::activity_of(page->activity.load(std::memory_order_relaxed));
    if (phase == ipc::ActorPhase::waiting) return;
    page->activity.store(ipc::activity_word(phase, MonotonicTime::now()),
                         std::memory_order_relaxed);
}

void ActorCore::count_dropped(std::uint64_t ticks) noexcept {
    ticks_dropped_ += ticks;
    if (page != nullptr && ticks != 0) ipc::count(page->ticks_dropped, ticks);
}

void ActorCore::end_outputs() noexcept {
    for (OutputBase* output : outputs) output->end();
}

bool ActorCore::inputs_ended() const noexcept {
    bool any = false;
    for (const InputBase* input : inputs) {
        if (!input->linked()) continue;
        any = true;
        if (!input->ended()) return false;
    }
    return any;
}

bool ActorCore::any_new() const noexcept {
    return std::any_of(inputs.begin(), inputs.end(),
                       [](const InputBase* i) { return i->has_new(); });
}

bool ActorCore::outputs_hold(std::uint64_t tick_index) const noexcept {
    for (const OutputBase* output : outputs) {
        if (!output->carried_) continue;
        const ipc::RingMemory& ring = output->writer_.memory();
        const std::uint64_t newest = ring.header().newest.load(std::memory_order_acquire);
        if (newest == 0 || ring.slot(ipc::word::slot_of(newest)).block.tick_index < tick_index)
            return false;
    }
    return true;
}

InputBase* ActorCore::find_input(std::string_view input) const noexcept {
    for (InputBase* i : inputs)
        if (i->spec().name == input) return i;
    return nullptr;
}

OutputBase* ActorCore::find_output(std::string_view output) const noexcept {
    for (OutputBase* o : outputs)
        if (o->spec().name == output) return o;
    return nullptr;
}

std::vector<ipc::RingReader*> ActorCore::readers() const {
    std::vector<ipc::RingReader*> result;
    for (InputBase* i : inputs)
        if (i->linked_) result.push_back(i->reader_.get());
    return result;
}

void ActorCore::complete(ipc::BlockHeader& block) const noexcept {
    const bool inherit = trigger == Trigger::input && has_read_;
    if (block.time_ns == 0) block.time_ns = inherit ? last_read_.time_ns : reading_.tick.time.ns;
    if (block.tick_index == 0)
        block.tick_index = inherit ? last_read_.tick_index : reading_.tick.index;
    if (block.origin_ns != 0) return;
    for (const InputBase* input : inputs)
        if (input->origin_ns_ != 0 && (block.origin_ns == 0 || input->origin_ns_ < block.origin_ns))
            block.origin_ns = input->origin_ns_;
    if (block.origin_ns == 0) block.origin_ns = block.time_ns;
}

ipc::PortCounters* ActorCore::counters_of(std::size_t port) const noexcept {
    return page != nullptr && port < ipc::max_port_counters ? &page->ports[port] : nullptr;
}

void ActorCore::count_read(const InputBase& input, ipc::ReadStatus status) noexcept {
    auto* counters_here = counters_of(input.port_);
    if (status == ipc::ReadStatus::fresh) {
        last_read_ = input.header();
        has_read_ = true;
        if (counters_here == nullptr) return;
        ipc::count(counters_here->blocks);
        ipc::count(counters_here->bytes, input.header().payload_bytes);
        ipc::count(page->frames_in);
        // The input counts for this incarnation, the page for all of them.
        std::uint64_t& told = missed_told_[input.port_];
        const std::uint64_t fresh = input.missed() - told;
        told += fresh;
        if (fresh == 0) return;
        ipc::count(page->missed, fresh);
        ipc::count(counters_here->missed, fresh);
    } else if (status == ipc::ReadStatus::same && counters_here != nullptr) {
        ipc::count(counters_here->repeats);
    }
}

void ActorCore::count_given_up(const OutputBase& output) noexcept {
    if (auto* counters_here = counters_of(inputs.size() + output.port_))
        ipc::count(counters_here->missed);
}

void ActorCore::count_published(const OutputBase& output, const ipc::BlockHeader& block) noexcept {
    auto* counters_here = counters_of(inputs.size() + output.port_);
    if (counters_here == nullptr) return;
    ipc::count(counters_here->blocks);
    ipc::count(counters_here->bytes, block.payload_bytes);
    ipc::count(page->frames_out);
    if (!has_published_) note_first_block();
}

void ActorCore::note_first_block() noexcept {
    has_published_ = true;
    page->first_block_ns.store(static_cast<std::uint64_t>(MonotonicTime::now().ns),
                               std::memory_order_relaxed);
}

}  // namespace streamlib
