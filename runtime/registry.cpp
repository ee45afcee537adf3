// SPDX-License-Identifier: Apache-2.0
#include "runtime/registry.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <map>

#include "ipc/base/assert.hpp"
#include "runtime/actor_core.hpp"
#include "runtime/graph/graph_keys.hpp"

namespace streamlib {
namespace {

struct Registry {
    std::map<std::string, ClassEntry, std::less<>> classes;
    std::string loading;  // path of the plugin whose constructors run right now
};

Registry& registry() {
    static Registry instance;  // made by the first registration, before main()
    return instance;
}

}  // namespace

ClassRegistration::ClassRegistration(const char* name, const char* text,
                                     std::unique_ptr<Actor> (*make)()) {
    const bool added =
        registry()
            .classes.try_emplace(name, ClassEntry{name, text, make, registry().loading})
            .second;
    STREAMLIB_ASSERT(added, "an actor class name is registered once");
}

std::vector<std::string> class_names() {
    std::vector<std::string> names;
    for (const auto& [name, entry] : registry().classes) names.push_back(name);
    return names;
}

const ClassEntry* find_class(std::string_view name) {
    const auto found = registry().classes.find(name);
    return found == registry().classes.end() ? nullptr : &found->second;
}

ClassSpec describe_class(const ClassEntry& entry) {
    const std::unique_ptr<Actor> actor = entry.make();
    const ActorCore& core = ActorCore::of(*actor);
    ClassSpec spec;
    spec.name = entry.name;
    spec.text = entry.text;
    spec.family = entry.plugin.empty() ? core.family : entry.plugin;
    spec.trigger = core.class_trigger;
    spec.state_version = core.state_version;
    for (const InputBase* input : core.inputs) spec.inputs.push_back(input->spec());
    for (const OutputBase* output : core.outputs) spec.outputs.push_back(output->spec());
    for (const PropertyBase* property : core.properties) {
        const auto& keys = actor_keys();
        // A graph could never set it: the key means something else there.
        STREAMLIB_ASSERT(std::find(keys.begin(), keys.end(), property->spec().name) == keys.end(),
                         "a property must not have the name of a key that every actor has");
        spec.properties.push_back(property->spec());
    }
    return spec;
}

Result<> load_plugin(const std::string& path) {
    registry().loading = path;
    // RTLD_NOW: a missing symbol is an error here and not a crash in the middle of a frame.
    const void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    registry().loading.clear();
    if (handle == nullptr) return fail(Errc::not_found, std::string("plugin: ") + dlerror());
    return {};
}

}  // namespace streamlib
