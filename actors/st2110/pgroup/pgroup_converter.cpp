// SPDX-License-Identifier: Apache-2.0
// A plan is made once: a kernel and where its planes lie, or two codecs with a row of samples between them.
#include <algorithm>
#include <cstring>
#include <string>

#include "actors/pgroup.hpp"
#include "actors/st2110/pgroup/row_codec.hpp"
#include "actors/st2110/pgroup/row_kernels.hpp"
#include "ipc/base/assert.hpp"

namespace streamlib::st2110 {
namespace {

/// The side of a RowMove: where the pointers of its rows begin, and their strides.
struct Side {
    std::size_t count = 0;
    std::size_t offset[4] = {}, stride[4] = {};

    void add(const Plane& plane, std::size_t line = 0, std::size_t lines = 1) {
        offset[count] = plane.offset + line * plane.stride_bytes;
        stride[count++] = lines * plane.stride_bytes;
    }
};

Side side_of(const VideoFormat& format) {
    Side side;
    if (format.layout != Layout::planar) {
        side.add(format.plane(0));
        return side;
    }
    std::array<std::size_t, 3> order = {0, 1, 2};
    if (format.sampling == Sampling::ycbcr_444) order = {1, 0, 2};
    if (format.sampling == Sampling::rgb) order = {2, 0, 1};
    const bool two_lines = format.sampling == Sampling::ycbcr_420;
    for (const std::size_t index : order)
        side.add(format.plane(index), 0, two_lines && index == 0 ? 2 : 1);
    if (two_lines) side.add(format.plane(0), 1, 2);
    return side;
}

/// What a kernel sees of a format. The packed layouts of 8 bit are the pgroups of 8 bit.
enum class Look : std::uint8_t { planar8, planar10, pg8, pg10, v210, other };

Look look_of(const VideoFormat& f) {
    if (f.depth == 8) return f.layout == Layout::planar ? Look::planar8 : Look::pg8;
    if (f.depth != 10) return Look::other;
    if (f.layout == Layout::planar) return Look::planar10;
    return f.layout == Layout::pgroup ? Look::pg10 : Look::v210;
}

std::optional<RowMove> move_of(const VideoFormat& from, const VideoFormat& to) {
    struct Known {
        Sampling sampling;
        Look from, to;
        RowMove move;
    };
    using enum RowMove;
    constexpr Sampling four_two_two = Sampling::ycbcr_422;
    static constexpr Known known[] = {
        {four_two_two, Look::pg10, Look::planar10, pg10_to_planar10},
        {four_two_two, Look::planar10, Look::pg10, planar10_to_pg10},
        {four_two_two, Look::pg10, Look::v210, pg10_to_v210},
        {four_two_two, Look::v210, Look::pg10, v210_to_pg10},
        {four_two_two, Look::pg10, Look::planar8, pg10_to_planar8},
        {four_two_two, Look::planar8, Look::pg10, planar8_to_pg10},
        {four_two_two, Look::pg10, Look::pg8, pg10_to_uyvy},
        {four_two_two, Look::pg8, Look::pg10, uyvy_to_pg10},
        {four_two_two, Look::pg8, Look::planar8, uyvy_to_planar8},
        {four_two_two, Look::planar8, Look::pg8, planar8_to_uyvy},
        {Sampling::ycbcr_444, Look::pg8, Look::planar8, pg8_444_to_planar},
        {Sampling::ycbcr_444, Look::planar8, Look::pg8, planar_to_pg8_444},
        {Sampling::rgb, Look::pg8, Look::planar8, pg8_444_to_planar},
        {Sampling::rgb, Look::planar8, Look::pg8, planar_to_pg8_444},
        {Sampling::ycbcr_420, Look::pg8, Look::planar8, pg8_420_to_planar},
        {Sampling::ycbcr_420, Look::planar8, Look::pg8, planar_to_pg8_420},
    };
    for (const Known& k : known) {
        if (k.sampling == from.sampling && k.from == look_of(from) && k.to == look_of(to))
            return k.move;
    }
    return std::nullopt;
}

RowKernel kernel_of(InstructionSet set, RowMove move) {
    const auto index = static_cast<std::size_t>(move);
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx2: return avx2_kernels()[index];
        case InstructionSet::avx512_vbmi: return avx512_kernels()[index];
#elif defined(__aarch64__)
        case InstructionSet::neon: return neon_kernels()[index];
#endif
        default: static_cast<void>(index); return nullptr;
    }
}

/// Why no converter is made for the pair, or empty.
std::string refusal(const VideoFormat& from, const VideoFormat& to) {
    VideoFormat wanted = to;
    wanted.layout = from.layout;
    wanted.depth = from.depth;
    wanted.rate = from.rate;
    if (const std::string text = describe_difference(from, wanted); !text.empty())
        return text + "; only layout and depth are changed here, let ColorConvert do the rest";
    if (from.depth != to.depth && from.range != Range::narrow)
        return "depth " + std::to_string(from.depth) + " to " + std::to_string(to.depth) +
               " with RANGE " + std::string(to_string(from.range)) +
               "; a shift is right for NARROW only, let ColorConvert do it";
    return {};
}

/// What a payload has at least if that row is in it.
std::uint64_t bytes_up_to(const VideoFormat& format, std::size_t row) {
    if (format.layout == Layout::planar) return format.bytes();
    const Plane plane = format.plane(0);
    return std::uint64_t{plane.stride_bytes} * row + plane.row_bytes;
}

}  // namespace

struct PgroupConverter::Plan {
    Plan(const VideoFormat& from_format, const VideoFormat& to_format)
        : from(from_format), to(to_format), reads(from_format), writes(to_format) {}

