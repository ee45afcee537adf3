// SPDX-License-Identifier: Apache-2.0
/// @file
/// The root supervisor: one thread, one event loop; owns memory, sockets and names; parses nothing from outside once it runs.
///
/// Model     Thin: what happened comes from EventLoop; what it means is decided in pure functions; this class carries it out.
/// Threads   One; the one that called run().
/// Crash     Its death is the node's: lifeline and PDEATHSIG take every process along.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/graph/pending_work.hpp"
#include "supervisor/launcher/class_catalog.hpp"
#include "supervisor/launcher/control_desk.hpp"
#include "supervisor/launcher/event_book.hpp"
#include "supervisor/launcher/event_loop.hpp"
#include "supervisor/launcher/kept_state.hpp"
#include "supervisor/launcher/launcher_children.hpp"
#include "supervisor/launcher/node_directory.hpp"
#include "supervisor/launcher/ring_table.hpp"
#include "supervisor/launcher/run_observer.hpp"
#include "supervisor/launcher/run_phase.hpp"
#include "supervisor/launcher/service_process.hpp"
#include "supervisor/launcher/socket_table.hpp"
#include "supervisor/launcher/start_order.hpp"
#include "supervisor/launcher/tick_domains.hpp"
#include "supervisor/launcher/undead.hpp"
#include "supervisor/launcher/zygote_pool.hpp"
#include "supervisor/node/run_directory.hpp"
#include "supervisor/tree/supervision.hpp"

namespace streamlib::supervision {

class Launcher {
public:
    Launcher(const GraphSpec& graph, const RunOptions& options, RunObserver& observer);
    ~Launcher();
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;

    [[nodiscard]] int run();  ///< Returns the exit code.

private:
    friend class DynamicChildren;
    friend class Watches;
    using Settings = std::span<const control_link::Setting>;
    // launcher.cpp
    [[nodiscard]] bool check();
    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Result<> prepare_children();
    [[nodiscard]] Result<> start_services();
    void tell_plan();
    [[nodiscard]] int refuse(std::vector<Finding> findings);
    [[nodiscard]] int finish();
    [[nodiscard]] RunTotals totals() const;
    // launcher_start.cpp
    void spawn(std::uint32_t actor);
    [[nodiscard]] protocol::Configure configure_of(std::uint32_t actor) const;
    void order_from_zygote(std::uint32_t actor, ipc::Channel theirs);
    void exec_actor(std::uint32_t actor, ipc::Channel theirs);
    [[nodiscard]] protocol::Setup setup_of(std::uint32_t actor) const;
    void adopt(std::uint32_t actor, pid_t pid);
    void on_message(std::uint32_t actor, const ipc::Channel::Message& message);
    void configure(const std::vector<std::uint32_t>& actors);
    void on_configured(std::uint32_t actor, protocol::Configured said);
    void after_configure();
    [[nodiscard]] std::vector<Finding> findings_of_configure();
    [[nodiscard]] std::optional<std::uint32_t> refused_link(const Child& child) const;
    [[nodiscard]] RingPlan plan_memory(std::vector<Finding>& findings) const;
    void make_rings(const RingPlan& rings);
    void start(const std::vector<std::uint32_t>& actors);
    [[nodiscard]] Result<> send_start(std::uint32_t actor);
    void all_settled();
    void keep_spares();
    // launcher_tree.cpp
    void on_ended(std::uint32_t actor, bool well);
    void carry_out(Orders orders);
    void obey(const Order& order);
    void stand_down();
    void send_ahead(std::uint32_t actor);
    [[nodiscard]] Result<> refit(std::uint32_t actor);
    void go_on_with_rings(std::uint32_t actor);
    void on_ready(std::uint32_t actor);
    // launcher_deaths.cpp, launcher_events.cpp
    void note_ports(std::uint32_t actor, ipc::DeathRecord& death) const;
    void note_death(std::uint32_t actor);
    void publish_tree();
    void note_event(const char* kind, const std::string& subject, const std::string& text) noexcept;
    void note_change(std::uint32_t actor);
    void tell_event(const char* kind, const std::string& subject, const std::string& text);
    void tell_restart(std::uint32_t actor, MonotonicTime first_block = {});
    void tell_replaced(const std::string& died);
    void raise_alarm(const std::string& text);
    // launcher_twins.cpp
    void prepare_twins();
    [[nodiscard]] Result<ChildProcess> process_for_twin(const Child&, Twin&, const ipc::Channel&);
    [[nodiscard]] Result<> make_twin(std::uint32_t actor, std::size_t n);
    void drop_twin(std::uint32_t actor, std::size_t n, Nanoseconds next_after);
    void drop_twins(std::uint32_t actor);
    void drop_all_twins();
    void tend_twins(MonotonicTime now);
    [[nodiscard]] MonotonicTime twins_due() const;
    void on_twin_channel(std::uint32_t token);
    void on_twin_process(std::uint32_t token);
    [[nodiscard]] bool activate_twin(std::uint32_t actor);
    // launcher_hang.cpp, launcher_undead.cpp, launcher_formats.cpp
    void prepare_watch();
    void look_at(std::uint32_t actor, MonotonicTime now);
    void watch_for_hangs(MonotonicTime now);
    void send_signal(std::uint32_t actor, int signal);
    void watch_deaths(MonotonicTime now);
    [[nodiscard]] Result<> leave_rings_to(Undead& one);
    void bury_alive(std::uint32_t actor, const std::string& how);
    void on_undead_process(std::uint32_t number);
    [[nodiscard]] Result<> replace_ring(std::uint32_t actor, std::uint32_t output,
                                        const protocol::ConfiguredOutput& wanted);
    void on_change_format(std::uint32_t actor, const protocol::ChangeFormat& change);
    [[nodiscard]] Result<> change_format(std::uint32_t actor, const protocol::ChangeFormat& change);
    void tell(std::uint32_t actor, const protocol::Message& message, std::span<const int> fds);
    // launcher_sockets.cpp, launcher_loop.cpp
    void give_socket(std::uint32_t, ipc::Channel& asker, const protocol::OpenSocket&);
    void loop();
    void dispatch(const Ready& ready);
    void on_signals();
    void on_actor_channel(std::uint32_t actor);
    void on_actor_process(std::uint32_t actor);
    void on_zygote(const ZygotePool::News& news);
    void on_never_born(std::uint32_t actor);
    void on_service_channel(std::uint32_t service);
    void on_deadlines();
    void reap_strangers();
    void pump_control();
    [[nodiscard]] MonotonicTime next_deadline();
    // launcher_requests.cpp, launcher_replace.cpp, launcher_stop.cpp
    void on_request(const control_link::Request& request, Settings settings);
    void stop_on_request(std::uint32_t actor, const control_link::Request& request);
    void restart_on_request(std::uint32_t actor, const control_link::Request& request);
    void replace_on_request(std::uint32_t actor, const control_link::Request& request, Settings to);
    void end_replacement(std::uint32_t actor, const std::string& why);
    void cut_over(std::uint32_t actor);
    [[nodiscard]] bool take_back_replacement(std::uint32_t actor);
    void apply(std::uint32_t actor, ChildEvent event);
    void say_stop(std::uint32_t actor);
    void send_stop(std::uint32_t actor);
    void on_gone(std::uint32_t actor);
    void begin_stop(StopReason reason);
    void stop_all_now();
    void kill_all();
    void stop_family(std::uint32_t actor);
    void settle();
    void decide();
    [[nodiscard]] std::vector<WorkState> work_states() const;

