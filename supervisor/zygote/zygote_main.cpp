// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/zygote_main.hpp"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "ipc/channel.hpp"
#include "ipc/segment.hpp"
#include "runtime/family.hpp"
#include "runtime/process/crash_handler.hpp"
#include "runtime/registry.hpp"
#include "supervisor/zygote/child_setup.hpp"
#include "supervisor/zygote/fork_batch.hpp"

namespace streamlib::supervision {
namespace {

std::size_t threads_of_self() noexcept {
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
    if (!tasks) return 1;
    std::size_t count = 0;
    while (const dirent* entry = ::readdir(tasks.get())) count += entry->d_name[0] != '.' ? 1 : 0;
    return count;
}

/// Foreign code runs here; its threads and locks would not survive a fork.
Result<> preload(const ZygoteSetup& setup) {
    if (auto loaded = preload_family(setup.family); !loaded) return loaded;
    for (const std::string& plugin : setup.plugins) {
        if (auto loaded = load_plugin(plugin); !loaded) return loaded;
    }
    prepare_crash_handler();
    if (const std::size_t threads = threads_of_self(); threads != 1) {
        return fail(Errc::unsupported, "a library of family '" + setup.family + "' has started " +
                                           std::to_string(threads - 1) +
                                           " threads; give its actors start = \"exec\"");
    }
    return {};
}

/// All requests that wait, in one batch.
Result<Batch> next_batch(ipc::Channel& channel) {
    Batch batch;
    auto message = channel.receive();
    if (!message) return tl::unexpected(message.error());
    if (!*message) return batch;
    batch.requests = zygote_link::records_in<zygote_link::SpawnRequest>((*message)->bytes);
    batch.fds = std::move((*message)->fds);
    const bool whole = batch.fds.size() == 2 * batch.requests.size() &&
                       batch.requests.size() <= zygote_link::max_batch;
    return whole ? std::move(batch) : Batch{};
}

/// True: a request may be there. False: the launcher is gone.
bool wait_for_work(const ipc::Channel& channel, int launcher_pidfd, int lifeline) noexcept {
    std::array<pollfd, 3> wanted{
        {{channel.fd(), POLLIN, 0}, {launcher_pidfd, POLLIN, 0}, {lifeline, POLLIN, 0}}};
    while (::poll(wanted.data(), wanted.size(), -1) < 0) {
        if (errno != EINTR) return false;
    }
    return wanted[1].revents == 0 && wanted[2].revents == 0;
}

/// The launcher has died perhaps in the microseconds in which a segment has a name. Its descriptors must be closed first.
void sweep_after(int launcher_pidfd) noexcept {
    pollfd gone{launcher_pidfd, POLLIN, 0};
    static_cast<void>(::poll(&gone, 1, 500));
    static_cast<void>(ipc::sweep_leftovers());
}

int serve(ipc::Channel& channel, int launcher_pidfd, int lifeline, int launcher_pid) {
    while (wait_for_work(channel, launcher_pidfd, lifeline)) {
        auto batch = next_batch(channel);
        if (!batch && batch.error().code == Errc::gone) break;
        if (!batch || batch->requests.empty()) continue;
        fork_batch(std::move(*batch), {channel, lifeline, launcher_pid});
    }
    if (::getppid() != launcher_pid) sweep_after(launcher_pidfd);
    return 0;
}

}  // namespace

int zygote_main(UniqueFd channel_fd, UniqueFd lifeline, const ZygoteSetup& setup) noexcept {
    ipc::Channel channel(std::move(channel_fd));
    UniqueFd launcher(static_cast<int>(::syscall(SYS_pidfd_open, setup.launcher_pid, 0)));
    {
        // Armed only while foreign code runs: afterwards the zygote must outlive the launcher by the time of one sweep.
        const auto armed = contain_self(lifeline.get());
        die_with_launcher(setup.launcher_pid);
        const auto loaded = armed ? preload(setup) : Result<>(tl::unexpected(armed.error()));
        if (!loaded) {
            std::fprintf(stderr, "streamlib: zygote: %s\n", loaded.error().text.c_str());
            return unusable_zygote_status;
        }
    }
    ::prctl(PR_SET_PDEATHSIG, SIGCONT);  // one that somebody has stopped must see the end, too
    return serve(channel, launcher.get(), lifeline.get(), setup.launcher_pid);
}

}  // namespace streamlib::supervision
