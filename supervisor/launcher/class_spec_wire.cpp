// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/class_spec_wire.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace streamlib::supervision {
namespace {

constexpr std::uint32_t wire_magic = 0x534C'4354;  // "SLCT": counted up with each change

class Writer {
public:
    template <class Number>
    requires(std::is_arithmetic_v<Number> ||
             std::is_enum_v<Number>) void field(const Number& value) {
        const auto* raw = reinterpret_cast<const std::byte*>(&value);
        bytes.insert(bytes.end(), raw, raw + sizeof value);
    }
    void field(const std::string& text) {
        field(static_cast<std::uint32_t>(text.size()));
        const auto* raw = reinterpret_cast<const std::byte*>(text.data());
        bytes.insert(bytes.end(), raw, raw + text.size());
    }
    void field(const std::optional<double>& value) {
        field(static_cast<std::uint8_t>(value.has_value()));
        field(value.value_or(0));
    }
    template <class Item>
    void field(const std::vector<Item>& items) {
        field(static_cast<std::uint32_t>(items.size()));
        for (const Item& item : items) visit(*this, item);
    }
    std::vector<std::byte> bytes{};
};

class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
    template <class Number>
    requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) void field(Number& value) {
        if (const auto* raw = take(sizeof value)) std::memcpy(&value, raw, sizeof value);
    }
    void field(bool& value) {
        std::uint8_t byte = 0;
        field(byte);
        value = byte != 0;
    }
    void field(std::string& text) {
        std::uint32_t size = 0;
        field(size);
        if (const auto* raw = take(size)) text.assign(reinterpret_cast<const char*>(raw), size);
    }
    void field(std::optional<double>& value) {
        std::uint8_t given = 0;
        double number = 0;
        field(given);
        field(number);
        if (given != 0) value = number;
    }
    template <class Item>
    void field(std::vector<Item>& items) {
        std::uint32_t count = 0;
        field(count);
        // Each item takes a byte or more: a count above what is left is a lie, found before memory is taken for it.
        if (count > rest_.size()) good_ = false;
        for (std::uint32_t n = 0; good_ && n < count; ++n) visit(*this, items.emplace_back());
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool whole() const { return good_ && rest_.empty(); }

private:
    const std::byte* take(std::size_t size) {
        if (!good_ || size > rest_.size()) return good_ = false, nullptr;
        const std::byte* raw = rest_.data();
        rest_ = rest_.subspan(size);
        return raw;
    }
    std::span<const std::byte> rest_;
    bool good_ = true;
};

// One list of fields for both directions.
template <class Wire, class Text>
requires std::is_same_v<std::remove_const_t<Text>, std::string>
void visit(Wire& wire, Text& text) { wire.field(text); }
template <class Wire, class Spec>
requires std::is_same_v<std::remove_const_t<Spec>, PropertySpec>
void visit(Wire& wire, Spec& spec) {
    wire.field(spec.name), wire.field(spec.type), wire.field(spec.text), wire.field(spec.unit);
    wire.field(spec.default_value), wire.field(spec.min), wire.field(spec.max),
        wire.field(spec.choices);
    wire.field(spec.required), wire.field(spec.must_exist);
}
template <class Wire, class Spec>
requires std::is_same_v<std::remove_const_t<Spec>, PortSpec>
void visit(Wire& wire, Spec& spec) {
    wire.field(spec.name), wire.field(spec.kind), wire.field(spec.text), wire.field(spec.optional);
    wire.field(spec.hold), wire.field(spec.open_slots), wire.field(spec.depth);
}
template <class Wire, class Spec>
requires std::is_same_v<std::remove_const_t<Spec>, ClassSpec>
void visit(Wire& wire, Spec& spec) {
    wire.field(spec.name), wire.field(spec.text), wire.field(spec.family), wire.field(spec.trigger);
    wire.field(spec.inputs), wire.field(spec.outputs), wire.field(spec.properties),
        wire.field(spec.state_version);
}

bool is_sane(const PortSpec& port) {
    return port.kind <= MediaKind::data && port.hold >= 1 && port.hold <= 8 &&
           port.open_slots >= 1 && port.open_slots <= 8;
}

bool is_sane(const ClassSpec& spec) {
    bool sane = !spec.name.empty() && spec.trigger <= Trigger::cascade;
    for (const PortSpec& port : spec.inputs) sane = sane && is_sane(port);
    for (const PortSpec& port : spec.outputs) sane = sane && is_sane(port);
    for (const PropertySpec& property : spec.properties)
        sane = sane && property.type <= PropertyType::path;
    return sane;
}

}  // namespace

std::vector<std::byte> encode_specs(const std::vector<ClassSpec>& specs) {
    Writer writer;
    writer.field(wire_magic);
    writer.field(specs);
    return std::move(writer.bytes);
}

Result<std::vector<ClassSpec>> decode_specs(std::span<const std::byte> bytes) {
    Reader reader(bytes);
    std::uint32_t magic = 0;
    std::vector<ClassSpec> specs;
    reader.field(magic);
    if (magic == wire_magic) reader.field(specs);
    bool good = magic == wire_magic && bytes.size() <= max_class_spec_bytes && reader.whole();
    for (const ClassSpec& spec : specs) good = good && is_sane(spec);
    if (!good)
        return fail(Errc::parse,
                    "what it says about its classes cannot be read; build it against this version");
    return specs;
}

}  // namespace streamlib::supervision
