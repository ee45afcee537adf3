// SPDX-License-Identifier: Apache-2.0
/// @file
/// Who may be configured now, and who may be started now.
///
/// Model     Pure bookkeeping over a plan. Configure: producers before consumers, as soon as an actor has said hello and
///           the formats of all its inputs are known; a feedback link is not waited for. Start: consumers before
///           producers, so that no block is published before its reader is there; feedback links do not count.
/// Cost      Linear in actors and links over the whole start.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/graph/graph_plan.hpp"

namespace streamlib::supervision {

class ConfigureOrder {
public:
    explicit ConfigureOrder(const GraphPlan& plan);
    /// Each returns the actors that are to be configured now.
    [[nodiscard]] std::vector<std::uint32_t> on_hello(std::uint32_t actor);
    [[nodiscard]] std::vector<std::uint32_t> on_configured(std::uint32_t actor);
    /// It will never say its formats; whoever needs them is not configured either.
    void on_failed(std::uint32_t actor);
    /// Nobody is left that could still be configured.
    [[nodiscard]] bool done() const noexcept { return open_ == 0; }

private:
    void give_up(std::uint32_t actor);
    const GraphPlan& plan_;
    std::vector<std::uint32_t> missing_;  ///< Formats, plus one for hello.
    std::vector<bool> settled_;
    std::size_t open_;
};

class ReadyOrder {
public:
    explicit ReadyOrder(const GraphPlan& plan);
    /// Those that wait for nobody, at the beginning.
    [[nodiscard]] std::vector<std::uint32_t> first() const;
    /// READY, or gone: either way nobody waits for it any more. Returns the actors that are to be started now.
    [[nodiscard]] std::vector<std::uint32_t> on_settled(std::uint32_t actor);
    [[nodiscard]] bool done() const noexcept { return open_ == 0; }

private:
    const GraphPlan& plan_;
    std::vector<std::uint32_t> missing_;  ///< Consumers that are not ready.
    std::vector<bool> settled_;
    std::size_t open_;
};

}  // namespace streamlib::supervision
