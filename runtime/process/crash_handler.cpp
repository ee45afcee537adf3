// SPDX-License-Identifier: Apache-2.0
#include "runtime/process/crash_handler.hpp"

#include <execinfo.h>
#include <link.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>

#include "ipc/base/assert.hpp"

namespace streamlib {
namespace {

using ipc::CrashRecord;
using ipc::FixedText;

constexpr int caught_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t most_modules = 256;

struct Module {
    std::uint64_t base = 0, begin = 0, end = 0;
    FixedText<56> name{};
};

/// All that the handler needs: made before, since it may not allocate.
struct Prepared {
    ipc::ActorPage* page = nullptr;
    Module modules[most_modules]{};
    std::size_t module_count = 0;
    unsigned long long modules_added = 0;  // the loader's count when we looked
    FixedText<256> last_words{};           // of std::terminate
    CrashRecord record{};
    std::atomic<int> crashed_thread{0};
    std::atomic<int> signal{0};  // it dies of
};
Prepared prepared;
alignas(64) unsigned char alternate_stack[65536];

int thread_id() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

// ---- before a crash ----------------------------------------------------------------------------------------------------------

/// The end of a path, where its name is.
FixedText<56> module_name(std::string_view path) noexcept {
    const auto slash = path.rfind('/');
    std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (name.size() > 55) name.remove_prefix(name.size() - 55);
    return name;
}

FixedText<56> program_name() noexcept {
    char path[4096];
    const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
    return length > 0 ? module_name({path, static_cast<std::size_t>(length)})
                      : FixedText<56>("program");
}

int note_module(dl_phdr_info* loaded, std::size_t /*size*/, void* begun) noexcept {
    Prepared& p = prepared;
    if (!std::exchange(*static_cast<bool*>(begun), true)) {
        if (p.module_count != 0 && p.modules_added == loaded->dlpi_adds) return 1;  // all as it was
        p.modules_added = loaded->dlpi_adds;
        p.module_count = 0;
    }
    if (p.module_count == most_modules) return 1;
    Module module{loaded->dlpi_addr, ~std::uint64_t{0}, 0, {}};
    for (int n = 0; n < loaded->dlpi_phnum; ++n) {
        const auto& header = loaded->dlpi_phdr[n];
        if (header.p_type != PT_LOAD) continue;
        module.begin = std::min<std::uint64_t>(module.begin, loaded->dlpi_addr + header.p_vaddr);
        module.end = std::max<std::uint64_t>(module.end,
                                             loaded->dlpi_addr + header.p_vaddr + header.p_memsz);
    }
    const bool is_program = loaded->dlpi_name == nullptr || loaded->dlpi_name[0] == 0;
    module.name = is_program && p.module_count == 0
                      ? program_name()
                      : module_name(is_program ? "" : loaded->dlpi_name);
    p.modules[p.module_count++] = module;
    return 0;
}

/// What escaped, in words; then as always.
[[noreturn]] void on_terminate() noexcept {
    try {
        if (const auto escaped = std::current_exception()) std::rethrow_exception(escaped);
        prepared.last_words.set("std::terminate");
    } catch (const std::exception& e) {
        char text[256];
        static_cast<void>(std::snprintf(text, sizeof text, "uncaught exception: %s", e.what()));
        prepared.last_words.set(text);
    } catch (...) {
        prepared.last_words.set("uncaught exception of an unknown type");
    }
    std::abort();
}

// ---- in the crash: async-signal-safe functions only --------------------------------------------------------------------------

/// Dies of `signal` as if nobody had caught it.
void die_of(int signal) noexcept {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(signal, &plain, nullptr);
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    ::raise(signal);
}

void on_unwinding_too_long(int /*signal*/) {
    die_of(prepared.signal.load(std::memory_order_relaxed));
}

std::uint64_t program_counter(const void* context) noexcept {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
    return machine.pc;
#else
    static_cast<void>(machine);
    return 0;
#endif
}

void fill_from_page(CrashRecord& record, const ipc::ActorPage& page) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    record.incarnation = page.incarnation.load(relaxed);
    record.tick_index = page.last_tick_index.load(relaxed);
    record.tick_seq = page.last_tick_seq.load(relaxed);
    record.activity = page.activity.load(relaxed);
    record.monotonic_ns = MonotonicTime::now().ns;
    record.pid = ::getpid();
    record.thread = thread_id();
}

/// The module of a frame, put among the record's if it is not there yet.
std::uint8_t module_of(CrashRecord& record, std::size_t& used, std::uint64_t address) noexcept {
    const Module* const begin = prepared.modules;
    const Module* const end = begin + prepared.module_count;
    const Module* found = std::find_if(
        begin, end, [&](const Module& m) { return address >= m.begin && address < m.end; });
    if (found == end) return ipc::no_crash_module;
    for (std::size_t n = 0; n < used; ++n)
        if (record.modules[n].base == found->base) return static_cast<std::uint8_t>(n);
    if (used == ipc::max_crash_modules) return ipc::no_crash_module;
    record.modules[used] = {found->base, found->name};
    return static_cast<std::uint8_t>(used++);
}

void add_backtrace(CrashRecord& record, std::uint64_t where) noexcept {
    void* frames[ipc::max_crash_frames + 8];
    const int found = ::backtrace(frames, static_cast<int>(std::size(frames)));
    // What lies above the fault is this handler and the kernel's trampoline.
    int first = 0;
    while (first < found && reinterpret_cast<std::uint64_t>(frames[first]) != where) ++first;
    std::size_t used = 0;
    std::size_t count = 0;
    const auto add = [&](std::uint64_t address) {
        record.frames[count] = address;
        record.module_of[count++] = module_of(record, used, address);
    };
    if (first == found) {  // the stack could not be unwound to it
        add(where);
        first = found > 2 ? 2 : found;
    }
    for (int n = first; n < found && count < ipc::max_crash_frames; ++n)
        add(reinterpret_cast<std::uint64_t>(frames[n]));
    record.frame_count = static_cast<std::uint32_t>(count);
}

void on_crash(int signal, siginfo_t* cause, void* context) {
    int nobody = 0;
    const int self = thread_id();
    if (!prepared.crashed_thread.compare_exchange_strong(nobody, self)) {
        // Unwinding crashed itself: what is written stands. Or another thread is at it: it ends us all.
        if (nobody == self) die_of(prepared.signal.load(std::memory_order_relaxed));
        for (;;) ::pause();
    }
    prepared.signal.store(signal, std::memory_order_relaxed);
    CrashRecord& record = prepared.record;
    record.cause = ipc::CrashCause::signal;
    record.signal = signal;
    record.code = cause->si_code;
    record.address = cause->si_code > 0 ? reinterpret_cast<std::uint64_t>(cause->si_addr) : 0;
    fill_from_page(record, *prepared.page);
    record.text = prepared.last_words;
    if (record.text.empty()) record.text.set(detail::assertion_text());
    prepared.page->crash.store(record);

    struct sigaction limit {};
    limit.sa_handler = on_unwinding_too_long;
    limit.sa_flags = SA_ONSTACK | SA_NODEFER;
    ::sigaction(SIGALRM, &limit, nullptr);
    ::alarm(1);
    add_backtrace(record, program_counter(context));
    prepared.page->crash.store(record);
    ::alarm(0);

    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(signal, &plain, nullptr);
    // Found by the kernel: the instruction faults again, and a core dump shows it. Else nothing would come of returning.
    const bool faults_again = cause->si_code > 0 && signal != SIGABRT &&
                              !(signal == SIGBUS && cause->si_code == BUS_MCEERR_AO);
    if (!faults_again) die_of(signal);
}

}  // namespace

void note_new_modules() noexcept {
    bool begun = false;
    ::dl_iterate_phdr(note_module, &begun);
}

void prepare_crash_handler() noexcept {
    // The first call loads the unwinder, which allocates.
    static const int loaded = [] {
        void* frames[4];
        return ::backtrace(frames, 4);
    }();
    static_cast<void>(loaded);
    note_new_modules();
}

void install_crash_handler(ipc::ActorPage& page) noexcept {
    prepare_crash_handler();
    prepared.page = &page;
    std::set_terminate(on_terminate);
    stack_t stack{};
    stack.ss_sp = alternate_stack;
    stack.ss_size = sizeof alternate_stack;
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_sigaction = on_crash;
    // Not deferred: a crash in the handler comes to the handler, which then gives up.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    ::sigemptyset(&action.sa_mask);
    for (const int signal : caught_signals) ::sigaction(signal, &action, nullptr);
}

void record_failure(ipc::ActorPage& page, ipc::CrashCause cause, std::string_view text) noexcept {
    CrashRecord record;
    record.cause = cause;
    fill_from_page(record, page);
    record.text.set(text);
    page.crash.store(record);
}

}  // namespace streamlib
