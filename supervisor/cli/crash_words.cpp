// SPDX-License-Identifier: Apache-2.0
#include "supervisor/cli/crash_words.hpp"

#include "supervisor/cli/node_words.hpp"
#include "supervisor/cli/table.hpp"

namespace streamlib::supervision {

namespace {

[[nodiscard]] std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// "in process() for 12.3 ms"; "waiting".
[[nodiscard]] std::string doing_words(const CrashReport& report) {
    if (report.doing_us == 0) return report.doing;
    return "in " + report.doing + " for " + std::to_string(report.doing_us / 1000) + "." +
           std::to_string(report.doing_us / 100 % 10) + " ms";
}

[[nodiscard]] std::string ports_words(const CrashReport& report, bool colours) {
    std::vector<std::vector<Cell>> rows;
    for (const CrashPort& port : report.ports) {
        const bool input = port.direction == "input";
        const std::uint64_t behind = port.newest > port.sequence ? port.newest - port.sequence : 0;
        rows.push_back({{"  " + port.port},
                        {port.direction},
                        {std::to_string(port.sequence)},
                        {std::to_string(port.newest)},
                        {input ? std::to_string(behind) : ""},
                        {std::to_string(port.tick_index)}});
    }
    return table({{"  PORT"},
                  {"DIRECTION"},
                  {"BLOCK", true},
                  {"NEWEST", true},
                  {"BEHIND", true},
                  {"TICK", true}},
                 rows, colours);
}

}  // namespace

std::string crash_words(const CrashReport& report, const ActorRow& now, Nanoseconds tai_offset_ns,
                        bool colours) {
    if (!report.died) return "actor " + report.name + ": no incarnation of it has died\n";
    std::string text = "actor " + report.name + ": incarnation " +
                       std::to_string(report.incarnation) + " died of " +
                       coloured(printable(report.exit), Colour::bad, colours) + "\n";
    text += "  at         " + wall_words(report.time_ns, tai_offset_ns) + ", after " +
            span_words(report.lived_ms) + "; pid " + std::to_string(report.pid) + "\n";
    if (!report.what.empty()) text += "  what       " + printable(report.what) + "\n";
    text += "  was        " + doing_words(report) + "\n";
    text += "  last tick  index " + std::to_string(report.last_tick_index) + ", seq " +
            std::to_string(report.last_tick_seq) + "; " + counted(report.ticks, "tick", "ticks") +
            " processed\n";
    text += "  deaths     " + std::to_string(report.deaths) + "; now " + now.state +
            ", incarnation " + std::to_string(now.incarnation) + ", " +
            counted(now.restarts, "restart", "restarts") + "\n";
    if (!report.ports.empty()) text += "\n" + ports_words(report, colours);
    text += report.lines.empty() ? "\n  nothing of its log is left\n" : "\n  last lines\n";
    for (const LogRow& line : report.lines)
        text += "  " + log_words({}, line, 0, tai_offset_ns, colours) + "\n";
    if (!report.backtrace.empty()) text += "\n  backtrace\n";
    for (const std::string& frame : report.backtrace) text += "  " + printable(frame) + "\n";
    return text;
}

}  // namespace streamlib::supervision
