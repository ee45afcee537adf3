// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/launcher.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <random>

#include "ipc/segment.hpp"
#include "runtime/graph/network_ends.hpp"
#include "supervisor/zygote/lifeline.hpp"

namespace streamlib::supervision {
namespace {

std::string host_name() {
    char name[256]{};
    if (::gethostname(name, sizeof name - 1) != 0 || name[0] == 0) return "localhost";
    return name;
}

/// A node of a thousand actors has some thousand descriptors; the limit a shell gives is often 1024.
void raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint32_t depth_of(const GraphPlan& plan, std::uint32_t actor) {
    std::uint32_t depth = 0;
    for (auto parent = plan.actors[actor].parent; parent && depth < plan.actors.size(); ++depth) {
        parent = plan.actors[*parent].parent;
    }
    return depth;
}

}  // namespace

Launcher::Launcher(const GraphSpec& graph, const RunOptions& options, RunObserver& observer)
    : graph_(graph),
      options_(options),
      observer_(observer),
      node_(options.node.empty() ? graph.node.name : options.node),
      host_(host_name()) {}

Launcher::~Launcher() = default;

int Launcher::run() {
    raise_descriptor_limit();
    // Descendants that lose their parent come to us: actors from their zygote, and what actors leave behind.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto lifeline = make_lifeline();
    if (!lifeline) return refuse({{graph_.place, {}, lifeline.error().text}});
    lifeline_read_ = std::move(lifeline->first);
    lifeline_write_ = std::move(lifeline->second);
    if (!check()) return exit_code_;
    if (const auto ready = prepare(); !ready) return refuse({{{}, {}, ready.error().text}});
    phase_ = RunPhase::configuring;
    tell_plan();
    prepare_watch();
    carry_out(tree_->start_all(MonotonicTime::now()));
    if (children_.empty()) done_ = true;
    loop();
    return finish();
}

/// False: refused; nothing was started.
bool Launcher::check() {
    auto findings = catalog_.load_plugins(graph_, lifeline_read_.get());
    auto ends = add_network_ends(graph_, catalog_.known());
    findings.insert(findings.end(), ends.begin(), ends.end());
    auto checked = check_graph(graph_, catalog_.known());
    findings.insert(findings.end(), checked.findings.begin(), checked.findings.end());
    if (!checked.notes.empty()) observer_.notes(checked.notes);
    plan_ = std::move(checked.plan);
    if (findings.empty() && !options_.check_only) {
        const auto notes = kept_.read(plan_, options_.restore, options_.keep);
        for (const std::string& text : notes.warnings) observer_.event("warning", "restore", text);
        findings = notes.findings;
    }
    if (findings.empty()) return true;
    static_cast<void>(refuse(std::move(findings)));
    return false;
}

int Launcher::refuse(std::vector<Finding> findings) {
    sort_findings(findings);
    observer_.findings(findings);
    exit_code_ = 1;
    if (!stop_reason_) stop_reason_ = StopReason::refused;
    if (phase_ != RunPhase::preparing)
        return exit_code_;  // the loop takes down what runs, then finish() speaks
    observer_.finished({.reason = StopReason::refused, .exit_code = 1, .totals = {}, .killed = 0});
    return exit_code_;
}

Result<> Launcher::prepare() {
    if (!options_.check_only) {
        auto lock = NodeLock::acquire(node_);
        if (!lock) return tl::unexpected(lock.error());
        lock_ = std::move(*lock);
        static_cast<void>(ipc::sweep_leftovers());
    }
    auto loop = EventLoop::create();
    if (!loop) return tl::unexpected(loop.error());
    loop_.emplace(std::move(*loop));
    zygotes_ = std::make_unique<ZygotePool>(*loop_, node_, lifeline_read_.get());
    // First of all processes: it loads while we make the memory.
    if (auto base = zygotes_->zygote_for({}, {}); !base) return tl::unexpected(base.error());
    auto directory = NodeDirectory::create(graph_.node);
    if (!directory) return tl::unexpected(directory.error());
    directory_ = std::make_unique<NodeDirectory>(std::move(*directory));
    auto domains = TickDomains::create(plan_);
    if (!domains) return tl::unexpected(domains.error());
    domains_ = std::move(*domains);
    if (auto made = prepare_children(); !made) return made;
    tree_ = std::make_unique<Supervision>(
        plan_, [random = std::minstd_rand(std::random_device{}())]() mutable {
            return std::uniform_real_distribution<double>(0.0, 1.0)(random);
        });
    auto book = EventBook::create();
    if (!book) return tl::unexpected(book.error());
    events_ = std::move(*book);
    for (const auto& [actor, text] : kept_.put(children_)) tell_event("restored", actor, text);
    configure_order_.emplace(plan_);
    ready_order_.emplace(plan_);
    return start_services();
}

Result<> Launcher::prepare_children() {
    children_.resize(plan_.actors.size());
    wanted_stop_.resize(plan_.actors.size());
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        Child& child = children_[actor];
        child.planned = &plan_.actors[actor];
        child.plugin = catalog_.plugin_of(child.planned->spec->name);
        const ActorDecl& declared = graph_.actors[actor];
        child.exec = declared.start == "exec";
        // Nobody supervises it, and its graph says nothing of hanging: it may be a slow machine.
        child.kills_hung = child.planned->supervisor || declared.hang_after_ns != 0 ||
                           declared.hang_after_ticks != 0;
        auto page = ipc::OwnedSegment::create({.purpose = "page " + child.planned->name,
                                               .payload_bytes = sizeof(ipc::ActorPage),
                                               .layout_hash = ipc::actor_page_layout_hash,
                                               .kind = ipc::SegmentKind::control});
        if (!page) return tl::unexpected(page.error());
        child.page = std::move(*page);
        if (auto added = directory_->add(child); !added) return added;
    }
    directory_->link_tree(plan_, children_);
    return directory_->add_supervisors(plan_);
}

