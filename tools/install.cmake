# What cmake --install puts where: the program, both libraries, the headers, and what CMake and pkg-config need to
# find them.
include(CMakePackageConfigHelpers)

set(UNETCL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/unetcl)
set_target_properties(unetcl_shared PROPERTIES EXPORT_NAME unetcl)
install(TARGETS unetcl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS unetcl_shared unetcl_static EXPORT unetclTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/unetcl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(EXPORT unetclTargets NAMESPACE unetcl:: DESTINATION ${UNETCL_PACKAGE_DIR})
configure_package_config_file(tools/unetclConfig.cmake.in ${CMAKE_BINARY_DIR}/generated/unetclConfig.cmake
                              INSTALL_DESTINATION ${UNETCL_PACKAGE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/unetclConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/unetclConfig.cmake
              ${CMAKE_BINARY_DIR}/generated/unetclConfigVersion.cmake DESTINATION ${UNETCL_PACKAGE_DIR})

file(RELATIVE_PATH UNETCL_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(tools/unetcl.pc.in ${CMAKE_BINARY_DIR}/generated/unetcl.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/unetcl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
