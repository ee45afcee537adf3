// SPDX-License-Identifier: Apache-2.0
#include "ipc/crash_record.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>

namespace streamlib::ipc {
namespace {

std::string hex(std::uint64_t value) {
    char text[24];
    static_cast<void>(
        std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value)));
    return text;
}

std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

/// Whether si_addr means something: the kernel found the fault.
bool has_address(const CrashReport& report) {
    return report.code > 0 && (report.signal == SIGSEGV || report.signal == SIGBUS ||
                               report.signal == SIGFPE || report.signal == SIGILL);
}

}  // namespace

std::optional<CrashReport> crash_report_of(const GuardedRecord<CrashRecord>& record) {
    const auto r = record.load();
    if (!r || r->cause == CrashCause::none) return std::nullopt;
    CrashReport report;
    report.cause = r->cause;
    report.signal = r->signal;
    report.code = r->code;
    report.address = r->address;
    report.incarnation = r->incarnation;
    report.tick_index = r->tick_index;
    report.tick_seq = r->tick_seq;
    report.time = {r->monotonic_ns};
    report.activity = activity_of(r->activity);
    report.pid = r->pid;
    report.thread = r->thread;
    report.text = r->text.view();
    for (std::size_t n = 0; n < r->frame_count && n < max_crash_frames; ++n) {
        CrashReport::Frame frame{r->frames[n], {}, 0};
        if (r->module_of[n] < max_crash_modules) {
            const CrashModule& module = r->modules[r->module_of[n]];
            frame.module = module.name.view();
            frame.offset = frame.address - module.base;
        }
        report.frames.push_back(std::move(frame));
    }
    return report;
}

std::string headline(const CrashReport& report) {
    std::string line;
    switch (report.cause) {
        case CrashCause::signal:
            line = signal_name(report.signal);
            if (has_address(report)) line += " at " + hex(report.address);
            if (report.code <= 0 && report.signal != SIGABRT) line += " sent from outside";
            break;
        case CrashCause::exception: line = "exception"; break;
        case CrashCause::error: line = "error"; break;
        case CrashCause::none: line = "nothing"; break;
    }
    if (report.activity.phase != ActorPhase::waiting)
        line += std::string(" in ") + to_string(report.activity.phase);
    if (report.thread != report.pid) line += ", thread " + std::to_string(report.thread);
    if (report.tick_seq != 0) line += ", tick " + std::to_string(report.tick_index);
    if (!report.text.empty()) line += ": " + report.text;
    return line;
}

std::vector<std::string> backtrace_lines(const CrashReport& report) {
    std::vector<std::string> lines;
    for (std::size_t n = 0; n < report.frames.size(); ++n) {
        const auto& frame = report.frames[n];
        lines.push_back(
            "  #" + std::to_string(n) + " " +
            (frame.module.empty() ? hex(frame.address) : frame.module + "+" + hex(frame.offset)));
    }
    return lines;
}

}  // namespace streamlib::ipc