Result<> Launcher::start_services() {
    services_[clock_service] = std::make_unique<ServiceProcess>(
        *loop_, Role::clock, clock_service, node_, lifeline_read_.get(),
        [this](ipc::Channel& channel) { domains_.greet(channel); });
    if (auto started = services_[clock_service]->start(); !started) return started;
    if (!options_.control || options_.check_only) return {};
    control_link::NodeNotice notice;
    notice.launcher_pid = ::getpid();
    notice.started_monotonic_ns = began_.ns;
    notice.name.set(node_);
    notice.host.set(host_);
    notice.run_dir.set(lock_.directory());
    desk_ = std::make_unique<ControlDesk>(
        notice, [this] { return directory_->reopen_read_only(); },
        [this] { return events_.reopen_read_only(); },
        [this](std::size_t actor) { return children_[actor].page.reopen_read_only(); });
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor)
        desk_->add_actor(children_[actor].id, actor);
    services_[control_service] = std::make_unique<ServiceProcess>(
        *loop_, Role::control, control_service, node_, lifeline_read_.get(),
        [this](ipc::Channel&) { desk_->begin_again(); });
    return services_[control_service]->start();
}

void Launcher::tell_plan() {
    std::vector<ShownChild> planned;
    for (std::uint32_t actor = 0; actor < children_.size(); ++actor) {
        const PlannedActor& one = plan_.actors[actor];
        planned.push_back(
            {one.name, one.spec->name, one.parent, depth_of(plan_, actor), children_[actor].exec});
    }
    observer_.planned(node_, lock_.directory(), planned);
}

RunTotals Launcher::totals() const {
    RunTotals sum = dynamic_.gone();
    sum.elapsed_ns = was_running_ ? MonotonicTime::now() - running_since_ : 0;
    for (const Child& child : children_) {
        add_counts(sum, child);
        if (!child.id) continue;  // gone without a trace
        ++sum.actors;
        sum.running += child.state.phase == ChildPhase::running ? 1 : 0;
        sum.stopped += child.state.phase == ChildPhase::stopped ? 1 : 0;
        sum.failed += child.state.phase == ChildPhase::failed ? 1 : 0;
    }
    sum.ticks_skipped = domains_.skipped();
    return sum;
}

void add_counts(RunTotals& sum, const Child& child) noexcept {
    if (!child.page) return;
    constexpr auto relaxed = std::memory_order_relaxed;
    const ipc::ActorPage& page = child.actor_page();
    sum.ticks += page.ticks.load(relaxed);
    sum.ticks_dropped += page.ticks_dropped.load(relaxed);
    sum.frames_out += page.frames_out.load(relaxed);
    sum.missed += page.missed.load(relaxed);
    sum.restarts += child.state.incarnation > 1 ? child.state.incarnation - 1 : 0;
}

int Launcher::finish() {
    for (auto& service : services_) {
        if (service) service->end(200'000'000);
    }
    zygotes_.reset();
    reap_strangers();
    if (rings_ && !kept_.folder().empty()) {
        const KeptState::Saved saved = kept_.save(children_);
        for (const Error& error : saved.errors) tell_event("warning", "keep", error.text);
        if (!saved.errors.empty()) exit_code_ = 1;
        tell_event("kept", node_,
                   "state of " + std::to_string(saved.files) +
                       (saved.files == 1 ? " actor in " : " actors in ") + kept_.folder());
    }
    for (const Undead& one : undead_.all)
        tell_event("warning", children_[one.actor].planned->name,
                   text_of(one) + " is left behind: it does not die");
    const RunTotals last = totals();
    if (was_running_) observer_.totals(last);
    if (last.failed != 0) exit_code_ = 1;
    observer_.finished(
        {.reason = stop_reason_.value_or(last.failed != 0 ? StopReason::failed : StopReason::ended),
         .exit_code = exit_code_,
         .totals = last,
         .killed = killed_});
    return exit_code_;
}

}  // namespace streamlib::supervision
