# How this project's libraries, plugins and tests are built; the one place for compiler flags.
include(GNUInstallDirs)

add_library(vater_flags INTERFACE)
target_compile_definitions(vater_flags INTERFACE _GNU_SOURCE)
target_compile_options(vater_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -fno-strict-aliasing -fstack-protector-strong)
if(VATER_WERROR)
  target_compile_options(vater_flags INTERFACE -Werror)
endif()
if(VATER_SANITIZE)
  target_compile_options(vater_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(vater_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(vater_flags INTERFACE VATER_SANITIZED=1)
endif()
if(VATER_FUZZ)
  target_compile_options(vater_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(VATER_COVERAGE)
  target_compile_options(vater_flags INTERFACE --coverage)
  target_link_options(vater_flags INTERFACE --coverage)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT VATER_SANITIZE)
  target_compile_options(vater_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(vater_flags INTERFACE -Wl,-z,relro,-z,now)

# vater_library(name SOURCES … LINK …): core/<name>; LINK is the dependency arrow.
function(vater_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(vt_${name} STATIC ${ARG_SOURCES})
  target_include_directories(vt_${name} PUBLIC ${PROJECT_SOURCE_DIR}/core
                             ${PROJECT_SOURCE_DIR}/core/include)
  target_link_libraries(vt_${name} PUBLIC vater_flags ${ARG_LINK})
endfunction()

# vater_plugin(name SOURCES … [TEST_ONLY]): one shared object that sees nothing but plugin.h.
function(vater_plugin name)
  cmake_parse_arguments(ARG "TEST_ONLY" "" "SOURCES" ${ARGN})
  add_library(plugin_${name} MODULE ${ARG_SOURCES})
  target_include_directories(plugin_${name} PRIVATE ${PROJECT_SOURCE_DIR}/core/include)
  target_link_libraries(plugin_${name} PRIVATE vater_flags)
  set_target_properties(plugin_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    C_VISIBILITY_PRESET hidden)
  if(ARG_TEST_ONLY)
    set_target_properties(plugin_${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/hostile-plugins)
  else()
    set_target_properties(plugin_${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/vater/plugins)
    set_property(GLOBAL APPEND PROPERTY VATER_PLUGINS plugin_${name})
    install(TARGETS plugin_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/vater/plugins)
  endif()
endfunction()

# vater_test(name SOURCES … LINK … [LABELS …] [ENVIRONMENT …]): one cmocka executable.
function(vater_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARG_LINK} PkgConfig::CMOCKA vater_flags)
  target_compile_definitions(test_${name} PRIVATE
    VATER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VATER_BUILD_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}"
    ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()

find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