    GraphSpec graph_;  ///< With what stands between its ports and the network.
    RunOptions options_;
    RunObserver& observer_;
    MonotonicTime began_ = MonotonicTime::now(), running_since_{};
    std::string node_, host_;
    ClassCatalog catalog_;
    GraphPlan plan_;
    UniqueFd lifeline_read_, lifeline_write_;
    NodeLock lock_;
    std::optional<EventLoop> loop_;
    std::unique_ptr<ZygotePool> zygotes_;
    std::unique_ptr<NodeDirectory> directory_;
    TickDomains domains_;
    std::vector<Child> children_;
    std::unique_ptr<Supervision> tree_;
    SocketTable sockets_;
    EventBook events_;
    KeptState kept_;
    std::deque<Order> orders_;  ///< Of the tree, not carried out yet.
    std::deque<std::pair<std::uint32_t, bool>> ended_meanwhile_;  ///< While they were.
    std::unique_ptr<ControlDesk> desk_;
    std::unique_ptr<ServiceProcess> services_[2];
    std::optional<ConfigureOrder> configure_order_;
    std::optional<ReadyOrder> ready_order_;
    std::optional<RingTable> rings_;
    RunPhase phase_ = RunPhase::preparing;
    bool was_running_ = false;  ///< A stop drains; else everybody is told at once.
    bool dirty_ = false, done_ = false, zombies_ = false, carrying_ = false;
    std::optional<StopReason> stop_reason_;
    int exit_code_ = 0;
    std::uint32_t killed_ = 0;
    std::vector<bool> wanted_stop_;  ///< By actor: it, or an actor above it, is to stop.
    KillTimes kill_times_;
    UndeadList undead_;
    MonotonicTime stop_rest_at_{INT64_MAX}, kill_at_{INT64_MAX}, time_is_up_{INT64_MAX},
        totals_at_{INT64_MAX}, look_at_{INT64_MAX}, settle_at_{};  ///< The last: once dirty_.
    Nanoseconds look_every_ = 125'000'000;                         ///< For who hangs.
    std::vector<std::pair<pid_t, ExitReason>> early_exits_;  ///< Before their pid was reported.
    DynamicChildren dynamic_{*this};
};

}  // namespace streamlib::supervision
