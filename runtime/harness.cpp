// SPDX-License-Identifier: Apache-2.0
#include "runtime/harness.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>

#include "ipc/base/assert.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/clock/tick_math.hpp"

namespace streamlib {
namespace {

/// A ring in private memory that takes real pages only where it is touched.
class PrivateRing {
public:
    PrivateRing(const MediaFormat& format, std::uint32_t depth, std::uint32_t hold) {
        ipc::RingGeometry g;
        g.slots = depth + 8 + hold;
        g.open_slots = 8;
        g.depth = depth;
        g.payload_capacity = std::max<std::uint64_t>(format.bytes(), 64);
        ring_bytes_ = ipc::ring_segment_bytes(g);
        cell_bytes_ = ipc::cell_segment_bytes(1);
        ring_ = map(ring_bytes_);
        cells_ = map(cell_bytes_);
        ipc::format_ring(ring_, g, std::as_bytes(std::span(&format, 1)));
        ipc::format_cells(cells_, 1);
        auto opened = ipc::RingMemory::open(ring_, ring_bytes_, cells_, cell_bytes_);
        STREAMLIB_ASSERT(opened.has_value(), "a ring just formatted opens");
        memory = *opened;
        ipc::assign_cell(memory, 0, hold, 1);
    }
    PrivateRing(const PrivateRing&) = delete;
    PrivateRing& operator=(const PrivateRing&) = delete;
    ~PrivateRing() {
        munmap(ring_, ring_bytes_);
        munmap(cells_, cell_bytes_);
    }
    ipc::RingMemory memory;

private:
    static std::byte* map(std::uint64_t bytes) {
        void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        STREAMLIB_ASSERT(p != MAP_FAILED, "memory for a test's ring");
        return static_cast<std::byte*>(p);
    }
    std::byte* ring_ = nullptr;
    std::byte* cells_ = nullptr;
    std::uint64_t ring_bytes_ = 0, cell_bytes_ = 0;
};

struct Source {  // what an input of the actor is linked to
    std::unique_ptr<PrivateRing> ring;
    ipc::RingWriter writer;
    MediaFormat format;
};

struct Sink {  // what looks at an output of the actor
    std::unique_ptr<PrivateRing> ring;
    ipc::RingReader reader;
};

std::uint32_t kept_blocks(const MediaFormat& format) { return format.bytes() < 65536 ? 64 : 8; }

SeenBlock copy_of(const ipc::BlockView& view) {
    return {view.header(), {view.payload().begin(), view.payload().end()}};
}

}  // namespace

struct ActorHarness::Impl {
    // The actor goes first when this is destroyed: its ports look at the rings.
    std::map<std::size_t, Source> sources;
    std::map<std::size_t, Sink> sinks;
    std::vector<std::string> lines;
    std::unique_ptr<Actor> actor;
    ActorCore* core = nullptr;
    Rate rate;
    std::uint64_t seq = 0;
    std::uint64_t next_index = 1000;
    bool finished = false, started = false;

