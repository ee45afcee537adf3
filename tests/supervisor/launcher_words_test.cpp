// SPDX-License-Identifier: Apache-2.0
// The small pure pieces of the launcher: exit reasons, roles, back-off, class specs on the wire.
#include <gtest/gtest.h>
#include <signal.h>

#include <random>

#include "supervisor/launcher/back_off.hpp"
#include "supervisor/launcher/class_spec_wire.hpp"
#include "supervisor/launcher/exit_reason.hpp"
#include "supervisor/launcher/roles.hpp"

namespace streamlib::supervision {
namespace {

TEST(ExitReason, says_status_signal_and_error_in_one_line) {
    const ExitReason killed = exit_reason(CLD_KILLED, SIGKILL),
                     dumped = exit_reason(CLD_DUMPED, SIGABRT);
    EXPECT_EQ(exit_text(killed, ""), "signal 9 (SIGKILL)");
    EXPECT_EQ(exit_text(dumped, "assertion"), "signal 6 (SIGABRT): assertion");
    EXPECT_EQ(exit_text(exit_reason(CLD_EXITED, 1), "no such file: a.mov"),
              "exit 1: no such file: a.mov");
    EXPECT_EQ(exit_text(exit_reason(CLD_EXITED, 0), ""), "");
    EXPECT_EQ(exit_text({ipc::ExitKind::refused, 0}, "no room"), "no room");
    EXPECT_EQ(signal_name(200), "signal 200");
}

TEST(BackOff, restarts_at_once_after_a_long_life_and_waits_longer_after_each_short_one) {
    BackOff back_off;
    EXPECT_EQ(back_off.delay_after(2'000'000'000), 0);
    EXPECT_EQ(back_off.delay_after(1000), 0);
    EXPECT_EQ(back_off.delay_after(1000), 5'000'000);
    EXPECT_EQ(back_off.delay_after(1000), 10'000'000);
    Nanoseconds last = 0;
    for (int n = 0; n < 100; ++n) {
        const Nanoseconds delay = back_off.delay_after(0);
        EXPECT_GE(delay, last);
        last = delay;
    }
    EXPECT_EQ(last, 1'000'000'000);
    EXPECT_EQ(back_off.delay_after(1'000'000'000), 0);
    EXPECT_EQ(back_off.delay_after(0), 0);
}

TEST(Roles, come_back_from_their_arguments) {
    const RoleArguments given{.role = Role::zygote,
                              .launcher_pid = 42,
                              .node = "studio",
                              .name = {},
                              .family = "ffmpeg",
                              .plugins = {"/a.so", "/b c.so"}};
    std::vector<std::string> words = arguments_of(given);
    words.insert(words.begin(), "streamlib");
    std::vector<const char*> argv;
    for (const auto& word : words) argv.push_back(word.c_str());
    EXPECT_EQ(role_in(static_cast<int>(argv.size()), argv.data()), given);
}

TEST(Roles, leave_the_arguments_of_a_program_alone) {
    const char* plain[] = {"streamlib", "run", "graph.toml"};
    EXPECT_FALSE(role_in(3, plain));
    EXPECT_FALSE(role_in(1, plain));
    EXPECT_FALSE(role_in(0, nullptr));
}

TEST(RolesDeathTest, end_a_process_with_arguments_that_only_look_like_a_role) {
    const char* unknown[] = {"streamlib", "--streamlib-role=king", "--streamlib-launcher=1"};
    const char* no_launcher[] = {"streamlib", "--streamlib-role=clock"};
    EXPECT_EXIT(static_cast<void>(role_in(3, unknown)), testing::ExitedWithCode(2), "own use");
    EXPECT_EXIT(static_cast<void>(role_in(2, no_launcher)), testing::ExitedWithCode(2), "own use");
}

TEST(Roles, name_their_process) {
    EXPECT_EQ(comm_of({.role = Role::clock}), "sl-clock");
    EXPECT_EQ(comm_of({.role = Role::actor, .name = "a_very_long_instance_name"}),
              "a_very_long_ins");
}

std::vector<ClassSpec> some_specs() {
    ClassSpec spec;
    spec.name = "Blur";
    spec.text = "Blurs";
    spec.family = "/x/blur.so";
    spec.trigger = Trigger::cascade;
    spec.inputs.push_back(
        {.name = "video", .kind = MediaKind::video, .text = "in", .optional = true, .hold = 2});
    spec.outputs.push_back(
        {.name = "out", .kind = MediaKind::video, .text = "out", .open_slots = 2, .depth = 7});
    spec.properties.push_back({.name = "radius",
                               .type = PropertyType::real,
                               .text = "How far",
                               .unit = "px",
                               .default_value = "3",
                               .min = 0.5,
                               .max = std::nullopt,
                               .choices = {"a", "b"},
                               .required = true});
    ClassSpec bare;
    bare.name = "Bare";
    return {spec, bare};
}

TEST(ClassSpecWire, brings_every_field_over) {
    const auto decoded = decode_specs(encode_specs(some_specs()));
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->size(), 2U);
    const ClassSpec& spec = decoded->front();
    EXPECT_EQ(spec.name, "Blur");
    EXPECT_EQ(spec.text, "Blurs");
    EXPECT_EQ(spec.family, "/x/blur.so");
    EXPECT_EQ(spec.trigger, Trigger::cascade);
    EXPECT_EQ(spec.inputs.at(0).name, "video");
    EXPECT_EQ(spec.inputs.at(0).kind, MediaKind::video);
    EXPECT_TRUE(spec.inputs.at(0).optional);
    EXPECT_EQ(spec.inputs.at(0).hold, 2U);
    EXPECT_EQ(spec.outputs.at(0).open_slots, 2U);
    EXPECT_EQ(spec.outputs.at(0).depth, 7U);
    const PropertySpec& radius = spec.properties.at(0);
    EXPECT_EQ(radius.type, PropertyType::real);
    EXPECT_EQ(radius.unit, "px");
    EXPECT_EQ(radius.default_value, "3");
    EXPECT_EQ(radius.min, 0.5);
    EXPECT_FALSE(radius.max);
    EXPECT_EQ(radius.choices, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(radius.required);
    EXPECT_EQ(encode_specs(*decoded), encode_specs(some_specs()));
}

TEST(ClassSpecWire, refuses_every_shorter_message) {
    const auto whole = encode_specs(some_specs());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(decode_specs(std::span(whole).first(size))) << size;
    }
}

TEST(ClassSpecWire, survives_any_bytes) {
    std::mt19937 random(7);
    const auto whole = encode_specs(some_specs());
    for (int n = 0; n < 20'000; ++n) {
        auto bytes = whole;
        for (int hits = 0; hits < 3; ++hits)
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        if (const auto decoded = decode_specs(bytes)) {
            EXPECT_LE(decoded->size(), bytes.size());
        }
    }
}

}  // namespace
}  // namespace streamlib::supervision
