// SPDX-License-Identifier: Apache-2.0
#include "supervisor/zygote/prefault.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <memory>

namespace streamlib::supervision {

void own_inherited_pages() noexcept {
    constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, Linux 5.14
    /// Larger ones are pools that nobody fills here: populating them would take memory for nothing.
    constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> maps(std::fopen("/proc/self/maps", "re"),
                                                               std::fclose);
    if (!maps) return;
    char line[512];
    while (std::fgets(line, sizeof line, maps.get()) != nullptr) {
        unsigned long long begin = 0, end = 0;
        char rights[5]{};
        if (std::sscanf(line, "%llx-%llx %4s", &begin, &end, rights) != 3) continue;
        const bool own = rights[0] == 'r' && rights[1] == 'w' && rights[3] == 'p';
        if (!own || end - begin > most_bytes) continue;
        // An address that the kernel itself gave: nothing but a number can come of it.
        static_cast<void>(
            ::madvise(reinterpret_cast<void*>(begin),  // NOLINT(performance-no-int-to-ptr)
                      end - begin, populate_write));
    }
}

}  // namespace streamlib::supervision
