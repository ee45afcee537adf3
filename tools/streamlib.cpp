// SPDX-License-Identifier: Apache-2.0
// The program `streamlib`: the launcher and its command line, with the built-in actor classes.
#include "supervisor/streamlib.hpp"
#include "supervisor/cli/cli_main.hpp"

int main(int argc, char** argv) {
    streamlib::init(argc, argv);  // first: this executable is also its actors
    return streamlib::supervision::cli_main(argc, argv);
}