    VideoFormat from, to;
    InstructionSet set = InstructionSet::scalar;
    RowKernel kernel = nullptr;
    std::size_t same_octets =
        0;  ///< Of a row, where the packed layout has the octets of the pgroups.
    Side in, out;

    // Without a kernel.
    RowCodec reads, writes;
    std::vector<std::uint16_t> samples;

    void change_depth() noexcept;
    void convert_plainly(std::size_t in_row, const std::byte* payload, std::size_t out_row,
                         std::byte* result) noexcept;
    void move_row(std::size_t in_row, const std::byte* payload, std::size_t out_row,
                  std::byte* result) noexcept;
};

void PgroupConverter::Plan::change_depth() noexcept {
    if (to.depth >= from.depth) {
        const unsigned up = to.depth - from.depth;
        for (std::uint16_t& v : samples) v = static_cast<std::uint16_t>(v << up);
        return;
    }
    const unsigned down = from.depth - to.depth;
    const std::uint32_t half = 1U << (down - 1), most = (1U << to.depth) - 1;
    for (std::uint16_t& v : samples)
        v = static_cast<std::uint16_t>(std::min((v + half) >> down, most));
}

void PgroupConverter::Plan::convert_plainly(std::size_t in_row, const std::byte* payload,
                                            std::size_t out_row, std::byte* result) noexcept {
    reads.read(payload, in_row, samples.data());
    // What read() found behind the samples of a v210 row is not the picture's.
    std::fill(samples.begin() + static_cast<std::ptrdiff_t>(reads.samples()), samples.end(),
              std::uint16_t{0});
    if (from.depth != to.depth) change_depth();
    writes.write(result, out_row, samples.data());
}

void PgroupConverter::Plan::move_row(std::size_t in_row, const std::byte* payload,
                                     std::size_t out_row, std::byte* result) noexcept {
    if (same_octets != 0) {
        std::memcpy(result + out_row * out.stride[0], payload + in_row * in.stride[0], same_octets);
        return;
    }
    if (kernel == nullptr) return convert_plainly(in_row, payload, out_row, result);
    InRows rows_in{};
    OutRows rows_out{};
    for (std::size_t i = 0; i < in.count; ++i)
        rows_in.at[i] = payload + in.offset[i] + in_row * in.stride[i];
    for (std::size_t i = 0; i < out.count; ++i)
        rows_out.at[i] = result + out.offset[i] + out_row * out.stride[i];
    kernel(rows_in, rows_out, from.width);
}

PgroupConverter::PgroupConverter(std::unique_ptr<Plan> plan) noexcept : plan_(std::move(plan)) {}
PgroupConverter::PgroupConverter(PgroupConverter&&) noexcept = default;
PgroupConverter& PgroupConverter::operator=(PgroupConverter&&) noexcept = default;
PgroupConverter::~PgroupConverter() = default;

VideoFormat planar_twin(const VideoFormat& format) noexcept {
    VideoFormat twin = format;
    twin.layout = Layout::planar;
    return twin;
}

Result<PgroupConverter> PgroupConverter::make(const VideoFormat& from, const VideoFormat& to,
                                              std::optional<InstructionSet> set) {
    for (const VideoFormat* format : {&from, &to}) {
        if (auto ok = format->validate(); !ok) return Unexpected(ok.error());
    }
    if (const std::string why = refusal(from, to); !why.empty()) {
        return fail(Errc::unsupported,
                    "no conversion from " + to_string(from) + " to " + to_string(to) + ": " + why);
    }
    const auto chosen = set ? instruction_set_named(to_string(*set)) : chosen_instruction_set();
    if (!chosen) return Unexpected(chosen.error());
    auto plan = std::make_unique<Plan>(from, to);
    if (const auto move = move_of(from, to)) plan->kernel = kernel_of(*chosen, *move);
    if (look_of(from) == Look::pg8 && look_of(to) == Look::pg8)
        plan->same_octets = from.plane(0).row_bytes;
    if (plan->kernel != nullptr || plan->same_octets != 0) {
        plan->set = *chosen;
        plan->in = side_of(from);
        plan->out = side_of(to);
    } else {
        plan->samples.assign(std::max(plan->reads.capacity(), plan->writes.capacity()), 0);
    }
    return PgroupConverter(std::move(plan));
}

void PgroupConverter::convert_rows(std::uint32_t first, std::uint32_t count,
                                   std::span<const std::byte> in,
                                   std::span<std::byte> out) noexcept {
    Plan& plan = *plan_;
    STREAMLIB_ASSERT(in.size() >= plan.from.bytes() && out.size() >= plan.to.bytes(),
                     "a payload is too small");
    STREAMLIB_ASSERT(first <= plan.from.height && count <= plan.from.height - first,
                     "rows past the end of the picture");
    const std::uint32_t lines = plan.from.sampling == Sampling::ycbcr_420 ? 2 : 1;
    STREAMLIB_ASSERT(first % lines == 0 && count % lines == 0, "4:2:0 goes by two rows");
    const std::size_t end = (first + count) / lines;
    for (std::size_t row = first / lines; row < end; ++row)
        plan.move_row(row, in.data(), row, out.data());
}

void PgroupConverter::convert_row(std::size_t in_row, std::span<const std::byte> in,
                                  std::size_t out_row, std::span<std::byte> out) noexcept {
    Plan& plan = *plan_;
    STREAMLIB_ASSERT(
        in.size() >= bytes_up_to(plan.from, in_row) && out.size() >= bytes_up_to(plan.to, out_row),
        "a payload ends before the row");
    plan.move_row(in_row, in.data(), out_row, out.data());
}

void PgroupConverter::convert(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
    convert_rows(0, plan_->from.height, in, out);
}

InstructionSet PgroupConverter::instruction_set() const noexcept { return plan_->set; }

}  // namespace streamlib::st2110
