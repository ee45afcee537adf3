// SPDX-License-Identifier: Apache-2.0
// A plugin with one class.
#include "runtime/actor.hpp"

namespace {

class PluginSink final : public streamlib::Actor {
public:
    static constexpr const char* class_name = "PluginSink";
    static constexpr const char* class_text = "Takes every block";
    streamlib::Property<std::int64_t> number{
        *this, "number", 1, {.text = "Any", .min = 0, .max = 9}};
    streamlib::Input<streamlib::Data> in{*this, "in", "Anything"};
    PluginSink() { default_trigger(streamlib::Trigger::input); }
    void process(const streamlib::Tick&) override {
        while (in.read() == streamlib::InputStatus::fresh) {
        }
    }
};
STREAMLIB_ACTOR(PluginSink)

}  // namespace
