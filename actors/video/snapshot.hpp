// SPDX-License-Identifier: Apache-2.0
/// @file
/// Snapshot: PNG files of some of the pictures that pass.
///
/// Model     Counts the pictures of its input from 0 and takes number `at`, and after it each
///           `every`-th (0: no more).
/// Files     In `path`, `{n}` becomes the picture's number, `{index}` its tick index. A file
///           appears whole (it is written beside its place and renamed); one of the same name is
///           replaced, so a fixed `path` is always the newest picture. 8 bit where the format has 8
///           bits, else 16.
/// Errors    A file that cannot be written is logged and counted; the actor goes on.
#pragma once

#include <memory>

#include "actors/ffmpeg.hpp"
#include "runtime/actor.hpp"

namespace streamlib::actors {

/// `{n}` and `{index}` filled in.
[[nodiscard]] std::string snapshot_path(const std::string& pattern, std::uint64_t number,
                                        std::uint64_t index);
/// Whether picture `number` is one of `at`, `at + every`, …
[[nodiscard]] bool wants_picture(std::uint64_t number, std::uint64_t at,
                                 std::uint64_t every) noexcept;

class Snapshot final : public Actor {
public:
    static constexpr const char* class_name = "Snapshot";
    static constexpr const char* class_text = "Writes some of the pictures that pass as PNG files";

    Snapshot();
    Result<> configure() override;
    void process(const Tick& tick) override;

    Input<VideoFrame> video{*this, "video", "Pictures to choose from"};

    Property<std::string> path{
        *this,
        "path",
        "snapshot-{n}.png",
        {.text = "File to make; {n} is the picture's number, {index} its tick index",
         .is_path = true}};
    Property<std::int64_t> at{
        *this, "at", 0, {.text = "Number of the first picture to take, counted from 0", .min = 0}};
    Property<std::int64_t> every{
        *this,
        "every",
        0,
        {.text = "Pictures from one to the next; 0: only one is taken", .min = 0}};

    Counter written{*this, "written", "Files written"};
    Counter failed{*this, "failed", "Files that could not be written"};

private:
    Result<> write_file(const std::string& file);

    std::unique_ptr<ImageWriter> image_;
    std::uint64_t number_ = 0;
};

}  // namespace streamlib::actors
