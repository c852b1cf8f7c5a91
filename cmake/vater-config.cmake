# find_package(vater): vater::plugin, what a plugin is built against (one header).
get_filename_component(vater_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET vater::plugin)
  add_library(vater::plugin INTERFACE IMPORTED)
  set_target_properties(vater::plugin PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${vater_prefix}/include")
endif()
