# SPDX-License-Identifier: Apache-2.0
# Libraries from outside, all from Debian 12 (tools/packages.txt). Imported targets are SYSTEM by
# themselves: their headers' warnings are theirs.
#
#   tl::expected                                     errors (header only, the one library in public headers)
#   iceoryx_hoofs::iceoryx_hoofs  iceoryx_posh::iceoryx_posh   ipc/segment
#   Boost::headers  Boost::json                      ipc/directory, supervisor
#   tomlplusplus::tomlplusplus  CLI11::CLI11         runtime/graph file, supervisor's command line
#   uring (2.3)                                      runtime/net
#   PkgConfig::ffmpeg                                actors/ffmpeg
#   GTest::gtest_main  GTest::gmock_main             tests
#   benchmark::benchmark  PkgConfig::zmq             bench

find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)

find_package(PkgConfig REQUIRED)
find_package(iceoryx_hoofs REQUIRED)
find_package(iceoryx_posh REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS headers json)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(liburing REQUIRED liburing>=2.3)
pkg_check_modules(ffmpeg REQUIRED IMPORTED_TARGET
    libavformat libavcodec libswscale libswresample libavutil)

if(STREAMLIB_TESTS)
    find_package(GTest REQUIRED)
endif()

if(STREAMLIB_BENCH)
    find_package(benchmark REQUIRED)
    pkg_check_modules(zmq REQUIRED IMPORTED_TARGET libzmq)
endif()

set(STREAMLIB_HAVE_CUDA OFF)
if(NOT STREAMLIB_CUDA STREQUAL "OFF")
    find_package(CUDAToolkit QUIET)
    if(CUDAToolkit_FOUND)
        set(STREAMLIB_HAVE_CUDA ON)
    elseif(STREAMLIB_CUDA STREQUAL "ON")
        message(FATAL_ERROR "STREAMLIB_CUDA=ON, but no CUDA toolkit was found (set CUDAToolkit_ROOT)")
    endif()
endif()
