// SPDX-License-Identifier: Apache-2.0
// Any bytes as a snapshot file: what parses prints as the same bytes, and goes into a box and out again.
#include <algorithm>
#include <memory>

#include "ipc/base/assert.hpp"
#include "ipc/snapshot_file.hpp"

using namespace streamlib;
using namespace streamlib::ipc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = parse_snapshot_file(bytes);
    if (!file) {
        // The checksum keeps a fuzzer out: mend it, so that what is behind it is seen as well.
        if (bytes.size() < sizeof(SnapshotFileHeader)) return 0;
        SnapshotFileHeader header;
        std::memcpy(static_cast<void*>(&header), bytes.data(), sizeof header);
        const auto mended =
            encode_snapshot_file({std::string(header.class_name.view()), header.version,
                                  TaiTime{header.time_ns}, bytes.subspan(sizeof header)});
        const bool fits = bytes.size() - sizeof header <= max_snapshot_bytes;
        STREAMLIB_ASSERT(parse_snapshot_file(mended).has_value() == fits,
                         "a file we wrote does not parse");
        return 0;
    }
    const auto again = encode_snapshot_file(*file);
    STREAMLIB_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
                     "a file that parses is written differently");
    static const auto box = std::make_unique<SnapshotBox>();
    SnapshotWriter writer(*box);
    std::copy(file->bytes.begin(), file->bytes.end(), writer.begin().begin());
    writer.commit(file->bytes.size(), {.version = file->version, .time = file->time});
    const auto copy = copy_snapshot(*box);
    STREAMLIB_ASSERT(copy && copy->label.version == file->version &&
                         std::equal(copy->bytes.begin(), copy->bytes.end(), file->bytes.begin(),
                                    file->bytes.end()),
                     "what went into the box does not come out");
    return 0;
}
