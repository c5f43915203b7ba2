# One library per folder: cherub_library(engine SOURCES … PUBLIC … PRIVATE …) makes the target
# cherub_engine with the alias cherub::engine. Every target compiles under the same rules.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(LLD_PROGRAM ld.lld)

function(cherub_compile_rules target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/cherub>)
  # Contraction into fused multiply-add would change the last bit from machine to machine.
  target_compile_options(${target} PUBLIC -ffp-contract=off)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
    # GCC 12 sees uninitialized and overlapping bytes in std::variant and std::string that are not there.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict
      -Wno-array-bounds -Wno-stringop-overflow>)
  if(CHERUB_SANITIZE)
    target_compile_options(${target} PUBLIC
      -fsanitize=${CHERUB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
      -fno-sanitize=pointer-overflow)  # RapidJSON adds to null where nothing is read
    target_link_options(${target} PUBLIC -fsanitize=${CHERUB_SANITIZE})
  endif()
  if(CHERUB_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(LLD_PROGRAM)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fuse-ld=lld>)
  endif()
endfunction()

function(cherub_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(target cherub_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(cherub::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  cherub_compile_rules(${target})
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY CHERUB_LIBRARIES ${target})
endfunction()
