// SPDX-License-Identifier: Apache-2.0
/// @file
/// One-way time of a hop: two processes, one on CPU 0 and one on CPU 1, hand a number back and forth; a round
/// trip is two hops.
///
/// Model     An end has send(i) and receive(i); receive returns once number i has come. Each process makes its own
///           end, after the fork: end(0) sends in direction 0 and receives in direction 1, end(1) the other way round.
/// Cost      The first rounds are not counted: they fault pages in and let the other process arrive.
#pragma once

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "bench/processes.hpp"

namespace streamlib::bench {

/// What the two processes share while they play.
struct Game {
    StartLine ready, done;
    alignas(64) std::atomic<std::uint64_t> last{
        0};  ///< The last round; written before that round's number is sent.
};

/// A game on a busy machine ends early, with the rounds it has.
inline constexpr std::chrono::seconds most_time{4};
inline constexpr std::uint64_t least_rounds = 100;

template <class End>
Numbers serve_first(Game& game, End& end, std::uint64_t rounds, std::uint64_t warm_up) {
    std::vector<double> one_way_us;
    one_way_us.reserve(rounds);
    const auto end_of_time = std::chrono::steady_clock::now() + most_time;
    for (std::uint64_t i = 1; game.last.load(std::memory_order_relaxed) == 0; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const bool enough = i > warm_up + least_rounds && begin > end_of_time;
        if (enough || i == rounds + warm_up) game.last.store(i, std::memory_order_release);
        end.send(i);
        end.receive(i);
        const auto taken = std::chrono::steady_clock::now() - begin;
        if (i > warm_up)
            one_way_us.push_back(std::chrono::duration<double, std::micro>(taken).count() / 2);
    }
    return summary_of(one_way_us);
}

/// `make_end(side)` is called in each process. Ends may take long to make; both wait for the other. Microseconds.
template <class MakeEnd>
Numbers ping_pong(std::uint64_t rounds, const MakeEnd& make_end) {
    const SharedBytes shared(sizeof(Game));
    Game& game = *new (shared.data()) Game;
    const std::uint64_t warm_up = std::min<std::uint64_t>(1000, rounds / 10);
    const pid_t other = start_process([&] {
        pin_to(1);
        auto end = make_end(1);
        game.ready.arrive_and_wait(2);
        for (std::uint64_t i = 1;; ++i) {
            end.receive(i);
            const bool last = game.last.load(std::memory_order_acquire) == i;
            end.send(i);
            if (last) break;
        }
        game.done.arrive_and_wait(2);  // an end that goes away may take what it sent along
    });
    Numbers numbers;
    try {
        numbers = measure_in_process([&] {
            auto end = make_end(0);
            game.ready.arrive_and_wait(2);
            Numbers found = serve_first(game, end, rounds, warm_up);
            game.done.arrive_and_wait(2);
            return found;
        });
    } catch (...) {
        kill_process(other);
        throw;
    }
    finish_process(other, "the other side");
    return numbers;
}

/// Broken measurements must be seen: what came is not what was sent.
inline void expect(bool as_sent) {
    if (!as_sent) throw std::runtime_error("a hop delivered other bytes than were sent");
}

}  // namespace streamlib::bench
