// SPDX-License-Identifier: Apache-2.0
#include "ipc/directory.hpp"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <new>
#include <string>
#include <vector>

#include "ipc/base/assert.hpp"
#include "ipc/segment.hpp"

namespace streamlib::ipc {
namespace {

using Heap = boost::interprocess::managed_external_buffer;

constexpr std::uint64_t heap_offset = 4096;  // the header has the first page for itself
constexpr std::uint64_t heap_overhead =
    64 * 1024;  // Boost's own, and alignment; far more than it takes
constexpr std::uint32_t most_places = 1'000'000;

static_assert(sizeof(DirectoryHeader) <= heap_offset);

/// The launcher's end of one table: who is in it, and which places are free. All of that is private memory.
template <class Record>
class Table {
public:
    using Id = RecordId<Record>;
    using Place = GuardedRecord<Record>;

    [[nodiscard]] static std::uint64_t bytes(std::uint32_t places) {
        return sizeof(Place) * places;
    }

    void create(Heap& heap, std::byte* payload, TableHeader& header, std::uint32_t places,
                const char* key) {
        auto* memory = static_cast<std::byte*>(heap.allocate_aligned(bytes(places), 64));
        // Fresh shared memory is zero, and zero bytes are free places: not touched, they take no memory.
        places_ = reinterpret_cast<Place*>(memory);
        header_ = &header;
        changes_ = &reinterpret_cast<DirectoryHeader*>(payload)->changes;
        key_ = key;
        header.offset = static_cast<std::uint64_t>(memory - payload);
        header.record_bytes = sizeof(Place);
        header.places = places;
        generations_.assign(places, 0);
        live_.assign(places, false);
        free_.reserve(places);
    }

    [[nodiscard]] Result<Id> add(Record record) {
        std::uint32_t index = 0;
        const auto fresh =
            static_cast<std::uint32_t>(header_->high_water.load(std::memory_order_relaxed));
        if (!free_.empty()) {
            index = free_.back();
            free_.pop_back();
        } else if (fresh < header_->places) {
            index = fresh;
        } else {
            return fail(Errc::no_memory, std::string("directory: ") + key_ + " = " +
                                             std::to_string(header_->places) +
                                             " is reached; raise it in [node], or stop something");
        }
        if (++generations_[index] == 0) generations_[index] = 1;  // 0 says free
        live_[index] = true;
        record.generation = generations_[index];
        places_[index].store(record);
        if (index == fresh)
            header_->high_water.store(fresh + 1, std::memory_order_release);  // pairs with places()
        changed(+1);
        return Id{index, record.generation};
    }

    void update(Id id, Record record) {
        STREAMLIB_ASSERT(alive(id), "a record of the directory is there when it is changed");
        record.generation = id.generation;
        places_[id.index].store(record);
        changed(0);
    }

    void remove(Id id) {
        STREAMLIB_ASSERT(alive(id), "a record of the directory is there when it is removed");
        places_[id.index].store(Record{});
        live_[id.index] = false;
        free_.push_back(id.index);
        changed(-1);
    }

    [[nodiscard]] Record get(Id id) const {
        STREAMLIB_ASSERT(alive(id), "a record of the directory is there when it is looked up");
        const auto record = places_[id.index].load();
        STREAMLIB_ASSERT(record.has_value(), "only the launcher's one thread writes the directory");
        return *record;
    }

    [[nodiscard]] bool alive(Id id) const noexcept {
        return id.generation != 0 && id.index < live_.size() && live_[id.index] &&
               generations_[id.index] == id.generation;
    }

    [[nodiscard]] std::uint32_t used() const noexcept {
        return static_cast<std::uint32_t>(header_->used.load(std::memory_order_relaxed));
    }

private:
    void changed(int difference) {
        const std::uint64_t used = header_->used.load(std::memory_order_relaxed);
        header_->used.store(used + static_cast<std::uint64_t>(difference),
                            std::memory_order_relaxed);
        const std::uint64_t changes = changes_->load(std::memory_order_relaxed);
        changes_->store(changes + 1,
                        std::memory_order_release);  // pairs with DirectoryView::changes
    }

    Place* places_ = nullptr;
    TableHeader* header_ = nullptr;
    SharedWord* changes_ = nullptr;
    const char* key_ = "";
    std::vector<std::uint32_t> generations_;
    std::vector<bool> live_;
    std::vector<std::uint32_t> free_;
};

}  // namespace

struct Directory::State {
    OwnedSegment segment;
    Heap heap;
    Table<ActorRecord> actors;
    Table<PortRecord> ports;
    Table<RingRecord> rings;
    Table<EndpointRecord> endpoints;
    Table<SupervisorRecord> supervisors;
    Table<DeathRecord> deaths;

