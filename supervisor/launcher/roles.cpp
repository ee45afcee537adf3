// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/roles.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace streamlib::supervision {
namespace {

constexpr std::string_view role_key = "--streamlib-role=";
constexpr std::array<std::pair<Role, std::string_view>, 5> names{{
    {Role::zygote, "zygote"},
    {Role::clock, "clock"},
    {Role::control, "control"},
    {Role::actor, "actor"},
    {Role::describe, "describe"},
}};

/// The value, if `argument` is "--streamlib-KEY=value".
std::optional<std::string> value_of(std::string_view argument, std::string_view key) {
    const std::string begin = "--streamlib-" + std::string(key) + "=";
    if (!argument.starts_with(begin)) return std::nullopt;
    return std::string(argument.substr(begin.size()));
}

bool take(RoleArguments& role, std::string_view argument) {
    if (const auto pid = value_of(argument, "launcher")) {
        const auto [end, error] =
            std::from_chars(pid->data(), pid->data() + pid->size(), role.launcher_pid);
        return error == std::errc{} && end == pid->data() + pid->size() && role.launcher_pid > 0;
    }
    if (auto node = value_of(argument, "node")) return role.node = std::move(*node), true;
    if (auto name = value_of(argument, "name")) return role.name = std::move(*name), true;
    if (auto family = value_of(argument, "family")) return role.family = std::move(*family), true;
    if (auto plugin = value_of(argument, "plugin"))
        return role.plugins.push_back(std::move(*plugin)), true;
    return false;
}

[[noreturn]] void refuse(std::string_view argument) {
    std::fprintf(stderr, "streamlib: %.*s is for streamlib's own use; see streamlib --help\n",
                 static_cast<int>(argument.size()), argument.data());
    ::_exit(2);
}

}  // namespace

std::string_view to_string(Role role) noexcept {
    for (const auto& [known, name] : names) {
        if (known == role) return name;
    }
    return "?";
}

std::vector<std::string> arguments_of(const RoleArguments& role) {
    std::vector<std::string> all{std::string(role_key) + std::string(to_string(role.role)),
                                 "--streamlib-launcher=" + std::to_string(role.launcher_pid),
                                 "--streamlib-node=" + role.node};
    if (!role.name.empty()) all.push_back("--streamlib-name=" + role.name);
    if (!role.family.empty()) all.push_back("--streamlib-family=" + role.family);
    for (const std::string& plugin : role.plugins) all.push_back("--streamlib-plugin=" + plugin);
    return all;
}

std::optional<RoleArguments> role_in(int argc, const char* const* argv) {
    if (argc < 2 || !std::string_view(argv[1]).starts_with(role_key)) return std::nullopt;
    RoleArguments role;
    bool known = false;
    for (const auto& [one, name] : names) {
        if (std::string_view(argv[1]).substr(role_key.size()) != name) continue;
        role.role = one;
        known = true;
    }
    if (!known) refuse(argv[1]);
    for (int n = 2; n < argc; ++n) {
        if (!take(role, argv[n])) refuse(argv[n]);
    }
    if (role.launcher_pid == 0) refuse(argv[1]);
    return role;
}

std::string comm_of(const RoleArguments& role) {
    if (role.role == Role::actor) return role.name.substr(0, 15);
    return "sl-" + std::string(to_string(role.role));
}

}  // namespace streamlib::supervision
