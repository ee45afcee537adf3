// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/actor_ports.hpp"

namespace streamlib {

Result<protocol::Configured> configured_of(const ActorCore& core) {
    protocol::Configured reply;
    for (const OutputBase* output : core.outputs) {
        const PortSpec& spec = output->spec();
        if (output->media_format().kind == MediaKind::none && !spec.optional)
            return fail(Errc::invalid_argument,
                        "output '" + spec.name + "' was given no format in configure()");
        reply.outputs.push_back({output->media_format(), spec.depth, spec.open_slots});
    }
    for (const InputBase* input : core.inputs) reply.input_holds.push_back(input->spec().hold);
    return reply;
}

Result<> attach_ports(ActorCore& core, const MappedStart& mapped) {
    for (std::size_t i = 0; i < mapped.outputs.size(); ++i) {
        const auto& ring = mapped.outputs[i];
        if (!ring) continue;
        if (auto done = core.attach_output(i, ring->memory, ring); !done) return done;
    }
    for (std::size_t i = 0; i < mapped.inputs.size(); ++i) {
        const auto& ring = mapped.inputs[i];
        if (!ring) continue;
        if (auto done = core.attach_input(i, ring->memory, mapped.cells[i], ring); !done)
            return done;
    }
    return {};
}

}  // namespace streamlib
