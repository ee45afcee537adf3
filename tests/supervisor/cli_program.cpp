// SPDX-License-Identifier: Apache-2.0
// The command line with three classes of its own, so that its tests need nothing else.
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "runtime/actor.hpp"
#include "supervisor/cli/cli_main.hpp"
#include "supervisor/streamlib.hpp"

namespace {

using namespace streamlib;

class Chatter final : public Actor {
public:
    static constexpr const char* class_name = "Chatter";
    static constexpr const char* class_text = "Counts, and says so";
    Property<std::int64_t> blocks{
        *this,
        "blocks",
        0,
        {.text = "Ends after so many; 0: never", .unit = "blocks", .min = 0, .max = 1e9}};
    Property<std::string> file{
        *this, "file", "", {.text = "Not read", .is_path = true, .must_exist = true}};
    Property<bool> broken{*this, "broken", false, {.text = "Fails in start()"}};
    Property<std::string> needs{*this, "needs", "", {.text = "Fails in start() without this file"}};
    Property<std::int64_t> start_ms{
        *this, "start_ms", 0, {.text = "How long start() takes", .unit = "ms", .min = 0}};
    Property<bool> alone{*this, "alone", false, {.text = "Starts after the one before has gone"}};
    Property<std::string> word{*this, "word", "count", {.text = "What it logs for each block"}};
    Property<bool> crashes{*this, "crashes", false, {.text = "Dies of a signal in configure()"}};
    Property<std::int64_t> configure_ms{
        *this, "configure_ms", 0, {.text = "How long configure() takes", .unit = "ms", .min = 0}};
    Property<std::int64_t> bytes{
        *this, "bytes", 64, {.text = "Of a block, at most", .unit = "bytes", .min = 8}};
    Output<Data> out{*this, "out", "Its count"};

    Result<> configure() override {
        std::this_thread::sleep_for(std::chrono::milliseconds(*configure_ms));
        if (*crashes) std::raise(SIGSEGV);
        if (*alone) start_alone();
        out.set_format(data_format("text/plain", static_cast<std::uint32_t>(*bytes)));
        return {};
    }
    Result<> start() override {
        log(LogLevel::info, "started");
        std::this_thread::sleep_for(std::chrono::milliseconds(*start_ms));
        if (*broken) return fail(Errc::io, "told to fail");
        if (!needs->empty() && !std::filesystem::exists(*needs))
            return fail(Errc::io, "without " + *needs);
        return {};
    }
    void process(const Tick&) override {
        ++count_;
        log(LogLevel::info, *word);
        std::byte block[8];
        std::memcpy(block, &count_, sizeof block);
        out.publish_copy(block, {});
        if (*blocks > 0 && count_ >= static_cast<std::uint64_t>(*blocks)) finish();
    }

private:
    std::uint64_t count_ = 0;
};
STREAMLIB_ACTOR(Chatter)

/// Its state is how many turns it had, over all incarnations and runs.
class Keeper final : public Actor {
public:
    static constexpr const char* class_name = "Keeper";
    static constexpr const char* class_text = "Counts, and remembers";
    Property<bool> empty{*this, "empty", false, {.text = "Has nothing worth keeping"}};
    Property<std::int64_t> bytes{
        *this, "bytes", 8, {.text = "Of its state", .unit = "bytes", .min = 8, .max = 1'048'576}};
    Output<Data> out{*this, "out", "Its count"};

    Keeper() { keeps_state(2); }
    Result<> configure() override {
        out.set_format(data_format("text/plain", 8));
        return {};
    }
    std::size_t snapshot(std::span<std::byte> room) override {
        if (*empty) return 0;
        std::memset(room.data(), static_cast<int>(count_ & 0xFF), static_cast<std::size_t>(*bytes));
        std::memcpy(room.data(), &count_, sizeof count_);
        return static_cast<std::size_t>(*bytes);
    }
    Result<> restore(const Snapshot& kept) override {
        std::memcpy(&count_, kept.bytes.data(), std::min(sizeof count_, kept.bytes.size()));
        log(LogLevel::info, "goes on after " + std::to_string(count_) + ", version " +
                                std::to_string(kept.version) + ", age " +
                                std::to_string(kept.age / 1'000'000'000) + " s");
        return {};
    }
    void process(const Tick&) override {
        ++count_;
        std::byte block[8];
        std::memcpy(block, &count_, sizeof block);
        out.publish_copy(block, {});
    }

private:
    std::uint64_t count_ = 0;
};
STREAMLIB_ACTOR(Keeper)

class Listener final : public Actor {
public:
    static constexpr const char* class_name = "Listener";
    static constexpr const char* class_text = "Takes every block";
    Input<Data> in{*this, "in", "Anything"};
    Counter seen{*this, "seen", "Blocks that it took"};
    Listener() { default_trigger(Trigger::input); }
    void process(const Tick&) override {
        while (in.read() == InputStatus::fresh) {
            const std::uint64_t index = in.header().tick_index;
            if (index_ != 0 && index != index_ + 1)
                log(LogLevel::info, "lost " + std::to_string(index - index_ - 1) + " ticks");
            index_ = index;
            seen.add();
        }
    }
    void stop() override {
        log(LogLevel::warning,
            "stopped after \x1B[31m" + std::to_string(seen.value()) + " \xFF blocks");
    }

private:
    std::uint64_t index_ = 0;
};
STREAMLIB_ACTOR(Listener)

}  // namespace

int main(int argc, char** argv) {
    streamlib::init(argc, argv);
    return streamlib::supervision::cli_main(argc, argv);
}
