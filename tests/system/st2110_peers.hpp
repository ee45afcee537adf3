// SPDX-License-Identifier: Apache-2.0
/// @file
/// What the tests of ST 2110 with other people's programs share: their command lines, filled in; a node that sends to one or
/// receives from one; and how to say which part of what came is, to the bit, what left.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/reserved_port.hpp"
#include "tests/system/system_test.hpp"

namespace streamlib::test {

/// A command line with places such as {port}, which fill() replaces.
using Places = std::map<std::string, std::string>;
[[nodiscard]] std::string fill(std::string text, const Places& places);
/// The README's command lines of that program with our own in places, such as another port.
[[nodiscard]] std::vector<std::string> readme_lines(const std::string& program,
                                                    const Places& places);
/// At its blanks; the first word is looked for in PATH.
[[nodiscard]] std::vector<std::string> words_of(const std::string& line);
[[nodiscard]] bool is_there(const std::string& program);

/// Skips all tests where the program is not installed; a test binary needs one program at most, so that ctest says so.
class NetworkTest : public SystemTest {
protected:
    explicit NetworkTest(std::string program = "") : program_(std::move(program)) {}
    void SetUp() override;
    void TearDown() override;

    /// A node of these links and actors, with RawSink and NoiseSource at hand. `rate`: of its ticks.
    std::unique_ptr<Program> start_graph(const std::string& links, const std::string& actors,
                                         const std::string& rate);
    /// The examples, video of 384x64 at our port and sound at that one; both ends RUNNING.
    std::unique_ptr<Program> start_sending_example(const ReservedPort& sound);
    std::unique_ptr<Program> start_receiving_example(const ReservedPort& sound);
    /// No packet that came to the receiving example was bad or another stream's.
    void expect_all_understood();
    /// What the node receives as the actor `in`, whole blocks only, until there are so many bytes of it, while `peer` sends.
    /// Their origins are in origins().
    std::string received(const std::string& peer, const std::string& in, std::size_t bytes,
                         const std::string& rate = "50");
    /// What `peer` writes to the file `theirs`, until there are so many bytes of it, while the actor `source` sends through
    /// the actor `out`. What it sent is in ours().
    std::string sent(const std::string& source, const std::string& out,
                     const std::function<std::string()>& peer, const std::string& theirs,
                     std::size_t bytes, const std::string& rate = "50");
    [[nodiscard]] std::string ours() const { return content(path("ours.raw")); }
    [[nodiscard]] std::vector<std::int64_t> origins() const;
    /// The description that the actor `out` has written.
    [[nodiscard]] std::string sdp_of_out() const;
    void grow(const std::string& file, std::size_t bytes) const;  ///< At most 30 s.
    Answer finish(Program& node);                                 ///< In good order.

    ReservedPort port_;

private:
    std::string program_;
};

/// Pieces of `bytes` of `got` that are, to the bit, pieces of `all`, in their order. `step`: where pieces of `all` can begin.
[[nodiscard]] std::size_t same_pieces(const std::string& got, const std::string& all,
                                      std::size_t bytes, std::size_t step);
/// Samples as they lie in a block, as they lie on the wire: L24 of s24in32, L16 of s16.
[[nodiscard]] std::string wire_order(const std::string& samples, bool deep);

}  // namespace streamlib::test
