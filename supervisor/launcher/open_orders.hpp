// SPDX-License-Identifier: Apache-2.0
/// @file
/// Orders for processes that a zygote has been sent and has not answered.
///
/// Model     Pure. Each order has a number of its own. A child's newest order is the one that counts: an answer to an older
///           one names a process that was given up, or a number that is another process's by now.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace streamlib::supervision {

class OpenOrders {
public:
    /// The number of a new order; never 0. From here on no older one counts for this child.
    [[nodiscard]] std::uint64_t next(std::uint32_t child) {
        newest_.insert_or_assign(child, ++last_);
        return last_;
    }
    /// It was sent: its answer is owed.
    void begin(std::uint64_t order, std::uint32_t child) { open_.emplace(order, child); }
    enum class Answer : std::uint8_t {
        unasked,  ///< No such order is open.
        late,     ///< The child has had another order since.
        wanted,
    };
    Answer end(std::uint64_t order, std::uint32_t child) {
        const auto found = open_.find(order);
        if (found == open_.end() || found->second != child) return Answer::unasked;
        open_.erase(found);
        return is_newest(order, child) ? Answer::wanted : Answer::late;
    }
    /// Nobody will answer any more: the children whose newest orders they were. None is open then.
    [[nodiscard]] std::vector<std::uint32_t> lose_all() {
        std::vector<std::uint32_t> lost;
        for (const auto& [order, child] : open_)
            if (is_newest(order, child)) lost.push_back(child);
        std::sort(lost.begin(), lost.end());
        open_.clear();
        return lost;
    }
    [[nodiscard]] bool empty() const noexcept { return open_.empty(); }

private:
    [[nodiscard]] bool is_newest(std::uint64_t order, std::uint32_t child) const {
        const auto newest = newest_.find(child);
        return newest != newest_.end() && newest->second == order;
    }
    std::map<std::uint64_t, std::uint32_t> open_;
    std::map<std::uint32_t, std::uint64_t> newest_;  // one a child that was ever ordered
    std::uint64_t last_ = 0;
};

}  // namespace streamlib::supervision
