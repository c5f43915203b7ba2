# Writes OUTPUT: a header with one constexpr string_view per file of INPUTS.
# Long texts are cut into pieces of raw string literal, which compilers concatenate.
file(WRITE "${OUTPUT}.new" "#pragma once\n#include <string_view>\nnamespace ${NAMESPACE} {\n")
foreach(input IN LISTS INPUTS)
  get_filename_component(name "${input}" NAME)
  string(MAKE_C_IDENTIFIER "${name}" identifier)
  file(READ "${input}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
         "\\1\n" bytes "${bytes}")
  file(APPEND "${OUTPUT}.new"
    "inline constexpr unsigned char k_${identifier}_bytes[] = {\n${bytes}0};\n"
    "inline const std::string_view k_${identifier}{"
    "reinterpret_cast<const char*>(k_${identifier}_bytes), ${size}};\n")
endforeach()
file(APPEND "${OUTPUT}.new" "}  // namespace ${NAMESPACE}\n")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
