# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=… -DFLAGS=… -DSOURCE=… -DCASE=n -DEXPECT="" -P compiles.cmake
# EXPECT empty: CASE has to compile. Else it must not, and the compiler must say EXPECT: a case that fails for
# another reason (a missing header) proves nothing.
separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
execute_process(
    COMMAND ${COMPILER} ${FLAGS} -std=c++20 -fsyntax-only -DCASE=${CASE} ${SOURCE}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(EXPECT STREQUAL "")
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "case ${CASE} has to compile:\n${output}")
    endif()
elseif(result EQUAL 0)
    message(FATAL_ERROR "case ${CASE} compiles, and must not")
else()
    string(FIND "${output}" "${EXPECT}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "case ${CASE} does not compile, but not because of \"${EXPECT}\":\n${output}")
    endif()
endif()
