# SPDX-License-Identifier: Apache-2.0
# streamlib_make_whole(TARGET LIBRARY…): an interface library to link into a program that is a launcher.
# Every object of the archives is kept, so that classes which register themselves are there, and every
# symbol is exported, so that plugins find the runtime in the program instead of bringing a second one.

function(streamlib_make_whole target)
    if(target MATCHES "::")
        add_library(${target} INTERFACE IMPORTED)
    else()
        add_library(${target} INTERFACE)
    endif()
    target_link_libraries(${target} INTERFACE ${ARGN})
    target_link_options(${target} INTERFACE LINKER:--export-dynamic)
    foreach(library IN LISTS ARGN)
        get_target_property(type ${library} TYPE)
        if(type STREQUAL "STATIC_LIBRARY")
            target_link_options(${target} INTERFACE
                "SHELL:LINKER:--push-state,--whole-archive $<TARGET_FILE:${library}> LINKER:--pop-state")
        endif()
    endforeach()
endfunction()
