// SPDX-License-Identifier: Apache-2.0
/// @file
/// RUNDIR/NODE/sdp/ACTOR.sdp: what a sender sends, for whoever wants to receive it.
///
/// Model     Who looks at any time sees the old text or the new one. Its version grows with every text, over restarts and runs,
///           too (the time in milliseconds, as RFC 8866 clause 5.2 advises). A text that another incarnation has written
///           meanwhile is left as it is (`streamlib replace`).
/// Threads   One at a time. Cost: files. [setup]
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "actors/st2110/sdp/formats.hpp"

namespace streamlib::st2110 {

class DescriptionFile {
public:
    /// `directory`: the node's run directory; empty: nothing is written.
    void place(const std::string& directory, const std::string& actor);
    /// The stream begins.
    [[nodiscard]] Result<> write(Media media, const StreamAddress& address);
    /// It is sent differently from now on.
    [[nodiscard]] Result<> write_anew(Media media, const StreamAddress& address);
    /// It is over.
    void withdraw();

private:
    [[nodiscard]] bool is_ours() const;

    std::filesystem::path path_;
    std::string actor_;
    std::uint64_t session_ = 0, version_ = 0;  ///< Of the text that was written last.
};

}  // namespace streamlib::st2110
