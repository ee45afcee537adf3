# SPDX-License-Identifier: Apache-2.0
# How targets of this project are declared. Sources are listed, never globbed.
#
#   streamlib_library(NAME streamlib_ipc SOURCES … [LIBS …] [PRIVATE_LIBS …])
#       A static library, alias streamlib::ipc. LIBS are part of its interface, PRIVATE_LIBS
#       (libraries from outside) are not.
#   streamlib_plugin(NAME streamlib_ffmpeg SOURCES … [LIBS …] [INSTALL])
#       A .so that is dlopen'ed. It links no library of ours: those symbols come from the program that
#       loads it, else there would be two registries. INSTALL: it belongs to the launcher.
#   streamlib_program(NAME x SOURCES … [LIBS …])
#       An executable that exports its symbols to plugins.
#   streamlib_test(NAME ring_test SOURCES … [LIBS …] LABEL unit [TIMEOUT 60] [ENV K=V …] [ARGS …] [MAIN] [SERIAL])
#       One GoogleTest executable and one ctest entry. LABEL: unit | process | system | stress | interop,
#       "long" beside it keeps it out of a plain `./dev test`. MAIN: the sources have their own main().
#       SERIAL: runs beside no other test, because what it looks at needs a quiet machine.
#       AS_SHIPPED: compiled like the product; others get -O1 and fewer debug symbols, which halves their compile time.
#       SLOW: takes long under sanitizers: they run it with --long only.
#   streamlib_script_test(NAME x COMMAND … LABEL … [TIMEOUT …] [ENV …] [SERIAL])
#       The same for a script.
#   streamlib_fuzz(NAME toml SOURCES … [LIBS …] [RUNS 50000] [NETWORK])
#       With STREAMLIB_FUZZ a libFuzzer target, fuzz_toml, and a core test that runs it RUNS times, always the same
#       ones, from the seeds in tests/fuzz/corpus/toml; in every other build a unit test that replays the seeds
#       through the same function. NETWORK: it reads what comes from the network: fuzzed longest with --long.
#   streamlib_bench(NAME ring SOURCES … [LIBS …])

function(streamlib_library)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
    string(REGEX REPLACE "^streamlib_" "" short "${ARG_NAME}")
    if(ARG_SOURCES)
        add_library(${ARG_NAME} STATIC ${ARG_SOURCES})
        target_link_libraries(${ARG_NAME} PUBLIC ${ARG_LIBS}
                              PRIVATE ${ARG_PRIVATE_LIBS} $<BUILD_INTERFACE:streamlib_flags>)
        set(scope PUBLIC)
    else()
        add_library(${ARG_NAME} INTERFACE)
        target_link_libraries(${ARG_NAME} INTERFACE ${ARG_LIBS})
        set(scope INTERFACE)
    endif()
    target_include_directories(${ARG_NAME} ${scope}
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/streamlib>)
    target_compile_features(${ARG_NAME} ${scope} cxx_std_20)
    add_library(streamlib::${short} ALIAS ${ARG_NAME})
    set_target_properties(${ARG_NAME} PROPERTIES EXPORT_NAME ${short})
endfunction()

function(streamlib_plugin)
    cmake_parse_arguments(ARG "INSTALL" "NAME" "SOURCES;LIBS" ${ARGN})
    add_library(${ARG_NAME} MODULE ${ARG_SOURCES})
    target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS} tl::expected streamlib_flags)
    set_property(GLOBAL APPEND PROPERTY STREAMLIB_PLUGINS ${ARG_NAME})
    if(ARG_INSTALL)
        set_property(GLOBAL APPEND PROPERTY STREAMLIB_MODULES ${ARG_NAME})
    endif()
endfunction()

function(streamlib_program)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBS" ${ARGN})
    add_executable(${ARG_NAME} ${ARG_SOURCES})
    target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS} streamlib_flags)
    set_target_properties(${ARG_NAME} PROPERTIES ENABLE_EXPORTS ON)
endfunction()

# What every test gets: a run directory of its own, so that two tests, or two test runs, never meet.
function(streamlib_test_properties name)
    cmake_parse_arguments(ARG "" "TIMEOUT;SERIAL" "LABEL;ENV" ${ARGN})
    if(NOT ARG_LABEL)
        message(FATAL_ERROR "test ${name}: LABEL is missing (unit, process, system, stress, interop)")
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 60)
    endif()
    if(STREAMLIB_SANITIZE STREQUAL "thread" OR CMAKE_CROSSCOMPILING)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5") # the thread sanitizer, and an emulator, take that much longer
    endif()
    if(NOT ARG_SERIAL)
        set(ARG_SERIAL FALSE)
    endif()
    # A Unix socket's path has 107 characters at most: a deep checkout gets its run directories in /tmp.
    set(run_dir "${PROJECT_BINARY_DIR}/run/${name}")
    string(LENGTH "${PROJECT_BINARY_DIR}" length)
    if(length GREATER 50)
        string(MD5 hash "${PROJECT_BINARY_DIR}")
        string(SUBSTRING "${hash}" 0 8 hash)
        set(run_dir "/tmp/streamlib-${hash}/${name}")
    endif()
    file(MAKE_DIRECTORY "${run_dir}")
    set_tests_properties(${name} PROPERTIES
        LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL}
        ENVIRONMENT "STREAMLIB_RUN_DIR=${run_dir};STREAMLIB_MODULE_PATH=${PROJECT_BINARY_DIR};${ARG_ENV}"
        SKIP_REGULAR_EXPRESSION "SKIPPED WHOLE:")
