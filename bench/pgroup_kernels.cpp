// SPDX-License-Identifier: Apache-2.0
// Conversions between pgroups and other layouts over a working set that no cache holds, beside memcpy over the same.
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "actors/pgroup.hpp"
#include "bench/section.hpp"

namespace streamlib::bench {
namespace {

using st2110::InstructionSet;

/// Memory of at least twice the last-level cache, in pages like those of a ring, touched before anything is measured.
class WorkingSet {
public:
    WorkingSet() {
        const long cache = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
        const auto memory = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
                            static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        constexpr std::size_t least = std::size_t{256} << 20U;
        size_ = std::max(least, 2 * static_cast<std::size_t>(std::max(cache, 0L)));
        if (size_ > memory / 4)
            throw Absent("twice the last-level cache is more than a quarter of the memory");
        void* at =
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) throw std::runtime_error("no memory for the working set");
        ::madvise(at, size_, MADV_NOHUGEPAGE);
        at_ = static_cast<std::byte*>(at);
        std::uint64_t state = 1;
        for (std::size_t i = 0; i + 8 <= size_; i += 8) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            std::memcpy(at_ + i, &state, 8);
        }
    }
    ~WorkingSet() { ::munmap(at_, size_); }
    WorkingSet(const WorkingSet&) = delete;
    WorkingSet& operator=(const WorkingSet&) = delete;
    [[nodiscard]] std::span<std::byte> bytes() const { return {at_, size_}; }

private:
    std::byte* at_ = nullptr;
    std::size_t size_ = 0;
};

/// CPU time: what others do on a shared machine costs memory bandwidth, but not our turn on the processor.
double seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Walks once over the whole set: frames in, then frames out, none touched twice.
template <class Convert>
Numbers walk(const WorkingSet& set, std::size_t in_bytes, std::size_t out_bytes, std::size_t most,
             Convert convert) {
    const auto whole = [](std::size_t bytes) { return (bytes + 4095) / 4096 * 4096; };
    const std::size_t in_step = whole(in_bytes), out_step = whole(out_bytes);
    const std::size_t frames = std::min(most, set.bytes().size() / (in_step + out_step));
    const std::span<std::byte> out = set.bytes().subspan(frames * in_step);
    const double start = seconds();
    for (std::size_t n = 0; n < frames; ++n)
        convert(set.bytes().subspan(n * in_step, in_bytes), out.subspan(n * out_step, out_bytes));
    const double took = seconds() - start;
    const auto count = static_cast<double>(frames);
    return {{"GB/s", count * static_cast<double>(in_bytes + out_bytes) / took * 1e-9},
            {"ms", took / count * 1e3}};
}

struct Case {
    const char *name, *from, *to;
};
constexpr Case cases[] = {
    {"unpack 10 bit to planar", "YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 10"},
    {"pack 10 bit from planar", "YCbCr-4:2:2 10", "YCbCr-4:2:2 10 pgroup"},
    {"unpack 10 bit to v210", "YCbCr-4:2:2 10 pgroup", "v210"},
    {"pack 10 bit from v210", "v210", "YCbCr-4:2:2 10 pgroup"},
    {"unpack 10 bit to planar 8", "YCbCr-4:2:2 10 pgroup", "YCbCr-4:2:2 8"},
    {"pack 10 bit from planar 8", "YCbCr-4:2:2 8", "YCbCr-4:2:2 10 pgroup"},
    {"unpack 10 bit to UYVY", "YCbCr-4:2:2 10 pgroup", "uyvy"},
    {"pack 10 bit from UYVY", "uyvy", "YCbCr-4:2:2 10 pgroup"},
    {"unpack 8 bit to planar", "YCbCr-4:2:2 8 pgroup", "YCbCr-4:2:2 8"},
    {"pack 8 bit from planar", "YCbCr-4:2:2 8", "YCbCr-4:2:2 8 pgroup"},
    {"unpack RGB 8 to planar", "RGB 8 pgroup", "RGB 8"},
    {"unpack 4:2:0 8 to planar", "YCbCr-4:2:0 8 pgroup", "YCbCr-4:2:0 8"},
};

VideoFormat hd(const char* words) { return *parse_video_format(std::string("1920x1080 ") + words); }

Numbers converted(const WorkingSet& set, const Case& what, InstructionSet by) {
    const VideoFormat from = hd(what.from), to = hd(what.to);
    auto converter = st2110::PgroupConverter::make(from, to, by);
    if (!converter) throw std::runtime_error(converter.error().text);
    const std::size_t most = by == InstructionSet::scalar ? 8 : SIZE_MAX;
    return walk(set, from.bytes(), to.bytes(), most,
                [&](std::span<const std::byte> in, std::span<std::byte> out) {
                    converter->convert(in, out);
                });
}

}  // namespace

Section pgroup_kernels() {
    const auto set = std::make_shared<std::unique_ptr<WorkingSet>>();
    const auto memory = [set]() -> const WorkingSet& {
        if (!*set) *set = std::make_unique<WorkingSet>();
        return **set;
    };
    const std::size_t frame = hd("YCbCr-4:2:2 10 pgroup").bytes();
    Section section;
    const auto sets = st2110::available_instruction_sets();
    for (const InstructionSet by : sets) {
        // Once more before each set: a machine's memory is not as fast in one second as in the next.
        section.trials.push_back({"limit/memcpy", [memory, frame] {
                                      return walk(memory(), frame, frame, SIZE_MAX,
                                                  [](auto in, auto out) {
                                                      std::memcpy(out.data(), in.data(), in.size());
                                                  });
                                  }});
        for (const Case& what : cases) {
            const std::string name = std::string(what.name) + ", " + std::string(to_string(by));
            section.trials.push_back(
                {name, [memory, what, by] { return converted(memory(), what, by); }});
            // Plain code is what others are proven by, and has no goal; nor have sets that are not chosen here.
            section.comparisons.push_back(
                {.figure = name,
                 .unit = "GB/s",
                 .ours = name,
                 .ours_number = "GB/s",
                 .beside = "memcpy",
                 .peer = "limit/memcpy",
                 .peer_number = "GB/s",
                 .bound = by == sets.back() ? Bound::ratio_at_least : Bound::none,
                 .goal = 0.5});
        }
    }
    return section;
}

}  // namespace streamlib::bench
