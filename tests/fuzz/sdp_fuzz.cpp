// SPDX-License-Identifier: Apache-2.0
// Any text as a session description: no crash, bounded findings of one line each, and what can be written again reads
// back as the same.
#include <string_view>

#include "actors/st2110/sdp/formats.hpp"
#include "actors/st2110/sdp/write.hpp"
#include "ipc/base/assert.hpp"

using namespace streamlib;
using namespace streamlib::st2110;

namespace {

void check_findings(const Reading& reading) {
    STREAMLIB_ASSERT(reading.findings.size() <= Findings::most, "too many findings");
    for (const Finding& finding : reading.findings) {
        STREAMLIB_ASSERT(finding.text.find_first_of("\r\n") == std::string::npos,
                         "two lines in one");
        STREAMLIB_ASSERT(finding.text.size() < 1024, "a finding without end");
    }
    STREAMLIB_ASSERT(!reading.session.media.empty() || reading.error() != nullptr,
                     "nothing described, and nothing wrong");
}

void check_reception(const Result<Reception>& found) {
    if (!found) {
        STREAMLIB_ASSERT(!found.error().text.empty(), "refused without a word");
        return;
    }
    STREAMLIB_ASSERT(found->media.port != 0, "nowhere to receive");
    if (found->format.kind == MediaKind::video)
        STREAMLIB_ASSERT(found->format.video.validate(), "a picture that cannot be");
    else
        STREAMLIB_ASSERT(found->format.audio.validate(), "sound that cannot be");
    STREAMLIB_ASSERT(found->format.bytes() > 0, "a block without bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const Reading reading = read_sdp({reinterpret_cast<const char*>(bytes), size});
    check_findings(reading);
    check_reception(video_reception(reading));
    check_reception(audio_reception(reading));
    for (std::size_t i = 0; i < reading.session.media.size(); ++i)
        (void)other_leg(reading.session, i);
    if (reading.error() != nullptr) return 0;
    const auto text = write_sdp(reading.session);
    if (!text) return 0;
    const Reading again = read_sdp(*text);
    STREAMLIB_ASSERT(again.error() == nullptr, "what is written cannot be read");
    const auto same = write_sdp(again.session);
    STREAMLIB_ASSERT(same && *same == *text, "what is written reads differently");
    return 0;
}
