// SPDX-License-Identifier: Apache-2.0
#include "ipc/actor_page.hpp"

#include "ipc/wake.hpp"

namespace streamlib::ipc {

void give_command(ActorPage& page, ActorCommand command) noexcept {
    const std::uint32_t before = page.command.load(std::memory_order_relaxed);
    // A request to stop is not taken back by a later "look"; only `none`, for the next incarnation, clears it.
    if (command == ActorCommand::look && is_stop(command_of(before))) command = command_of(before);
    const std::uint32_t word = ((before >> 8) + 1) << 8 | static_cast<std::uint32_t>(command);
    page.command.store(word,
                       std::memory_order_release);  // pairs with the actor's acquire before it acts
    static_cast<void>(futex_wake_all(futex_word(page)));
}

const std::uint32_t* futex_word(const ActorPage& page) noexcept {
    static_assert(sizeof(page.command) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);
    return reinterpret_cast<const std::uint32_t*>(&page.command);
}

void set_error(ActorPage& page, std::string_view text) noexcept {
    page.error.store(ErrorText(text));
}

std::string error_of(const ActorPage& page) {
    const auto text = page.error.load();
    return text ? std::string(text->view()) : std::string();
}

}  // namespace streamlib::ipc
