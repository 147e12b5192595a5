# Building for the guest: freestanding RV64 with clang and lld alone. The same compiler as the
# host's, another target; guests never link stampede_host, so no host or sanitizer flag reaches
# them.
#
#   stampede_guest_objects(NAME SOURCES... [OPTIONS...] [INCLUDES...])   an object library of guest
#                                                                        code
#   stampede_guest_link(NAME OUTPUT FILE SCRIPT FILE OBJECTS LIB... [WITHOUT REGEX])
#       links object libraries into one ELF, without the object files whose path has a match of
#       REGEX

find_program(STAMPEDE_LD_LLD NAMES ld.lld-19 ld.lld REQUIRED)

set(STAMPEDE_GUEST_FLAGS
  --target=riscv64-unknown-elf -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany
  -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-stack-protector -fno-pic
  -fno-unwind-tables -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fno-strict-aliasing
  -msmall-data-limit=0 -mno-relax
  -O2 -g -gdwarf-aranges -gdwarf-4
  -ffile-compilation-dir=. -ffile-prefix-map=${CMAKE_BINARY_DIR}/= -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  -Wall -Wextra -Werror -Wthread-safety)
# libstdc++'s freestanding part (expected, span, array, atomic, …) behind four stub headers.
set(STAMPEDE_GUEST_CXXFLAGS
  -std=c++23 -D_GLIBCXX_HOSTED=0 -nostdinc++
  "SHELL:-isystem \"${CMAKE_SOURCE_DIR}/kernel/base/freestanding\""   # SHELL: or CMake drops the repeated -isystem
  "SHELL:-isystem /usr/include/c++/12" "SHELL:-isystem /usr/include/x86_64-linux-gnu/c++/12")

function(stampede_guest_objects name)
  cmake_parse_arguments(G "" "" "SOURCES;OPTIONS;INCLUDES" ${ARGN})
  add_library(${name} OBJECT ${G_SOURCES})
  # CMake's own flags (-O2 -g of the build type) may stay; they agree with these.
  target_compile_options(${name} PRIVATE ${STAMPEDE_GUEST_FLAGS} ${G_OPTIONS})
  target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${STAMPEDE_GUEST_CXXFLAGS}>")
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${G_INCLUDES})
endfunction()

function(stampede_guest_link name)
  cmake_parse_arguments(G "" "OUTPUT;SCRIPT;WITHOUT" "OBJECTS;FLAGS" ${ARGN})
  set(files "")
  foreach(lib IN LISTS G_OBJECTS)
    list(APPEND files $<TARGET_OBJECTS:${lib}>)
  endforeach()
  set(linked ${files})
  if(G_WITHOUT)
    set(linked "$<FILTER:${files},EXCLUDE,${G_WITHOUT}>")
  endif()
  get_filename_component(folder ${G_OUTPUT} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${G_OUTPUT}
    COMMAND ${STAMPEDE_LD_LLD} -X --no-relax -z max-page-size=4096 --build-id=none --fatal-warnings ${G_FLAGS}
            -T ${G_SCRIPT} -o ${G_OUTPUT} "${linked}"
    DEPENDS ${G_SCRIPT} ${files} ${G_OBJECTS}
    COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${G_OUTPUT})
endfunction()
