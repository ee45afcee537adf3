// SPDX-License-Identifier: Apache-2.0
// Any octets as what an actor says to the launcher: what decodes encodes to the same, and what the launcher decides by it
// (memory for what it carries, a socket that it wants, a child that it asks for) is sound or refused with a word.
#include "ipc/base/assert.hpp"
#include "runtime/graph/toml_reader.hpp"
#include "supervisor/launcher/child_wish.hpp"
#include "tests/fuzz/graph_fuzz_check.hpp"

using namespace streamlib;
using namespace streamlib::protocol;

namespace {

void check_refusal(const Error& error) {
    STREAMLIB_ASSERT(!error.text.empty() && error.text.find('\n') == std::string::npos,
                     "a refusal is one line");
}

/// The node that children are asked for in: a source, and a filter that reads it.
struct Node {
    GraphSpec graph;
    GraphPlan plan;
    KnownClasses known = fuzz::three_classes();
    Node() {
        auto read = read_graph_text(
            "links = [\"a.v >> b.v\"]\n[clock]\nrate = \"50\"\n[clock.domains]\nslow = \"25\"\n"
            "[actors.a]\nclass = \"A\"\np = true\n[actors.b]\nclass = \"B\"\ndomain = \"slow\"\n"
            "[supervisors.any]\nauto_shutdown = \"any_significant\"\n"
            "strategy = \"simple_one_for_one\"\n",
            "g.toml");
        graph = std::move(read.graph);
        plan = check_graph(graph, known).plan;
    }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const {
        for (std::uint32_t n = 0; n < plan.actors.size(); ++n)
            if (plan.actors[n].name == name) return n;
        return std::nullopt;
    }
};

void decide(const Ask& ask) {
    static const Node node;
    if (!makes_sense(ask) || ask.kind != Ask::Kind::spawn) return;
    const auto wish = supervision::child_wish(ask, node.plan.actors[0].domain);
    const auto planned = plan_child(node.graph, node.plan, wish, node.known,
                                    [](std::string_view name) { return node.find(name); });
    if (!planned) return check_refusal(planned.error());
    STREAMLIB_ASSERT(planned->actor.spec != nullptr && planned->actor.name == ask.name,
                     "another child than was asked for");
    STREAMLIB_ASSERT(planned->actor.trigger != Trigger::automatic, "a trigger is not settled");
    for (const PlannedLink& link : planned->links)
        STREAMLIB_ASSERT(link.from < node.plan.actors.size() &&
                             link.output < node.plan.actors[link.from].spec->outputs.size() &&
                             link.input < planned->actor.spec->inputs.size(),
                         "a link from or to nowhere");
    for (const PlannedSupervisor& supervisor : node.plan.supervisors)
        if (const auto fits = fits_supervisor(supervisor, "A", planned->actor.spec->name); !fits)
            check_refusal(fits.error());
}

void decide(const ConfiguredOutput& output) {
    if (const auto possible = validate(output); !possible) return check_refusal(possible.error());
    RingNeeds needs;
    needs.depth = output.depth;
    needs.open_slots = output.open_slots;
    needs.payload_bytes = output.format.bytes();
    STREAMLIB_ASSERT(size_ring(needs).payload_bytes >= needs.payload_bytes, "a ring wraps");
    STREAMLIB_ASSERT(output.format.kind == MediaKind::none || !to_string(output.format).empty(),
                     "a format without a name");
}

void decide(const Configured& configured) {
    for (const ConfiguredOutput& output : configured.outputs) decide(output);
    static_cast<void>(fits(Start{}, configured));
}

void decide(const ChangeFormat& change) { decide(change.wanted); }

void decide(const OpenSocket& asked) {
    if (const auto valid = validate(asked.wish); !valid) return check_refusal(valid.error());
    const SocketWish& wish = asked.wish;
    const SocketAddress& address = wish.use == SocketUse::send ? wish.remote : wish.local;
    sockaddr_storage kernel;
    const auto length = to_kernel(address, kernel);
    const SocketAddress back = from_kernel(&kernel, length);
    STREAMLIB_ASSERT(back.family == address.family && back.port == address.port &&
                         back.is_multicast() == address.is_multicast(),
                     "the kernel's form differs");
    STREAMLIB_ASSERT(wish.interface.view().size() <= sizeof wish.interface, "a name without end");
}

template <class Other>
void decide(const Other&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto said = decode(std::as_bytes(std::span(bytes, size)));
    if (!said) {
        check_refusal(said.error());
        return 0;
    }
    const auto text = encode(*said);
    STREAMLIB_ASSERT(text.size() == size, "a message is not encoded as it was");
    const auto again = decode(text);
    STREAMLIB_ASSERT(again && encode(*again) == text, "a message is not read as it was");
    std::visit([](const auto& message) { decide(message); }, *said);
    return 0;
}
