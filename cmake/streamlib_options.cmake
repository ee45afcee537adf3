# SPDX-License-Identifier: Apache-2.0
# Switches of the build, and what every target of ours is compiled with.

option(STREAMLIB_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(STREAMLIB_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(STREAMLIB_BENCH "Build the benchmarks (needs libbenchmark-dev and the peers)" OFF)
option(STREAMLIB_FUZZ "Build the fuzz targets (clang only)" OFF)
option(STREAMLIB_WERROR "Treat warnings as errors" OFF)
set(STREAMLIB_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined or thread")
set(STREAMLIB_CUDA AUTO CACHE STRING "CUDA driver API: AUTO, ON or OFF")
set_property(CACHE STREAMLIB_CUDA PROPERTY STRINGS AUTO ON OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

# Executables at the top of the build folder, so that `build/release/streamlib` is the launcher and a
# module lies where the launcher looks first: beside itself.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(STREAMLIB_CCACHE ccache)
    mark_as_advanced(STREAMLIB_CCACHE)
    if(STREAMLIB_CCACHE)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${STREAMLIB_CCACHE}")
    endif()
endif()

# What our own targets share; never installed, so a user's warnings stay the user's.
add_library(streamlib_flags INTERFACE)
target_compile_options(streamlib_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<BOOL:${STREAMLIB_WERROR}>:-Werror>)
if(STREAMLIB_SANITIZE)
    target_compile_options(streamlib_flags INTERFACE
        -fsanitize=${STREAMLIB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(streamlib_flags INTERFACE -fsanitize=${STREAMLIB_SANITIZE})
    if(STREAMLIB_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # It says that it does not know fences; those are in the seqlock reads alone.
        target_compile_options(streamlib_flags INTERFACE -Wno-tsan)
    endif()
endif()
