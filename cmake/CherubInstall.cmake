# `cmake --install` gives the libraries, their headers and a package that find_package(cherub) reads.
include(CMakePackageConfigHelpers)
get_property(libraries GLOBAL PROPERTY CHERUB_LIBRARIES)
install(TARGETS ${libraries} EXPORT cherubTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT cherubTargets NAMESPACE cherub:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cherub)
foreach(folder engine sandbox scripting abilities)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cherub FILES_MATCHING PATTERN "*.h")
endforeach()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/cherubConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cherubConfig.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cherub)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cherubConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cherubConfig.cmake" "${PROJECT_BINARY_DIR}/cherubConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cherub)
