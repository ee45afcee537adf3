// SPDX-License-Identifier: Apache-2.0
#include "actors/st2110/finding_thread.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <exception>
#include <system_error>
#include <utility>

namespace streamlib::actors {

Result<> FindingThread::start(Write write) {
    write_ = std::move(write);
    // Signals are the actor's own thread's.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::string failed;
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& e) {
        failed = e.what();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!failed.empty())
        return fail(Errc::io, "the thread that writes the description cannot start: " + failed);
    return {};
}

void FindingThread::leave(const st2110::HeldType::Finding& finding) noexcept {
    const std::uint32_t count = left_.load(std::memory_order_relaxed);
    if (!thread_.joinable() || count >= most) return;
    findings_[count] = finding;
    left_.store(count + 1, std::memory_order_release);  // pairs with run()
    left_.notify_one();
}

const std::string* FindingThread::take_line() noexcept {
    if (written_.load(std::memory_order_acquire) == taken_) return nullptr;  // pairs with run()
    return &lines_[taken_++];
}

void FindingThread::stop() noexcept {
    if (!thread_.joinable()) return;
    left_.fetch_or(over, std::memory_order_release);  // pairs with run()
    left_.notify_one();
    thread_.join();
}

void FindingThread::run() noexcept {
    // A sender may be of realtime priority; writing a file is not.
    const sched_param ordinary{};
    static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_OTHER, &ordinary));
    std::uint32_t done = 0;
    for (;;) {
        const std::uint32_t word =
            left_.load(std::memory_order_acquire);  // pairs with leave(), stop()
        if (done < (word & ~over)) {
            try {
                lines_[done] = write_(findings_[done]);
            } catch (const std::exception& e) {
                lines_[done] = e.what();
            }
            written_.store(++done, std::memory_order_release);  // pairs with take_line()
        } else if ((word & over) != 0) {
            return;
        } else {
            left_.wait(word, std::memory_order_acquire);
        }
    }
}

}  // namespace streamlib::actors
