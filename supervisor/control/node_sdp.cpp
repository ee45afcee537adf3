// SPDX-License-Identifier: Apache-2.0
// Session descriptions, which senders leave in RUNDIR/NODE/sdp.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/base/fd.hpp"
#include "supervisor/control/node_view.hpp"

namespace streamlib::supervision {

namespace {

constexpr std::size_t max_sdp_bytes = 65536;

/// Instance names are; what is not would lead out of the folder.
[[nodiscard]] bool is_file_name(std::string_view name) noexcept {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

/// The whole file. Any actor may have put anything there: it is no link, no pipe, and not too long.
[[nodiscard]] Result<std::string> read_plain(int folder, const std::string& file) {
    const UniqueFd fd(
        ::openat(folder, file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return fail_errno(errno == ENOENT ? Errc::not_found : Errc::io, file);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail_errno(Errc::io, file);
    if (!S_ISREG(status.st_mode)) return fail(Errc::io, file + ": is not a plain file");
    std::string text(max_sdp_bytes + 1, '\0');
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const ssize_t got = ::read(fd.get(), text.data() + bytes, text.size() - bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno(Errc::io, file);
        if (got == 0) break;
        bytes += static_cast<std::size_t>(got);
    }
    if (bytes > max_sdp_bytes)
        return fail(Errc::io, file + ": longer than " + std::to_string(max_sdp_bytes) + " bytes");
    text.resize(bytes);
    return text;
}

}  // namespace

Result<std::string> NodeView::sdp(const ActorRow& actor) const {
    const std::string subject = "actor " + actor.name + ": ";
    const auto sends_none = [&] {
        return fail(Errc::not_found, subject + "describes no session (class " + actor.class_name +
                                         ", " + actor.state +
                                         "); senders of ST 2110 do, as soon as they have started");
    };
    if (!is_file_name(actor.name)) return sends_none();
    const std::string path = run_dir_ + "/sdp";
    const UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && errno == ENOENT) return sends_none();
    if (!folder) return fail_errno(Errc::io, subject + path);
    auto text = read_plain(folder.get(), actor.name + ".sdp");
    if (text) return text;
    if (text.error().code == Errc::not_found) return sends_none();
    return fail(text.error().code, subject + path + "/" + text.error().text);
}

}  // namespace streamlib::supervision
