// SPDX-License-Identifier: Apache-2.0
// A plugin whose constructor of a static object crashes.
#include <csignal>

namespace {

struct Crash {
    Crash() { std::raise(SIGSEGV); }
};
const Crash crash;

}  // namespace
