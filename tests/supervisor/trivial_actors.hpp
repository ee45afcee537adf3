// SPDX-License-Identifier: Apache-2.0
/// @file
/// Actors that do next to nothing, and fail on demand: what the launcher's tests run.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <stdexcept>

#include "runtime/actor.hpp"

namespace streamlib::test {

/// "configure", "start", "process": fails there with a text. "format": refuses its input's. "crash": raises SIGSEGV in
/// configure. "exit": calls _exit(7).
inline Result<> misbehave(const std::string& wanted, const std::string& here) {
    if (wanted == here) return fail(Errc::invalid_argument, "told to fail in " + here);
    if (here == "configure" && wanted == "format")
        return fail(Errc::mismatch, "told to want another");
    if (here == "configure" && wanted == "crash") ::raise(SIGSEGV);
    if (here == "configure" && wanted == "exit") ::_exit(7);
    return {};
}

class Ticker final : public Actor {
public:
    static constexpr const char* class_name = "Ticker";
    static constexpr const char* class_text = "Counts";
    Property<std::int64_t> blocks{
        *this, "blocks", 0, {.text = "Ends after so many; 0: never", .min = 0}};
    Property<std::string> fails{*this, "fails", "", {.text = "Where"}};
    Property<std::string> waits{
        *this, "waits", "", {.text = "Is not configured before that file is there"}};
    Property<std::int64_t> bytes{
        *this, "bytes", 64, {.text = "Of a block", .min = 8, .max = 4.0e9}};
    Output<Data> out{*this, "out", "Its count"};

    Result<> configure() override {
        while (!waits->empty() && ::access(waits->c_str(), F_OK) != 0) ::usleep(1000);
        out.set_format(data_format("text/plain", static_cast<std::uint32_t>(*bytes)));
        return misbehave(*fails, "configure");
    }
    Result<> start() override { return misbehave(*fails, "start"); }
    void process(const Tick&) override {
        if (*fails == "process" && count_ == 3) throw std::runtime_error("told to fail in process");
        while (*fails == "hang" && count_ == 20) ::pause();
        ++count_;
        std::array<std::byte, 8> block;
        std::memcpy(block.data(), &count_, sizeof count_);
        out.publish_copy(block, {});
        if (*blocks > 0 && count_ >= static_cast<std::uint64_t>(*blocks)) finish();
    }

private:
    std::uint64_t count_ = 0;
};
STREAMLIB_ACTOR(Ticker)

class ManyCounters final : public Actor {
public:
    static constexpr const char* class_name = "ManyCounters";
    static constexpr const char* class_text = "Counts more than can be shown";
    ManyCounters() {
        for (int n = 0; n < 34; ++n) counters_.emplace_back(*this, "c" + std::to_string(n), "One");
    }
    void process(const Tick&) override {
        for (Counter& counter : counters_) counter.add();
        finish();
    }

private:
    std::deque<Counter> counters_;
};
STREAMLIB_ACTOR(ManyCounters)

class Relay final : public Actor {
public:
    static constexpr const char* class_name = "Relay";
    static constexpr const char* class_text = "Hands on";
    Property<std::string> fails{*this, "fails", "", {.text = "Where"}};
    Input<Data> in{*this, "in", "Anything", {.optional = true}};
    Output<Data> out{*this, "out", "The same"};

    Result<> configure() override {
        out.set_format(in.linked() ? in.format() : data_format("text/plain", 64));
        return misbehave(*fails, "configure");
    }
    Result<> start() override { return misbehave(*fails, "start"); }
    void process(const Tick&) override {
        if (in.linked() && in.read() == InputStatus::fresh)
            out.publish_copy(in.payload(), in.origin());
    }
};
STREAMLIB_ACTOR(Relay)

class Sink final : public Actor {
public:
    static constexpr const char* class_name = "Sink";
    static constexpr const char* class_text = "Takes every block";
    Property<std::string> fails{*this, "fails", "", {.text = "Where"}};
    Property<std::string> path{*this, "path", "", {.text = "Says there in stop() what it saw"}};
    Property<std::string> waits{
        *this, "waits", "", {.text = "Takes nothing before that file is there"}};
    Property<bool> stuck{*this, "stuck", false, {.text = "Never comes back from process()"}};
    Property<bool> forks{*this, "forks", false, {.text = "Leaves a process of its own behind"}};
    Input<Data> in{*this, "in", "Anything"};
    Sink() { default_trigger(Trigger::input); }

    Result<> configure() override { return misbehave(*fails, "configure"); }
    Result<> start() override {
        if (*forks && ::fork() == 0) {
            for (;;) ::pause();
        }
        return misbehave(*fails, "start");
    }
    void process(const Tick&) override {
        while (*stuck) ::pause();
        while (!waits->empty() && ::access(waits->c_str(), F_OK) != 0) ::usleep(1000);
        while (in.read() == InputStatus::fresh) {
            std::memcpy(&last_, in.payload().data(), sizeof last_);
            ++seen_;
        }
    }
    void stop() override {
        if (!path->empty())
            std::ofstream(*path) << seen_ << ' ' << last_ << ' ' << in.missed() << '\n';
    }

private:
    std::uint64_t seen_ = 0, last_ = 0;
};
STREAMLIB_ACTOR(Sink)

class Choosy final : public Actor {
public:
    static constexpr const char* class_name = "Choosy";
    static constexpr const char* class_text =
        "Takes one of its inputs and refuses the other's format";
    Input<Data> first{*this, "first", "Anything"};
    Input<Data> second{*this, "second", "Never right"};

    Result<> configure() override { return second.refuse("it has to be better than that"); }
    void process(const Tick&) override {}
};
STREAMLIB_ACTOR(Choosy)

}  // namespace streamlib::test
