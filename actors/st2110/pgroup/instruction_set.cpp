// SPDX-License-Identifier: Apache-2.0
// Which kernels this processor may run, and which it does.
#include <cstdlib>
#include <string>

#include "actors/pgroup.hpp"

namespace streamlib::st2110 {
namespace {

constexpr InstructionSet all[] = {InstructionSet::scalar, InstructionSet::neon,
                                  InstructionSet::avx2, InstructionSet::avx512_vbmi};

}  // namespace

std::string_view to_string(InstructionSet set) noexcept {
    switch (set) {
        case InstructionSet::scalar: return "scalar";
        case InstructionSet::neon: return "neon";
        case InstructionSet::avx2: return "avx2";
        case InstructionSet::avx512_vbmi: return "avx512_vbmi";
    }
    return "unknown";
}

bool is_available(InstructionSet set) noexcept {
    switch (set) {
        case InstructionSet::scalar: return true;
#if defined(__x86_64__)
        // The compiler's own test looks at XGETBV too: a kernel that does not save the registers counts as none.
        case InstructionSet::avx2: return __builtin_cpu_supports("avx2") != 0;
        case InstructionSet::avx512_vbmi:
            return __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512bw") != 0 &&
                   __builtin_cpu_supports("avx512vl") != 0 &&
                   __builtin_cpu_supports("avx512vbmi") != 0;
#elif defined(__aarch64__)
        case InstructionSet::neon: return true;
#endif
        default: return false;
    }
}

std::vector<InstructionSet> available_instruction_sets() {
    std::vector<InstructionSet> sets;
    for (const InstructionSet set : all)
        if (is_available(set)) sets.push_back(set);
    return sets;
}

Result<InstructionSet> instruction_set_named(std::string_view word) {
    const std::vector<InstructionSet> sets = available_instruction_sets();
    if (word.empty()) return sets.back();
    std::string here;
    for (const InstructionSet set : sets) {
        if (to_string(set) == word) return set;
        here += (here.empty() ? "" : ", ") + std::string(to_string(set));
    }
    for (const InstructionSet set : all) {
        if (to_string(set) == word)
            return fail(Errc::unsupported, "instruction set \"" + std::string(word) +
                                               "\": this processor or build lacks it; use one of " +
                                               here);
    }
    return fail(Errc::parse,
                "instruction set \"" + std::string(word) + "\": no such; use one of " + here);
}

Result<InstructionSet> chosen_instruction_set() {
    static const Result<InstructionSet> chosen = []() -> Result<InstructionSet> {
        const char* word = std::getenv("STREAMLIB_SIMD");
        auto set = instruction_set_named(word == nullptr ? "" : word);
        if (!set) return fail(set.error().code, "$STREAMLIB_SIMD: " + set.error().text);
        return set;
    }();
    return chosen;
}

}  // namespace streamlib::st2110
