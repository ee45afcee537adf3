// SPDX-License-Identifier: Apache-2.0
// The launcher and command line. Everything is in the library: a user's own main is no different.
#include "supervisor/cli/cli_main.hpp"
#include "supervisor/streamlib.hpp"

int main(int argc, char** argv) {
    streamlib::init(argc, argv);
    return streamlib::supervision::cli_main(argc, argv);
}
