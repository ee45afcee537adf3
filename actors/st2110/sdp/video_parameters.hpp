// SPDX-License-Identifier: Apache-2.0
/// @file
/// The format parameters of ST 2110-20 clause 7 and ST 2110-21 clause 8: what `a=fmtp` of a `raw` stream says.
///
/// Model     A plain record with the standard's defaults. It knows more than `VideoFormat` does (ICtCp, 16f, TCS, PAR …):
///           formats.hpp turns one into the other and says what does not fit.
/// Threads   Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/st2110/packing_mode.hpp"
#include "actors/st2110/sender_type.hpp"
#include "runtime/format.hpp"

namespace streamlib::st2110 {

/// `sampling`, clause 7.4.1.
enum class WireSampling : std::uint8_t {
    ycbcr_444,
    ycbcr_422,
    ycbcr_420,
    clycbcr_444,
    clycbcr_422,
    clycbcr_420,
    ictcp_444,
    ictcp_422,
    ictcp_420,
    rgb,
    xyz,
    key,
};

/// `colorimetry`, clause 7.5; alpha is of the 2022 edition.
enum class WireColorimetry : std::uint8_t {
    bt601,
    bt709,
    bt2020,
    bt2100,
    st2065_1,
    st2065_3,
    unspecified,
    xyz,
    alpha,
};

/// `TCS`, clause 7.6; st2115logs3 is of the 2022 edition.
enum class Transfer : std::uint8_t {
    sdr,
    pq,
    hlg,
    linear,
    bt2100linpq,
    bt2100linhlg,
    st2065_1,
    st428_1,
    density,
    unspecified,
    st2115logs3,
};

/// `TSMODE`, ST 2110-10:2022: what RTP timestamps mean.
enum class TimestampMode : std::uint8_t { sampled, created, preserved };

struct VideoParameters {
    WireSampling sampling = WireSampling::ycbcr_422;
    std::uint8_t depth = 10;   ///< 8, 10, 12, 16.
    bool floating = false;     ///< "16f".
    std::uint32_t width = 0;   ///< 1 … 32767.
    std::uint32_t height = 0;  ///< 1 … 32767; rows of the FRAME, interlaced or not.
    Rate rate{};  ///< FRAMES a second in lowest terms; {0,1}: not told (never written).
    Interlace interlace = Interlace::progressive;
    WireColorimetry colorimetry = WireColorimetry::bt709;
    Transfer transfer = Transfer::sdr;
    PackingMode packing = PackingMode::general;
    Range range = Range::narrow;
    std::uint32_t pixel_width = 1;  ///< PAR, in lowest terms.
    std::uint32_t pixel_height = 1;
    std::uint32_t max_udp =
        1460;  ///< MAXUDP: octets of a UDP datagram with its header, 1460 or 8960.
    std::optional<SenderType> sender{};  ///< TP; needed for writing, but where it is unpaced.
    bool unpaced = false;  ///< Keeps to no sender type (RFC 4175 alone): written without TP.
    std::optional<std::uint32_t> tr_offset_us{};  ///< TROFF; without: ST 2110-21's default.
    std::optional<std::uint32_t> cmax{};          ///< CMAX, 1 and more.
    std::optional<TimestampMode> ts_mode{};
    std::optional<std::uint32_t> ts_delay_us{};  ///< TSDELAY.
    friend bool operator==(const VideoParameters&, const VideoParameters&) = default;
};

/// The SSN this stream has to declare: "ST2110-20:2017", or ":2022" exactly where something of that edition is used.
[[nodiscard]] std::string_view ssn_of(const VideoParameters& video) noexcept;

// The standard's words, both ways; parsing is exact, in case too.
[[nodiscard]] std::string_view to_string(WireSampling value) noexcept;     ///< "YCbCr-4:2:2"
[[nodiscard]] std::string_view to_string(WireColorimetry value) noexcept;  ///< "BT709"
[[nodiscard]] std::string_view to_string(Transfer value) noexcept;         ///< "SDR"
[[nodiscard]] std::string_view to_string(PackingMode value) noexcept;      ///< "2110GPM"
[[nodiscard]] std::string_view to_string(SenderType value) noexcept;       ///< "2110TPW"
[[nodiscard]] std::string_view to_string(TimestampMode value) noexcept;    ///< "SAMP"
[[nodiscard]] std::optional<WireSampling> read_sampling(std::string_view word) noexcept;
[[nodiscard]] std::optional<WireColorimetry> read_colorimetry(std::string_view word) noexcept;
[[nodiscard]] std::optional<Transfer> read_transfer(std::string_view word) noexcept;
[[nodiscard]] std::optional<PackingMode> read_packing(std::string_view word) noexcept;
[[nodiscard]] std::optional<SenderType> read_sender(std::string_view word) noexcept;
[[nodiscard]] std::optional<TimestampMode> read_ts_mode(std::string_view word) noexcept;
[[nodiscard]] std::optional<Range> read_range(std::string_view word) noexcept;

/// The legal words of a parameter for a message, "2110TPN, 2110TPNL, 2110TPW"; empty for one that is not a word.
[[nodiscard]] std::string legal_words(std::string_view parameter);

}  // namespace streamlib::st2110
