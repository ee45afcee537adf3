# SPDX-License-Identifier: Apache-2.0
message(STATUS "streamlib ${PROJECT_VERSION}: ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, "
               "${CMAKE_BUILD_TYPE}, ${CMAKE_SYSTEM_PROCESSOR}")
if(STREAMLIB_HAVE_CUDA)
    message(STATUS "  CUDA      ${CUDAToolkit_VERSION}")
else()
    message(STATUS "  CUDA      no (optional; STREAMLIB_CUDA=${STREAMLIB_CUDA})")
endif()
message(STATUS "  tests ${STREAMLIB_TESTS}, examples ${STREAMLIB_EXAMPLES}, bench ${STREAMLIB_BENCH}, "
               "fuzz ${STREAMLIB_FUZZ}, sanitizers '${STREAMLIB_SANITIZE}', warnings are errors: ${STREAMLIB_WERROR}")
