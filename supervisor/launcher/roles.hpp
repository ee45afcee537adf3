// SPDX-License-Identifier: Apache-2.0
/// @file
/// The processes a launcher makes of its own executable, and how each is told what it is.
///
/// Model     argv[1] says the role; the rest is fixed: descriptors come at fixed numbers (`role_fd`), so nothing is searched.
///           `--streamlib-node=NAME` is there for people who look at `ps`: forks of the zygote carry it, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streamlib::supervision {

enum class Role : std::uint8_t { zygote, clock, control, actor, describe };

/// Where a role's process finds its descriptors. Everything from `first_free` on is closed.
namespace role_fd {
inline constexpr int channel =
    3;  ///< SOCK_SEQPACKET to the launcher; describe: the pipe it writes to.
inline constexpr int lifeline = 4;  ///< Read end of the pipe that only the launcher can write to.
inline constexpr int page = 5;      ///< actor: its ActorPage.
inline constexpr int first_free = 6;
}  // namespace role_fd

struct RoleArguments {
    Role role{};
    int launcher_pid = 0;
    std::string node{};
    std::string name{};                  ///< actor: instance name, for comm.
    std::string family{};                ///< zygote: what to preload ("ffmpeg").
    std::vector<std::string> plugins{};  ///< zygote, describe: .so files.
    friend bool operator==(const RoleArguments&, const RoleArguments&) = default;
};

[[nodiscard]] std::string_view to_string(Role role) noexcept;

/// argv[1]… of that process.
[[nodiscard]] std::vector<std::string> arguments_of(const RoleArguments& role);
/// From argv; none: this is no role but the program itself. Ends the process (status 2) if it begins like a role and is none.
[[nodiscard]] std::optional<RoleArguments> role_in(int argc, const char* const* argv);

/// The role's name as /proc/PID/comm has it: "sl-clock"; an actor's is its instance name (15 characters).
[[nodiscard]] std::string comm_of(const RoleArguments& role);

}  // namespace streamlib::supervision
