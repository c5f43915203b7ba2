# embed_text(TARGET target HEADER path/name.h NAMESPACE cherub::x FILES a.lua b.lua)
# Makes a header that holds each file as a string_view: `a.lua` becomes `k_a_lua`.
# The header lands in the build tree under the same path as in the source tree.

set(EMBED_TEXT_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/embed_text_script.cmake")

function(embed_text)
  cmake_parse_arguments(ARG "" "TARGET;HEADER;NAMESPACE" "FILES" ${ARGN})
  set(output "${PROJECT_BINARY_DIR}/generated/${ARG_HEADER}")
  list(TRANSFORM ARG_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE inputs)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DNAMESPACE=${ARG_NAMESPACE}"
            "-DINPUTS=${inputs}" -P "${EMBED_TEXT_SCRIPT}"
    DEPENDS ${inputs} "${EMBED_TEXT_SCRIPT}"
    VERBATIM)
  target_sources(${ARG_TARGET} PRIVATE "${output}")
  target_include_directories(${ARG_TARGET} PRIVATE "${PROJECT_BINARY_DIR}/generated")
endfunction()
