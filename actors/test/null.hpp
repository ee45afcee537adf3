// SPDX-License-Identifier: Apache-2.0
/// @file
/// Null: the end of a chain that nobody looks at.
#pragma once

#include "runtime/actor.hpp"

namespace streamlib::actors {

class Null final : public Actor {
public:
    static constexpr const char* class_name = "Null";
    static constexpr const char* class_text = "Takes anything and does nothing with it";

    Null() { default_trigger(Trigger::input); }
    void process(const Tick&) override {
        if (in.read() != InputStatus::fresh) return;
        blocks.add();
        bytes.add(in.payload().size());
    }

    Input<AnyMedia> in{*this, "in", "Anything"};
    Counter blocks{*this, "blocks", "Blocks taken"};
    Counter bytes{*this, "bytes", "Bytes in them"};
};

}  // namespace streamlib::actors
