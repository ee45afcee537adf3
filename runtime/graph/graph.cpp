// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/graph.hpp"

#include <array>
#include <charconv>

#include "ipc/base/assert.hpp"

namespace streamlib {
namespace {

const Place cpp_place{"C++", 0};

}  // namespace

SettingValue::SettingValue(double value) : written{WrittenValue::Kind::real, {}, {}} {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    written.text.assign(digits.data(), end);
}

Graph::Graph() : build_(std::make_shared<detail::GraphBuild>()) { build_->spec.place = cpp_place; }

Node<void> Graph::add(std::string class_name, std::string name,
                      std::initializer_list<Setting> settings) {
    declare(std::move(class_name), name, settings);
    return {build_, std::move(name)};
}

void Graph::declare(std::string class_name, const std::string& name,
                    std::initializer_list<Setting> settings) {
    ActorDecl actor;
    actor.name = name;
    actor.class_name = std::move(class_name);
    actor.place = cpp_place;
    for (const auto& setting : settings) {
        const auto& written = setting.value.written;
        const auto set = set_actor_key(actor, setting.key, written, cpp_place);
        if (!set) {
            build_->findings.push_back(
                {cpp_place, "actors." + name + "." + setting.key, set.error().text});
        } else if (!*set) {
            actor.properties[setting.key] = {written.text, cpp_place};
        }
    }
    build_->spec.actors.push_back(std::move(actor));
}

void detail::add_link(const GraphEnd& from, const GraphEnd& to) {
    STREAMLIB_ASSERT(from.build == to.build, "both sides of >> belong to the same Graph");
    from.build->spec.links.push_back({from.actor, from.port, to.actor, to.port, cpp_place});
}

}  // namespace streamlib
