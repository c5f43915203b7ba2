# cherub_test(sandbox SOURCES parser_test.cpp … LIBRARIES cherub::sandbox) makes the Catch2 program
# test_sandbox and registers it with ctest under the folder's name.
function(cherub_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  cherub_compile_rules(test_${name})
  target_link_libraries(test_${name} PRIVATE ${ARG_LIBRARIES} cherub_catch_main)
  target_compile_definitions(test_${name} PRIVATE
    CHERUB_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CHERUB_TEST_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
