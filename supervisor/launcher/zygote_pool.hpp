// SPDX-License-Identifier: Apache-2.0
/// @file
/// The zygotes of a node, from the launcher's side: one a family, always restarted.
///
/// Model     Orders are queued and sent in batches. An order is open until the zygote has reported its pid; what is open when
///           a zygote's channel has come to its end was perhaps never born (`lost`): the launcher then looks whether that
///           actor says hello, and orders again if its channel is gone.
/// Threads   The launcher's one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/time.hpp"
#include "ipc/channel.hpp"
#include "supervisor/launcher/back_off.hpp"
#include "supervisor/launcher/event_loop.hpp"
#include "supervisor/launcher/exec_role.hpp"
#include "supervisor/launcher/exit_reason.hpp"
#include "supervisor/launcher/open_orders.hpp"
#include "supervisor/launcher/process_state.hpp"
#include "supervisor/launcher/spares.hpp"
#include "supervisor/zygote/zygote_link.hpp"

namespace streamlib::supervision {

struct SpawnOrder {
    std::uint32_t child = 0;
    std::string comm;
    ipc::Channel channel;      ///< The actor's end.
    int page = -1;             ///< Borrowed; must stay open until the order is over.
    std::uint64_t number = 0;  ///< The pool gives it.
};

class ZygotePool {
public:
    ZygotePool(EventLoop& loop, std::string node, int lifeline);
    ~ZygotePool();
    ZygotePool(const ZygotePool&) = delete;
    ZygotePool& operator=(const ZygotePool&) = delete;

    /// The zygote that serves a plugin, or else the family of a class that is linked in; made now if it is the first time.
    /// Index 0 is the base family's.
    [[nodiscard]] Result<std::uint32_t> zygote_for(const std::string& of_class,
                                                   const std::string& plugin);
    /// It lives; else it is being replaced.
    [[nodiscard]] bool is_up(std::uint32_t zygote) const {
        return zygotes_[zygote].process.pidfd && zygotes_[zygote].channel;
    }
    /// False: its libraries cannot be loaded before a fork; exec those actors.
    [[nodiscard]] bool usable(std::uint32_t zygote) const { return zygotes_[zygote].usable; }
    void order(std::uint32_t zygote, SpawnOrder order);
    /// Keeps so many processes of a zygote ready for restarts.
    void keep_spares(std::uint32_t zygote, std::uint32_t count);
    /// One of them, for that actor; empty: none is ready. The descriptors stay the caller's.
    [[nodiscard]] std::optional<ChildProcess> take_spare(std::uint32_t zygote,
                                                         const std::string& comm,
                                                         const ipc::Channel& channel, int page);
    /// Sends what was ordered. Once after each round of events.
    void flush();

    struct News {
        std::vector<zygote_link::SpawnReport> born;
        std::vector<std::uint32_t> lost;  ///< Open orders that nobody will report any more.
        std::string died;                 ///< For a person; empty: it lives.
    };
    [[nodiscard]] News on_channel(std::uint32_t zygote);
    [[nodiscard]] News on_process(std::uint32_t zygote);
    void on_writable(std::uint32_t zygote);

    /// A look, now and then: kills those that somebody has stopped. True: some were.
    bool kill_stopped();
    /// Restarts whose time has come; returns when the next one is due.
    [[nodiscard]] MonotonicTime restart_due(MonotonicTime now);
    [[nodiscard]] bool has_open_orders() const noexcept;
    [[nodiscard]] bool is_ours(pid_t pid) const noexcept;
    /// SIGKILL to all; for the end of the run.
    void end();

private:
    struct Zygote {
        std::string family, plugin;
        ChildProcess process;
        ipc::Channel channel;
        std::deque<SpawnOrder> queue;
        OpenOrders open;
        Spares spares;
        BackOff back_off;
        MonotonicTime born{}, due{INT64_MAX};
        MonotonicTime answer_due{INT64_MAX};  ///< While it owes one; beyond, it is killed.
        StoppedWatch stopped;
        pid_t group = 0;  ///< Its process group; the process that forks is in it, and outlives it.
        bool usable = true, blocked = false;
    };
    [[nodiscard]] Result<> start(std::uint32_t index);
    void send_batch(std::uint32_t index);
    void order_spare(std::uint32_t index, MonotonicTime now);
    void note_gone(std::uint32_t index, News& news);
    EventLoop& loop_;
    std::string node_;
    int lifeline_;
    std::deque<Zygote> zygotes_;
};

}  // namespace streamlib::supervision
