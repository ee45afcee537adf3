// SPDX-License-Identifier: Apache-2.0
// The library's one exported symbol, and where FFmpeg's messages go.
#include <atomic>
#include <cstdarg>
#include <cstring>

#include "actors/ffmpeg.hpp"
#include "actors/ffmpeg/av_image.hpp"
#include "actors/ffmpeg/av_ptr.hpp"
#include "actors/ffmpeg/av_reader.hpp"
#include "actors/ffmpeg/av_scaler.hpp"
#include "actors/ffmpeg/av_writer.hpp"

namespace streamlib::actors::av {
namespace {

using LogSink = void (*)(const char* line);
std::atomic<LogSink> log_sink{nullptr};

void forward(void* context, int level, const char* format, std::va_list arguments) {
    const LogSink sink = log_sink.load(std::memory_order_relaxed);
    if (sink == nullptr || level > AV_LOG_WARNING) return;
    char line[256];
    int print_prefix = 1;
    av_log_format_line2(context, level, format, arguments, line, sizeof line, &print_prefix);
    if (char* end = std::strchr(line, '\n')) *end = '\0';
    if (line[0] != '\0') sink(line);
}

void set_log(LogSink sink) { log_sink.store(sink, std::memory_order_relaxed); }

}  // namespace
}  // namespace streamlib::actors::av

extern "C" __attribute__((visibility("default"))) const streamlib::actors::FfmpegApi*
streamlib_ffmpeg_api() noexcept {
    namespace av = streamlib::actors::av;
    av_log_set_callback(&av::forward);
    static constexpr streamlib::actors::FfmpegApi api{streamlib::actors::FfmpegApi::current,
                                                      &av::open_reader,
                                                      &av::check_writer,
                                                      &av::create_writer,
                                                      &av::make_scaler,
                                                      &av::make_image_writer,
                                                      &av::set_log};
    return &api;
}
