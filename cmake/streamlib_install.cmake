# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: bin/streamlib, lib/streamlib/*.so (what the launcher dlopens), the headers of ipc,
# runtime and supervisor, the archives, and a CMake package that gives
#   streamlib::streamlib   for a program that is its own launcher (streamlib::init first in main)
#   streamlib::plugin      for a plugin .so, which finds the runtime in the program that loads it
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/streamlib)
set(libraries streamlib_base streamlib_ipc streamlib_net streamlib_runtime streamlib_pgroup streamlib_rtp
    streamlib_sdp streamlib_pacing streamlib_actors
    streamlib_supervisor)

# The launcher looks for modules in ../lib/streamlib from itself, whatever the system calls its libdir.
set(STREAMLIB_MODULE_DIR lib/streamlib)
get_property(modules GLOBAL PROPERTY STREAMLIB_MODULES)
foreach(module IN LISTS modules)
    install(TARGETS ${module} LIBRARY DESTINATION ${STREAMLIB_MODULE_DIR})
endforeach()

install(TARGETS ${libraries} EXPORT streamlib_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET streamlib)
    install(TARGETS streamlib RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    configure_file(${PROJECT_SOURCE_DIR}/tools/systemd/streamlib@.service.in
        ${PROJECT_BINARY_DIR}/package/streamlib@.service @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/package/streamlib@.service
        DESTINATION lib/systemd/system)
endif()
foreach(layer IN ITEMS ipc runtime supervisor)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${layer} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/streamlib
            FILES_MATCHING PATTERN "*.hpp")
endforeach()

install(EXPORT streamlib_targets NAMESPACE streamlib:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/streamlibConfig.cmake.in
    ${PROJECT_BINARY_DIR}/package/streamlibConfig.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS STREAMLIB_MODULE_DIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/streamlibConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/streamlibConfig.cmake
              ${PROJECT_BINARY_DIR}/package/streamlibConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/streamlib_whole.cmake
        DESTINATION ${package_dir})
