// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "ipc/directory.hpp"
#include "ipc/segment.hpp"

namespace streamlib::ipc {
namespace {

/// What a view needs of one table, taken from the header once and checked: a spoilt header moves no bounds later.
template <class Record>
struct TableView {
    const GuardedRecord<Record>* places = nullptr;
    const TableHeader* header = nullptr;
    std::uint32_t capacity = 0;

    /// False if the table is not inside the segment.
    [[nodiscard]] bool open(const std::byte* payload, std::uint64_t bytes,
                            const TableHeader& given) {
        const std::uint64_t offset = given.offset;
        const std::uint32_t number = given.places;
        if (given.record_bytes != sizeof(GuardedRecord<Record>) || offset % 8 != 0 ||
            offset > bytes || number > (bytes - offset) / sizeof(GuardedRecord<Record>)) {
            return false;
        }
        places = reinterpret_cast<const GuardedRecord<Record>*>(payload + offset);
        header = &given;
        capacity = number;
        return true;
    }

    [[nodiscard]] std::uint32_t used_places() const noexcept {
        const std::uint64_t high =
            header->high_water.load(std::memory_order_acquire);  // pairs with Table::add
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(high, capacity));
    }

    [[nodiscard]] std::optional<Record> at(std::uint32_t index) const {
        if (index >= used_places()) return std::nullopt;
        auto record = places[index].load();
        if (record && record->generation == 0) return std::nullopt;
        return record;
    }

    [[nodiscard]] std::optional<Record> get(RecordId<Record> id) const {
        auto record = at(id.index);
        if (record && record->generation != id.generation) return std::nullopt;
        return record;
    }
};

}  // namespace

struct DirectoryView::State {
    MappedSegment segment;
    const DirectoryHeader* header = nullptr;
    TableView<ActorRecord> actors;
    TableView<PortRecord> ports;
    TableView<RingRecord> rings;
    TableView<EndpointRecord> endpoints;
    TableView<SupervisorRecord> supervisors;
    TableView<DeathRecord> deaths;
};

DirectoryView::DirectoryView() noexcept = default;
DirectoryView::DirectoryView(DirectoryView&&) noexcept = default;
DirectoryView& DirectoryView::operator=(DirectoryView&&) noexcept = default;
DirectoryView::~DirectoryView() = default;

Result<DirectoryView> DirectoryView::map(int fd) {
    auto segment = MappedSegment::map(fd, Access::read_only, directory_layout_hash);
    if (!segment) return tl::unexpected(segment.error());
    const std::uint64_t bytes = segment->bytes();
    if (bytes < sizeof(DirectoryHeader)) return fail(Errc::mismatch, "directory: cut short");
    DirectoryView view;
    view.state_ = std::make_unique<State>();
    State& state = *view.state_;
    state.segment = std::move(*segment);
    const std::byte* const payload = state.segment.payload();
    state.header = reinterpret_cast<const DirectoryHeader*>(payload);
    if (!state.actors.open(payload, bytes, state.header->actors) ||
        !state.ports.open(payload, bytes, state.header->ports) ||
        !state.rings.open(payload, bytes, state.header->rings) ||
        !state.endpoints.open(payload, bytes, state.header->endpoints) ||
        !state.supervisors.open(payload, bytes, state.header->supervisors) ||
        !state.deaths.open(payload, bytes, state.header->deaths)) {
        return fail(Errc::mismatch, "directory: a table lies outside of its segment");
    }
    return view;
}

std::uint32_t DirectoryView::actor_places() const noexcept { return state_->actors.used_places(); }
std::uint32_t DirectoryView::port_places() const noexcept { return state_->ports.used_places(); }
std::uint32_t DirectoryView::ring_places() const noexcept { return state_->rings.used_places(); }
std::uint32_t DirectoryView::endpoint_places() const noexcept {
    return state_->endpoints.used_places();
}
std::uint32_t DirectoryView::supervisor_places() const noexcept {
    return state_->supervisors.used_places();
}

std::optional<ActorRecord> DirectoryView::actor(std::uint32_t index) const {
    return state_->actors.at(index);
}
std::optional<PortRecord> DirectoryView::port(std::uint32_t index) const {
    return state_->ports.at(index);
}
std::optional<RingRecord> DirectoryView::ring(std::uint32_t index) const {
    return state_->rings.at(index);
}
std::optional<EndpointRecord> DirectoryView::endpoint(std::uint32_t index) const {
    return state_->endpoints.at(index);
}
std::optional<SupervisorRecord> DirectoryView::supervisor(std::uint32_t index) const {
    return state_->supervisors.at(index);
}

std::optional<ActorRecord> DirectoryView::get(ActorId id) const { return state_->actors.get(id); }
std::optional<PortRecord> DirectoryView::get(PortId id) const { return state_->ports.get(id); }
std::optional<RingRecord> DirectoryView::get(RingId id) const { return state_->rings.get(id); }
std::optional<EndpointRecord> DirectoryView::get(EndpointId id) const {
    return state_->endpoints.get(id);
}
std::optional<SupervisorRecord> DirectoryView::get(SupervisorId id) const {
    return state_->supervisors.get(id);
}
std::optional<DeathRecord> DirectoryView::get(DeathId id) const { return state_->deaths.get(id); }

ActorId DirectoryView::find_actor(std::string_view name) const {
    const std::uint32_t places = actor_places();
    for (std::uint32_t index = 0; index < places; ++index) {
        const auto record = actor(index);
        if (record && record->name.view() == name) return ActorId{index, record->generation};
    }
    return {};
}

std::uint64_t DirectoryView::changes() const noexcept {
    return state_->header->changes.load(std::memory_order_acquire);  // pairs with Table::changed
}

}  // namespace streamlib::ipc
