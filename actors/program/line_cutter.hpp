// SPDX-License-Identifier: Apache-2.0
/// @file
/// Bytes of a pipe become lines of a log.
///
/// Model     A line ends with \n, or with \r (programs that draw their progress over the last line). Empty ones are left out.
///           What is longer than `limit` is cut there. A line stands until its end has come, over any number of pieces.
/// Cost      No allocation after the constructor. [realtime]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace streamlib::actors {

class LineCutter {
public:
    explicit LineCutter(std::size_t limit) : limit_(limit) { line_.reserve(limit); }

    /// Calls take(line, was_cut) for each line that ends in `bytes`.
    template <class Take>
    void feed(std::string_view bytes, const Take& take) {
        for (const char c : bytes) {
            if (c == '\n' || c == '\r')
                finish(take);
            else if (line_.size() < limit_)
                line_ += c;
            else
                cut_ = true;
        }
    }
    /// The end of the stream: what has come without an end of line.
    template <class Take>
    void finish(const Take& take) {
        if (!line_.empty()) take(std::string_view(line_), cut_);
        line_.clear();
        cut_ = false;
    }

private:
    std::size_t limit_;
    std::string line_;
    bool cut_ = false;
};

}  // namespace streamlib::actors
