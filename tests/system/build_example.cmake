# Configures, builds and runs an example project; its output must be that of EXPECTED.
get_filename_component(name "${EXPECTED}" NAME_WE)

execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${BUILD}" -G "${GENERATOR}"
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BUILD}" --target "${name}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${BUILD}/${name}" OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)

file(READ "${EXPECTED}" expected)
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "${name} printed\n${output}instead of\n${expected}")
endif()
