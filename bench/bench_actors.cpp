// SPDX-License-Identifier: Apache-2.0
// Actors that the bench runs.
#include <cstring>
#include <fstream>
#include <vector>

#include "runtime/actor.hpp"

namespace streamlib::bench {

/// Does nothing, in as few bytes as any actor can.
class Idle final : public Actor {
public:
    static constexpr const char* class_name = "BenchIdle";
    static constexpr const char* class_text = "Does nothing on each tick";
    void process(const Tick&) override {}
};
STREAMLIB_ACTOR(Idle)

class Source final : public Actor {
public:
    static constexpr const char* class_name = "BenchSource";
    static constexpr const char* class_text = "64 bytes a tick";
    Output<Data> out{*this, "out", "Anything"};
    Result<> configure() override {
        out.set_format(data_format("application/octet-stream", 64));
        return {};
    }
    void process(const Tick&) override { out.claim().bytes(64).publish(); }
};
STREAMLIB_ACTOR(Source)

class Reading final : public Actor {
public:
    static constexpr const char* class_name = "BenchSink";
    static constexpr const char* class_text = "Reads what comes";
    Input<Data> in{*this, "in", "Anything"};
    void process(const Tick&) override { static_cast<void>(in.read()); }
};
STREAMLIB_ACTOR(Reading)

class Lateness final : public Actor {
public:
    static constexpr const char* class_name = "BenchLateness";
    static constexpr const char* class_text = "Notes how late each tick came";
    Property<std::string> path{
        *this, "path", "", {.text = "Where to write it, nanoseconds as int64"}};

    Result<> configure() override {
        late_ns_.reserve(100'000);
        return {};
    }
    void process(const Tick& tick) override {
        if (late_ns_.size() < late_ns_.capacity()) late_ns_.push_back(now() - tick.time);
    }
    void stop() override {
        std::ofstream(*path, std::ios::binary)
            .write(reinterpret_cast<const char*>(late_ns_.data()),
                   static_cast<std::streamsize>(late_ns_.size() * sizeof(Nanoseconds)));
    }

private:
    std::vector<Nanoseconds> late_ns_;
};
STREAMLIB_ACTOR(Lateness)

}  // namespace streamlib::bench
