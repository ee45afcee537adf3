// SPDX-License-Identifier: Apache-2.0
/// @file
/// Plain records in memory that another process reads at the same time: copied word by word, and validated.
///
/// Model     A sequence lock without a lock: one writer makes `version` odd, stores, makes it even; a reader that saw the
///           same even version before and after has a consistent copy.
/// Orders    Each data word is stored with release after the odd version and loaded with acquire before the second look at
///           it: whoever read a new word sees the odd version, too. No fences, so that TSan can follow.
/// Crash     A writer killed in between leaves an odd version: readers skip that record, for ever or until it is rewritten.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace streamlib::ipc {

using SharedWord = std::atomic<std::uint64_t>;
static_assert(SharedWord::is_always_lock_free && sizeof(SharedWord) == 8);

/// Stores `count` words from `source` (8 · count bytes, any alignment).
inline void store_words(SharedWord* target, const void* source, std::size_t count) noexcept {
    const auto* bytes = static_cast<const std::byte*>(source);
    for (std::size_t n = 0; n < count; ++n) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + 8 * n, 8);
        target[n].store(word, std::memory_order_release);  // pairs with load_words
    }
}

/// Loads `count` words into `target` (8 · count bytes, any alignment).
inline void load_words(void* target, const SharedWord* source, std::size_t count) noexcept {
    auto* bytes = static_cast<std::byte*>(target);
    for (std::size_t n = 0; n < count; ++n) {
        const std::uint64_t word =
            source[n].load(std::memory_order_acquire);  // pairs with store_words
        std::memcpy(bytes + 8 * n, &word, 8);
    }
}

/// One record that one process writes and any number of others copy out. Zero bytes are a valid, empty one.
template <class Record>
class GuardedRecord {
    static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) % 8 == 0);
    static constexpr std::size_t words = sizeof(Record) / 8;

public:
    /// The one writer only.
    void store(const Record& record) noexcept {
        const std::uint64_t version = version_.load(std::memory_order_relaxed) | 1;
        version_.store(version,
                       std::memory_order_relaxed);  // ordered by the release stores that follow
        store_words(words_, &record, words);
        version_.store(version + 1,
                       std::memory_order_release);  // pairs with the first load in load()
    }

    /// A consistent copy; none if the writer was at work `attempts` times in a row (or died in the middle).
    [[nodiscard]] std::optional<Record> load(int attempts = 1000) const noexcept {
        for (; attempts > 0; --attempts) {
            const std::uint64_t before = version_.load(std::memory_order_acquire);
            if ((before & 1) != 0) continue;
            Record record;
            load_words(&record, words_, words);
            if (version_.load(std::memory_order_relaxed) == before) return record;
        }
        return std::nullopt;
    }

private:
    SharedWord version_{0};
    SharedWord words_[words]{};
};

}  // namespace streamlib::ipc