endfunction()

function(streamlib_test)
    cmake_parse_arguments(ARG "MAIN;SERIAL;AS_SHIPPED;SLOW" "NAME;TIMEOUT" "SOURCES;LIBS;LABEL;ENV;ARGS" ${ARGN})
    add_executable(${ARG_NAME} ${ARG_SOURCES})
    if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT ARG_AS_SHIPPED)
        # Half of a cold build is tests: they need not be fast, what they test is.
        target_compile_options(${ARG_NAME} PRIVATE -O1 -g1)
    endif()
    target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
    if(ARG_MAIN)
        target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gmock streamlib_flags)
    else()
        target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS} GTest::gmock GTest::gtest_main streamlib_flags)
    endif()
    target_compile_definitions(${ARG_NAME} PRIVATE
        STREAMLIB_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
        STREAMLIB_BINARY_DIR="${PROJECT_BINARY_DIR}"
        STREAMLIB_SHARED_DIR="${PROJECT_SOURCE_DIR}/../shared")
    set_target_properties(${ARG_NAME} PROPERTIES
        ENABLE_EXPORTS ON RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${ARG_ARGS})
    streamlib_test_properties(${ARG_NAME} LABEL ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} SERIAL ${ARG_SERIAL} ENV ${ARG_ENV})
    if("unit" IN_LIST ARG_LABEL)
        set_property(GLOBAL APPEND PROPERTY STREAMLIB_UNIT_TESTS ${ARG_NAME})
        # What every `./dev test` runs under sanitizers: memory and what reads text from outside.
        cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
        if("streamlib_actors" IN_LIST ARG_LIBS)
            set(ARG_SLOW TRUE) # to compile all of that once more is not worth it
        endif()
        if(NOT ARG_SLOW AND (folder MATCHES "^(ipc|runtime|net|fuzz|st2110)$" OR ARG_NAME MATCHES "^pgroup"))
            set_property(GLOBAL APPEND PROPERTY STREAMLIB_CORE_TESTS ${ARG_NAME})
            set_property(TEST ${ARG_NAME} APPEND PROPERTY LABELS core)
        endif()
    endif()
endfunction()

function(streamlib_script_test)
    cmake_parse_arguments(ARG "SERIAL" "NAME;TIMEOUT" "COMMAND;LABEL;ENV" ${ARGN})
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_COMMAND})
    streamlib_test_properties(${ARG_NAME} LABEL ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} SERIAL ${ARG_SERIAL} ENV ${ARG_ENV})
endfunction()

function(streamlib_fuzz)
    cmake_parse_arguments(ARG "NETWORK" "NAME;RUNS" "SOURCES;LIBS" ${ARGN})
    set(seeds ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${ARG_NAME})
    if(NOT STREAMLIB_FUZZ)
        streamlib_test(NAME fuzz_${ARG_NAME}_replay MAIN LABEL unit LIBS ${ARG_LIBS}
            SOURCES ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp ARGS ${seeds})
        return()
    endif()
    if(NOT ARG_RUNS)
        set(ARG_RUNS 20000)
    endif()
    set(target fuzz_${ARG_NAME})
    set(folder "${PROJECT_BINARY_DIR}/fuzz/text")
    if(ARG_NETWORK)
        set(folder "${PROJECT_BINARY_DIR}/fuzz/network")
    endif()
    add_executable(${target} ${ARG_SOURCES})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${ARG_LIBS} streamlib_flags)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${folder}")
    set_property(GLOBAL APPEND PROPERTY STREAMLIB_FUZZ_TARGETS ${target})
    set_property(GLOBAL APPEND PROPERTY STREAMLIB_CORE_TESTS ${target})
    # A fixed number of runs from a fixed seed is the same on every machine; the time is there for one that crawls. The
    # seeds go by name: a folder would be written to.
    file(GLOB files CONFIGURE_DEPENDS ${seeds}/*)
    list(JOIN files "," files)
    file(WRITE "${PROJECT_BINARY_DIR}/fuzz/${ARG_NAME}.seeds" "${files}")
    add_test(NAME ${target} COMMAND ${target} -runs=${ARG_RUNS} -seed=1 -max_total_time=30 -timeout=100
        -rss_limit_mb=2048 "-seed_inputs=@${PROJECT_BINARY_DIR}/fuzz/${ARG_NAME}.seeds"
        "-artifact_prefix=${PROJECT_BINARY_DIR}/fuzz/${ARG_NAME}-")
    streamlib_test_properties(${target} LABEL core TIMEOUT 150)
endfunction()

function(streamlib_bench)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBS" ${ARGN})
    set(target bench_${ARG_NAME})
    add_executable(${target} ${ARG_SOURCES})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${ARG_LIBS} benchmark::benchmark streamlib_flags)
    set_target_properties(${target} PROPERTIES
        ENABLE_EXPORTS ON RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
endfunction()
