// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/prefault.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "ipc/base/fd.hpp"

namespace streamlib::supervision {
namespace {

constexpr std::uint64_t page_bytes = 4096;

/// What /proc/self/pagemap says of a page, proc(5).
using PageWord = std::uint64_t;
bool is_present(PageWord word) noexcept { return (word >> 63) != 0; }

/// Takes pages [begin, end) for a write: pages that are shared since the fork are copied.
void own(std::uint64_t begin, std::uint64_t end) noexcept {
    constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, Linux 5.14
    // An address that the kernel itself gave: nothing but a number can come of it.
    static_cast<void>(
        ::madvise(reinterpret_cast<void*>(begin),  // NOLINT(performance-no-int-to-ptr)
                  end - begin, populate_write));
}

/// Each run of pages of the mapping that are there. False: the kernel does not say which are.
bool own_present_pages(int page_map, std::uint64_t begin, std::uint64_t end) noexcept {
    std::array<PageWord, 512> words;
    for (std::uint64_t from = begin; from < end; from += words.size() * page_bytes) {
        const std::size_t count = std::min<std::size_t>(words.size(), (end - from) / page_bytes);
        const std::size_t bytes = count * sizeof words[0];
        const auto at = static_cast<off_t>(from / page_bytes * sizeof words[0]);
        if (::pread(page_map, words.data(), bytes, at) != static_cast<ssize_t>(bytes)) return false;
        for (std::size_t n = 0; n < count; ++n) {
            const std::size_t first = n;
            while (n < count && is_present(words[n])) ++n;
            if (n > first) own(from + first * page_bytes, from + n * page_bytes);
        }
    }
    return true;
}

}  // namespace

void own_inherited_pages() noexcept {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> maps(std::fopen("/proc/self/maps", "re"),
                                                               std::fclose);
    const UniqueFd page_map(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    if (!maps || !page_map) return;
    char line[512];
    while (std::fgets(line, sizeof line, maps.get()) != nullptr) {
        unsigned long long begin = 0, end = 0;
        char rights[5]{};
        if (std::sscanf(line, "%llx-%llx %4s", &begin, &end, rights) != 3) continue;
        const bool writable = rights[0] == 'r' && rights[1] == 'w' && rights[3] == 'p';
        if (writable && !own_present_pages(page_map.get(), begin, end)) return;
    }
}

}  // namespace streamlib::supervision