    Table<ActorRecord>& table(ActorId) { return actors; }
    Table<PortRecord>& table(PortId) { return ports; }
    Table<RingRecord>& table(RingId) { return rings; }
    Table<EndpointRecord>& table(EndpointId) { return endpoints; }
    Table<SupervisorRecord>& table(SupervisorId) { return supervisors; }
    Table<DeathRecord>& table(DeathId) { return deaths; }
};

Directory::Directory() noexcept = default;
Directory::Directory(Directory&&) noexcept = default;
Directory& Directory::operator=(Directory&&) noexcept = default;
Directory::~Directory() = default;

Result<Directory> Directory::create(const DirectoryLimits& limits) {
    const auto [actors, ports] = limits;
    if (actors < 1 || actors > most_places || ports < 1 || ports > most_places) {
        return fail(Errc::invalid_argument,
                    "directory: node.max_actors = " + std::to_string(actors) +
                        " and node.max_ports = " + std::to_string(ports) +
                        "; legal are 1 to 1000000");
    }
    const std::uint64_t heap_bytes =
        Table<ActorRecord>::bytes(actors) + Table<PortRecord>::bytes(ports) +
        Table<RingRecord>::bytes(ports) + Table<EndpointRecord>::bytes(ports) +
        Table<SupervisorRecord>::bytes(actors) + Table<DeathRecord>::bytes(actors) + heap_overhead;
    auto segment = OwnedSegment::create({.purpose = "directory",
                                         .payload_bytes = heap_offset + heap_bytes,
                                         .layout_hash = directory_layout_hash,
                                         .kind = SegmentKind::control});
    if (!segment) return tl::unexpected(segment.error());
    Directory directory;
    directory.state_ = std::make_unique<State>();
    State& state = *directory.state_;
    state.segment = std::move(*segment);
    std::byte* const payload = state.segment.payload();
    auto* header = new (payload) DirectoryHeader;
    header->heap_offset = heap_offset;
    header->heap_bytes = heap_bytes;
    try {
        state.heap = Heap(boost::interprocess::create_only, payload + heap_offset, heap_bytes);
        state.actors.create(state.heap, payload, header->actors, actors, "node.max_actors");
        state.ports.create(state.heap, payload, header->ports, ports, "node.max_ports");
        state.rings.create(state.heap, payload, header->rings, ports, "node.max_ports (rings)");
        state.endpoints.create(state.heap, payload, header->endpoints, ports,
                               "node.max_ports (endpoints)");
        state.supervisors.create(state.heap, payload, header->supervisors, actors,
                                 "node.max_actors (supervisors)");
        state.deaths.create(state.heap, payload, header->deaths, actors,
                            "node.max_actors (deaths)");
    } catch (const boost::interprocess::interprocess_exception& error) {
        return fail(Errc::no_memory, std::string("directory: ") + error.what());
    }
    return directory;
}

Result<ActorId> Directory::add(const ActorRecord& record) { return state_->actors.add(record); }
Result<PortId> Directory::add(const PortRecord& record) { return state_->ports.add(record); }
Result<RingId> Directory::add(const RingRecord& record) { return state_->rings.add(record); }
Result<EndpointId> Directory::add(const EndpointRecord& record) {
    return state_->endpoints.add(record);
}
Result<SupervisorId> Directory::add(const SupervisorRecord& record) {
    return state_->supervisors.add(record);
}
Result<DeathId> Directory::add(const DeathRecord& record) { return state_->deaths.add(record); }

void Directory::update(ActorId id, const ActorRecord& record) {
    state_->table(id).update(id, record);
}
void Directory::update(PortId id, const PortRecord& record) {
    state_->table(id).update(id, record);
}
void Directory::update(RingId id, const RingRecord& record) {
    state_->table(id).update(id, record);
}
void Directory::update(EndpointId id, const EndpointRecord& record) {
    state_->table(id).update(id, record);
}
void Directory::update(SupervisorId id, const SupervisorRecord& record) {
    state_->table(id).update(id, record);
}
void Directory::update(DeathId id, const DeathRecord& record) {
    state_->table(id).update(id, record);
}

void Directory::remove(ActorId id) { state_->table(id).remove(id); }
void Directory::remove(PortId id) { state_->table(id).remove(id); }
void Directory::remove(RingId id) { state_->table(id).remove(id); }
void Directory::remove(EndpointId id) { state_->table(id).remove(id); }
void Directory::remove(SupervisorId id) { state_->table(id).remove(id); }
void Directory::remove(DeathId id) { state_->table(id).remove(id); }

ActorRecord Directory::get(ActorId id) const { return state_->table(id).get(id); }
PortRecord Directory::get(PortId id) const { return state_->table(id).get(id); }
RingRecord Directory::get(RingId id) const { return state_->table(id).get(id); }
EndpointRecord Directory::get(EndpointId id) const { return state_->table(id).get(id); }
SupervisorRecord Directory::get(SupervisorId id) const { return state_->table(id).get(id); }
DeathRecord Directory::get(DeathId id) const { return state_->table(id).get(id); }

bool Directory::alive(ActorId id) const noexcept { return state_->actors.alive(id); }
bool Directory::alive(PortId id) const noexcept { return state_->ports.alive(id); }
bool Directory::alive(RingId id) const noexcept { return state_->rings.alive(id); }
bool Directory::alive(EndpointId id) const noexcept { return state_->endpoints.alive(id); }

Directory::Use Directory::use() const {
    return Use{state_->actors.used(), state_->ports.used(), state_->rings.used(),
               state_->endpoints.used(), state_->heap.get_free_memory()};
}

Result<UniqueFd> Directory::reopen_read_only() const { return state_->segment.reopen_read_only(); }

}  // namespace streamlib::ipc
