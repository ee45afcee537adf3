// SPDX-License-Identifier: Apache-2.0
// RawSink, as a plugin: the payloads of what comes, one after the other, in a file.
#include <fcntl.h>
#include <unistd.h>

#include "runtime/actor.hpp"

namespace streamlib::test {

class RawSink final : public Actor {
public:
    static constexpr const char* class_name = "RawSink";
    static constexpr const char* class_text = "Adds every payload to a file";
    RawSink() { default_trigger(Trigger::input); }
    Input<AnyMedia> in{*this, "in", "What is written down"};
    Property<std::string> path{*this, "path", "", {.text = "File", .is_path = true}};

    Result<> start() override {
        file_ = ::open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        return file_ >= 0 ? Result<>{} : fail_errno(Errc::io, *path);
    }
    void process(const Tick&) override {
        while (in.read_new() == InputStatus::fresh)
            if (::write(file_, in.payload().data(), in.payload().size()) < 0) ::abort();
    }
    void stop() override { ::close(file_); }

private:
    int file_ = -1;
};
STREAMLIB_ACTOR(RawSink)

}  // namespace streamlib::test
