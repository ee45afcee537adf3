// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/protocol.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "ipc/ring_layout.hpp"

namespace streamlib::protocol {
namespace {

/// Appends values; lengths before contents.
class Encoder {
public:
    template <class T>
    requires std::is_trivially_copyable_v<T>
    void put(const T& value) {
        const auto* bytes = reinterpret_cast<const std::byte*>(&value);
        out.insert(out.end(), bytes, bytes + sizeof value);
    }
    void put(const std::string& text) {
        put(static_cast<std::uint32_t>(text.size()));
        const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
        out.insert(out.end(), bytes, bytes + text.size());
    }
    template <class A, class B>
    void put(const std::pair<A, B>& pair) {
        put(pair.first);
        put(pair.second);
    }
    template <class T>
    void put(const std::vector<T>& list) {
        put(static_cast<std::uint32_t>(list.size()));
        for (const T& item : list) put(item);
    }
    std::vector<std::byte> out;
};

/// Takes values back; `ok` turns false at the first length that does not fit and everything after is zero.
class Decoder {
public:
    explicit Decoder(std::span<const std::byte> bytes) : rest_(bytes) {}
    template <class T>
    requires std::is_trivially_copyable_v<T>
    void get(T& value) {
        if (!take(sizeof value)) return;
        std::memcpy(&value, taken_.data(), sizeof value);
    }
    void get(bool& value) {
        std::uint8_t byte = 0;  // what is neither 0 nor 1 is no bool at all
        get(byte);
        value = byte != 0;
    }
    void get(std::string& text) {
        const std::uint32_t size = length(1);
        if (take(size)) text.assign(reinterpret_cast<const char*>(taken_.data()), size);
    }
    template <class A, class B>
    void get(std::pair<A, B>& pair) {
        get(pair.first);
        get(pair.second);
    }
    template <class T>
    void get(std::vector<T>& list) {
        list.resize(length(1));
        for (T& item : list) get(item);
    }
    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

private:
    // A list cannot have more items than bytes are left: bounds what a broken sender can make us allocate.
    std::uint32_t length(std::size_t least_item_bytes) {
        std::uint32_t count = 0;
        get(count);
        if (count > rest_.size() / least_item_bytes) ok_ = false;
        return ok_ ? count : 0;
    }
    bool take(std::size_t bytes) {
        if (!ok_ || bytes > rest_.size()) return ok_ = false;
        taken_ = rest_.first(bytes);
        rest_ = rest_.subspan(bytes);
        return true;
    }
    std::span<const std::byte> rest_, taken_;
    bool ok_ = true;
};

template <class Coder, class M>
void code(Coder& coder, M& message) {
    const auto each = [&](auto&... fields) {
        if constexpr (std::is_same_v<Coder, Encoder>)
            (coder.put(fields), ...);
        else
            (coder.get(fields), ...);
    };
    using Plain = std::remove_const_t<M>;
    if constexpr (std::is_same_v<Plain, Setup>)
        each(message.node, message.name, message.class_name, message.uri, message.directory,
             message.actor_index, message.incarnation, message.trigger, message.rate,
             message.properties, message.plugins, message.input_holds, message.stale_after_ns,
             message.snapshot_ns, message.wishes.cpus, message.wishes.realtime, message.wishes.nice,
             message.wishes.memory_bytes, message.wishes.cpu_percent, message.standby,
             message.start_first);
    else if constexpr (std::is_same_v<Plain, Hello>)
        each(message.pid, message.incarnation, message.warnings);
    else if constexpr (std::is_same_v<Plain, Configure>)
        each(message.inputs, message.linked);
    else if constexpr (std::is_same_v<Plain, Configured>)
        each(message.outputs, message.input_holds);
    else if constexpr (std::is_same_v<Plain, Start>)
        each(message.output_carried, message.inputs, message.ahead);
    else if constexpr (std::is_same_v<Plain, Failed>)
        each(message.stage, message.text, message.input);
    else if constexpr (std::is_same_v<Plain, ChangeFormat>)
        each(message.output, message.wanted);
    else if constexpr (std::is_same_v<Plain, ReplaceOutput>)
        each(message.output, message.format);
    else if constexpr (std::is_same_v<Plain, ReplaceInput>)
        each(message.input, message.cell, message.format);
    else if constexpr (std::is_same_v<Plain, ChangeRefused>)
        each(message.output, message.text);
    else if constexpr (std::is_same_v<Plain, Activate>)
        each(message.incarnation);
    else if constexpr (std::is_same_v<Plain, OpenSocket>)
        each(message.endpoint, message.wish);
    else if constexpr (std::is_same_v<Plain, SocketOpened>)
        each(message.endpoint, message.bound, message.warnings, message.error, message.code);
    else if constexpr (std::is_same_v<Plain, Ask>)
        each(message.kind, message.name, message.on, message.class_name, message.supervisor,
             message.restart, message.shutdown, message.domain, message.properties, message.links,
             message.trigger, message.hang_after_ns, message.significant, message.own_supervisor,
             message.max_retries, message.period_ns);
}

template <std::size_t Kind = 0>
Result<Message> decode_kind(std::uint32_t kind, Decoder& decoder) {
    if constexpr (Kind == std::variant_size_v<Message>) {
        return fail(Errc::parse, "message of unknown kind " + std::to_string(kind));
    } else {
        if (kind != Kind) return decode_kind<Kind + 1>(kind, decoder);
        std::variant_alternative_t<Kind, Message> message;
        code(decoder, message);
        if (!decoder.finished())
            return fail(Errc::parse,
                        "message of kind " + std::to_string(kind) + " is cut or too long");
        return Message(std::move(message));
    }
}

}  // namespace

std::vector<std::byte> encode(const Message& message) {
    Encoder encoder;
    encoder.put(static_cast<std::uint32_t>(message.index()));
    std::visit([&](const auto& m) { code(encoder, m); }, message);
    return std::move(encoder.out);
}

Result<Message> decode(std::span<const std::byte> bytes) {
    Decoder decoder(bytes);
    std::uint32_t kind = 0xFFFF'FFFF;
    decoder.get(kind);
    return decode_kind(kind, decoder);
}

Result<> validate(const ConfiguredOutput& output) {
    if (output.depth > ipc::max_slots || output.open_slots > ipc::max_slots)
        return fail(Errc::invalid_argument, "asks for more blocks than the " +
                                                std::to_string(ipc::max_slots) + " of a ring");
    switch (output.format.kind) {
        case MediaKind::none: return {};
        case MediaKind::video: return output.format.video.validate();
        case MediaKind::audio: return output.format.audio.validate();
        case MediaKind::data:
            if (output.format.data.content_type.back() == 0) return {};
            return fail(Errc::invalid_argument, "a content type without an end");
    }
    return fail(Errc::invalid_argument, "neither video nor audio nor data");
}

bool makes_sense(const Ask& ask) noexcept {
    // It is repeated in events: one line of them.
    const bool is_line = std::all_of(ask.name.begin(), ask.name.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 32 && c != 127;
    });
    return is_line && ask.name.size() <= 255 && ask.kind <= Ask::Kind::trap_exit &&
           ask.trigger <= Trigger::cascade && ask.hang_after_ns >= 0 && ask.period_ns >= 0 &&
           ask.max_retries <= 10'000;
}

bool fits(const Start& start, const Configured& configured) noexcept {
    if (start.ahead.size() != configured.outputs.size() ||
        start.inputs.size() != configured.input_holds.size())
        return false;
    for (std::size_t n = 0; n < start.ahead.size(); ++n) {
        const ConfiguredOutput& has = start.ahead[n];
        const ConfiguredOutput& needs = configured.outputs[n];
        if (has.format != needs.format) return false;
        if (has.format.kind == MediaKind::none) continue;
        if (has.depth < needs.depth || has.open_slots < needs.open_slots) return false;
    }
    for (std::size_t n = 0; n < start.inputs.size(); ++n)
        if (start.inputs[n].linked != 0 && start.inputs[n].hold < configured.input_holds[n])
            return false;
    return true;
}

}  // namespace streamlib::protocol
