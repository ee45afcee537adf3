// SPDX-License-Identifier: Apache-2.0
/// @file
/// A stream whose format changes while it runs, and a judge of what arrives.
#pragma once

#include <cstring>
#include <fstream>

#include "runtime/actor.hpp"

namespace streamlib::test {

/// Blocks of one number, filled with it to the whole size of the format; every `grow_every` blocks the format doubles.
class Grower final : public Actor {
public:
    static constexpr const char* class_name = "Grower";
    static constexpr const char* class_text = "Counts in ever larger blocks";
    Property<std::int64_t> grow_every{
        *this, "grow_every", 10, {.text = "Blocks of one size", .min = 1}};
    Property<std::int64_t> blocks{*this, "blocks", 40, {.text = "Ends after so many", .min = 1}};
    Property<bool> in_start{*this, "in_start", false, {.text = "Doubles in start(), too"}};
    Output<Data> out{*this, "out", "Its count", {.depth = 64}};

    Result<> configure() override {
        out.set_format(data_format("text/plain", 64));
        return {};
    }
    Result<> start() override {
        if (*in_start) out.change_format(data_format("text/plain", 128));
        return {};
    }
    void process(const Tick&) override {
        Slot slot = out.claim();
        if (!slot) return;  // the ring of the next size is being made
        ++count_;
        for (std::size_t at = 0; at < slot.payload().size() / 8; ++at)
            std::memcpy(slot.payload().data() + 8 * at, &count_, 8);
        slot.publish();
        if (count_ >= static_cast<std::uint64_t>(*blocks)) return finish();
        if (count_ % static_cast<std::uint64_t>(*grow_every) == 0)
            out.change_format(data_format("text/plain", out.format().max_bytes * 2));
    }

private:
    std::uint64_t count_ = 0;
};
STREAMLIB_ACTOR(Grower)

/// Writes in stop(): blocks seen, blocks out of order, blocks of a wrong size or torn, changes noticed, blocks missed.
class GrowthJudge final : public Actor {
public:
    static constexpr const char* class_name = "GrowthJudge";
    static constexpr const char* class_text = "Checks a Grower's blocks";
    Property<std::string> path{*this, "path", "", {.text = "Where the verdict goes"}};
    Input<Data> in{*this, "in", "A Grower's blocks", {.hold = 2}};
    GrowthJudge() { default_trigger(Trigger::input); }

    Result<> format_changed() override {
        ++changes_;
        return {};
    }
    void process(const Tick&) override {
        while (in.read() == InputStatus::fresh) {
            std::uint64_t value = 0;
            const auto payload = in.payload();
            std::memcpy(&value, payload.data(), 8);
            bool whole = payload.size() == in.format().max_bytes;
            for (std::size_t at = 0; at + 8 <= payload.size(); at += 8)
                whole = whole && std::memcmp(payload.data() + at, &value, 8) == 0;
            if (!whole) ++torn_;
            if (value <= last_) ++unordered_;
            last_ = value;
            ++seen_;
            kept_ = in.keep();  // a block of the old ring outlives the change
        }
    }
    void stop() override {
        std::ofstream(*path) << seen_ << ' ' << unordered_ << ' ' << torn_ << ' ' << changes_ << ' '
                             << in.missed() << '\n';
    }

private:
    Block kept_;
    std::uint64_t seen_ = 0, last_ = 0, unordered_ = 0, torn_ = 0, changes_ = 0;
};
STREAMLIB_ACTOR(GrowthJudge)

}  // namespace streamlib::test