    std::size_t input(std::string_view name) const {
        for (std::size_t i = 0; i < core->inputs.size(); ++i)
            if (core->inputs[i]->spec().name == name) return i;
        std::fprintf(stderr, "harness: no input '%s'\n", std::string(name).c_str());
        STREAMLIB_ASSERT(false, "the test names an input that the class has");
    }
    std::size_t output(std::string_view name) const {
        for (std::size_t i = 0; i < core->outputs.size(); ++i)
            if (core->outputs[i]->spec().name == name) return i;
        std::fprintf(stderr, "harness: no output '%s'\n", std::string(name).c_str());
        STREAMLIB_ASSERT(false, "the test names an output that the class has");
    }
    TickReading reading() const {
        TickReading r;
        r.tick.seq = seq + 1;
        r.tick.index = next_index;
        r.tick.time = time_of_tick(next_index, rate);
        r.tick.rate = rate;
        r.monotonic = MonotonicTime::now();
        return r;
    }
    Trigger effective_trigger() const {
        if (core->class_trigger != Trigger::automatic) return core->class_trigger;
        return sources.empty() ? Trigger::tick : Trigger::cascade;
    }
    void run_once(const TickReading& r) {
        core->run(*actor, r);
        if (core->finish_requested() || (core->inputs_ended() && actor->drained())) end();
    }
    void end() {
        if (finished) return;
        finished = true;
        actor->ending();
        core->end_outputs();
        actor->stop();
    }
    void run_waiting_blocks(const TickReading& r) {
        while (!finished && core->any_new()) {
            std::uint64_t before = 0, after = 0;
            for (const auto* reader : core->readers()) before += reader->last_sequence();
            run_once(r);
            for (const auto* reader : core->readers()) after += reader->last_sequence();
            if (before == after) return;
        }
    }
};

ActorHarness::ActorHarness(std::unique_ptr<Actor> actor, Rate rate)
    : impl_(std::make_unique<Impl>()) {
    impl_->actor = std::move(actor);
    impl_->core = &ActorCore::of(*impl_->actor);
    impl_->core->name = "actor";
    impl_->core->rate = impl_->rate = rate;
    impl_->core->trigger = impl_->effective_trigger();
    impl_->core->log_hook = [impl = impl_.get()](LogLevel, std::string_view text) {
        impl->lines.emplace_back(text);
    };
}

ActorHarness::~ActorHarness() = default;
ActorHarness::ActorHarness(ActorHarness&&) noexcept = default;
ActorHarness& ActorHarness::operator=(ActorHarness&&) noexcept = default;
Actor& ActorHarness::actor() noexcept { return *impl_->actor; }

Result<> ActorHarness::set(std::string_view property, std::string_view text) {
    return impl_->core->set_property(property, text);
}

void ActorHarness::link(std::string_view input, const MediaFormat& format, std::uint32_t depth) {
    const std::size_t index = impl_->input(input);
    Source source{
        std::make_unique<PrivateRing>(format, depth, impl_->core->inputs[index]->spec().hold),
        {},
        format};
    auto writer = ipc::RingWriter::attach(source.ring->memory, 1);
    STREAMLIB_ASSERT(writer.has_value(), "a writer attaches to a fresh ring");
    source.writer = std::move(*writer);
    impl_->core->set_input_format(index, format);
    impl_->sources.insert_or_assign(index, std::move(source));
    impl_->core->trigger = impl_->effective_trigger();
}

void ActorHarness::trigger(Trigger trigger) {
    impl_->core->class_trigger = impl_->core->trigger = trigger;
}
Result<> ActorHarness::configure() { return impl_->actor->configure(); }

Result<> ActorHarness::start() {
    for (auto& [index, source] : impl_->sources)
        if (auto done = impl_->core->attach_input(index, source.ring->memory, 0); !done)
            return done;
    for (std::size_t i = 0; i < impl_->core->outputs.size(); ++i) {
        const OutputBase& output = *impl_->core->outputs[i];
        if (output.media_format().kind == MediaKind::none) {
            if (!output.spec().optional)
                return fail(Errc::invalid_argument, "output '" + output.spec().name +
                                                        "' was given no format in configure()");
            continue;
        }
        const std::uint32_t depth =
            std::max(kept_blocks(output.media_format()), output.spec().depth);
        Sink sink{std::make_unique<PrivateRing>(output.media_format(), depth, 2), {}};
        if (auto done = impl_->core->attach_output(i, sink.ring->memory); !done) return done;
        auto reader = ipc::RingReader::attach(sink.ring->memory, 0, 1, false);
        if (!reader) return tl::unexpected(reader.error());
        sink.reader = std::move(*reader);
        impl_->sinks.insert_or_assign(i, std::move(sink));
    }
    impl_->core->set_reading(impl_->reading());
    impl_->started = true;
    return impl_->actor->start();
}

void ActorHarness::feed(std::string_view input, std::span<const std::byte> payload, TaiTime origin,
                        std::uint32_t flags) {
    Source& source = impl_->sources.at(impl_->input(input));
    ipc::OpenSlot slot = source.writer.claim();
    STREAMLIB_ASSERT(slot && payload.size() <= slot.payload.size(),
                     "the block fits the linked format");
    if (!payload.empty()) std::memcpy(slot.payload.data(), payload.data(), payload.size());
    const Tick tick = next_tick();
    ipc::BlockHeader block;
    block.time_ns = tick.time.ns;
    block.origin_ns = origin.ns != 0 ? origin.ns : tick.time.ns;
    block.tick_index = tick.index;
    block.payload_bytes = static_cast<std::uint32_t>(payload.size());
    block.flags = flags;
    source.writer.publish(slot, block);
}

void ActorHarness::end(std::string_view input) { feed(input, {}, {}, ipc::block_end); }

void ActorHarness::tick(int count) {
    STREAMLIB_ASSERT(impl_->started, "configure() and start() come before tick()");
    for (int i = 0; i < count && !impl_->finished; ++i) {
        const TickReading r = impl_->reading();
        ++impl_->seq;
        ++impl_->next_index;
        if (impl_->core->trigger == Trigger::input)
            impl_->run_waiting_blocks(r);
        else
            impl_->run_once(r);
    }
}

bool ActorHarness::wake(MonotonicTime now) {
    ActorCore& core = ActorCore::of(actor());
    if (now < core.wake_time) return false;
    core.wake_time = ipc::never;
    actor().woken(now);
    return true;
}

Tick ActorHarness::next_tick() const { return impl_->reading().tick; }
void ActorHarness::jump_to(std::uint64_t index) { impl_->next_index = index; }

const MediaFormat& ActorHarness::format(std::string_view output) const {
    return impl_->core->outputs[impl_->output(output)]->media_format();
}

std::vector<SeenBlock> ActorHarness::take(std::string_view output) {
    Sink& sink = impl_->sinks.at(impl_->output(output));
    std::vector<SeenBlock> blocks;
    ipc::BlockView view;
    while (sink.reader.read_new(view) == ipc::ReadStatus::fresh) {
        if ((view.header().flags & ipc::block_end) == 0) blocks.push_back(copy_of(view));
    }
    return blocks;
}

SeenBlock ActorHarness::latest(std::string_view output) {
    const auto found = impl_->sinks.find(impl_->output(output));
    if (found == impl_->sinks.end()) return {};
    ipc::BlockView view;
    const std::uint64_t newest = found->second.reader.newest_sequence();
    if (!found->second.reader.read_sequence(view, newest)) return {};
    if ((view.header().flags & ipc::block_end) == 0) return copy_of(view);
    return found->second.reader.read_sequence(view, newest - 1) ? copy_of(view) : SeenBlock{};
}

bool ActorHarness::output_ended(std::string_view output) {
    Sink& sink = impl_->sinks.at(impl_->output(output));
    ipc::BlockView view;
    return sink.reader.read_sequence(view, sink.reader.newest_sequence()) &&
           (view.header().flags & ipc::block_end) != 0;
}

bool ActorHarness::finished() const { return impl_->finished; }
void ActorHarness::stop() { impl_->end(); }

std::uint64_t ActorHarness::counter(std::string_view name) const {
    for (const Counter* c : impl_->core->counters)
        if (c->name() == name) return c->value();
    STREAMLIB_ASSERT(false, "the test names a counter that the class has");
}

std::vector<std::string> ActorHarness::log_lines() const { return impl_->lines; }

}  // namespace streamlib
