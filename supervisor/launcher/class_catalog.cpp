// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/class_catalog.hpp"

#include <algorithm>
#include <cstdlib>

#include "runtime/registry.hpp"

namespace streamlib::supervision {
namespace {

/// dlopen searches the system for a name without a slash, and children may stand elsewhere: so absolute.
Result<std::string> absolute_path(const std::string& path) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (resolved == nullptr) return fail_errno(Errc::not_found, "plugin " + path);
    std::string text = resolved;
    std::free(resolved);
    return text;
}

}  // namespace

std::vector<Finding> ClassCatalog::load_plugins(const GraphSpec& graph, int lifeline) {
    std::vector<Finding> findings;
    for (const std::string& path : graph.node.plugins)
        load(path, graph.place, "node.plugins", lifeline, findings);
    for (const ActorDecl& actor : graph.actors) {
        if (actor.plugin.empty()) continue;
        const auto place = actor.key_places.find("plugin");
        load(actor.plugin, place == actor.key_places.end() ? actor.place : place->second,
             "actors." + actor.name + ".plugin", lifeline, findings);
    }
    return findings;
}

void ClassCatalog::load(const std::string& path, const Place& place, const std::string& key,
                        int lifeline, std::vector<Finding>& findings) {
    const auto absolute = absolute_path(path);
    if (!absolute) {
        findings.push_back({place, key, absolute.error().text});
        return;
    }
    if (std::find(loaded_.begin(), loaded_.end(), *absolute) != loaded_.end()) return;
    loaded_.push_back(*absolute);
    auto specs = describe_plugin(*absolute, lifeline);
    if (!specs) {
        findings.push_back({place, key, path + ": " + specs.error().text});
        return;
    }
    for (ClassSpec& spec : *specs) {
        const std::string name = spec.name;
        const auto known = entries_.find(name);
        if (find_class(name) != nullptr || known != entries_.end()) {
            findings.push_back({place, key,
                                path + ": class " + name + " is there already (" +
                                    (known == entries_.end() ? "linked in" : known->second.plugin) +
                                    "); rename one"});
            continue;
        }
        entries_[name] = {std::make_unique<ClassSpec>(std::move(spec)), *absolute};
    }
}

const ClassSpec* ClassCatalog::find(std::string_view name) {
    if (const auto known = entries_.find(name); known != entries_.end())
        return known->second.spec.get();
    const ClassEntry* entry = find_class(name);
    if (entry == nullptr) return nullptr;
    auto& made = entries_[std::string(name)];
    made = {std::make_unique<ClassSpec>(describe_class(*entry)), entry->plugin};
    return made.spec.get();
}

std::string ClassCatalog::plugin_of(std::string_view class_name) const {
    const auto known = entries_.find(class_name);
    return known == entries_.end() ? std::string{} : known->second.plugin;
}

KnownClasses ClassCatalog::known() {
    KnownClasses known;
    known.lookup = [this](std::string_view name) { return find(name); };
    known.names = class_names();
    for (const auto& [name, entry] : entries_) {
        if (!entry.plugin.empty()) known.names.push_back(name);
    }
    std::sort(known.names.begin(), known.names.end());
    known.names.erase(std::unique(known.names.begin(), known.names.end()), known.names.end());
    return known;
}

}  // namespace streamlib::supervision
