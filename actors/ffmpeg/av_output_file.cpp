// SPDX-License-Identifier: Apache-2.0
#include "actors/ffmpeg/av_output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace streamlib::actors::av {
namespace {

constexpr int buffer_bytes = 64 << 10;

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd) {
        if (errno == EEXIST)
            return fail(Errc::already_exists, path + " exists, and nothing is overwritten");
        return fail_errno(Errc::io, "cannot create " + path);
    }
    std::unique_ptr<OutputFile> made(new OutputFile(std::move(fd)));
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_bytes));
    if (buffer == nullptr) return fail(Errc::no_memory, "FFmpeg: out of memory");
    made->io_ = avio_alloc_context(buffer, buffer_bytes, 1, made.get(), nullptr, &OutputFile::write,
                                   &OutputFile::seek);
    if (made->io_ == nullptr) {
        av_free(buffer);
        return fail(Errc::no_memory, "FFmpeg: out of memory");
    }
    return made;
}

OutputFile::~OutputFile() {
    if (io_ == nullptr) return;
    avio_flush(io_);
    av_freep(&io_->buffer);
    avio_context_free(&io_);
}

int OutputFile::write(void* self, std::uint8_t* bytes, int size) noexcept {
    auto& file = *static_cast<OutputFile*>(self);
    for (int done = 0; done < size;) {
        const ::ssize_t count =
            ::write(file.fd_.get(), bytes + done, static_cast<std::size_t>(size - done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            if (file.failure_ == 0) file.failure_ = errno;
            return AVERROR(errno);
        }
        done += static_cast<int>(count);
    }
    return size;
}

std::int64_t OutputFile::seek(void* self, std::int64_t offset, int whence) noexcept {
    const auto& file = *static_cast<OutputFile*>(self);
    if (whence == AVSEEK_SIZE) {
        struct stat about {};
        return ::fstat(file.fd_.get(), &about) == 0 ? about.st_size : AVERROR(errno);
    }
    const ::off_t at = ::lseek(file.fd_.get(), offset, whence);
    return at < 0 ? AVERROR(errno) : at;
}

}  // namespace streamlib::actors::av
