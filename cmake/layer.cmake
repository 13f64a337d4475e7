# SPDX-License-Identifier: Apache-2.0
# aangan_layer(NAME SOURCES ... [PUBLIC lib...] [PRIVATE lib...] [PCH]): one layer of the house as a library `aangan_NAME`
# with the alias `aangan::NAME`. What it may link is what the wall in tests/house/walls.txt lets it include.
# aangan_test(NAME SOURCES ... LINK lib... [LABEL label] [TIMEOUT s] [ALONE]): one test program of a layer, each case known to
# ctest; ALONE for one that promises something within a time, which a busy machine would not keep.
function(aangan_layer NAME)
  cmake_parse_arguments(L "PCH" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(aangan_${NAME} ${L_SOURCES})
  add_library(aangan::${NAME} ALIAS aangan_${NAME})
  target_include_directories(aangan_${NAME} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(aangan_${NAME} PUBLIC ${L_PUBLIC} PRIVATE ${L_PRIVATE} Threads::Threads)
  if(L_PCH)
    target_precompile_headers(aangan_${NAME} PRIVATE <google/protobuf/message.h> <absl/status/statusor.h>
      <absl/strings/str_cat.h> <functional> <map> <memory> <string> <vector>)
  endif()
endfunction()

function(aangan_test NAME)
  cmake_parse_arguments(T "ALONE" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${NAME} ${T_SOURCES})
  target_include_directories(${NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${NAME} PRIVATE ${T_LINK} GTest::gmock GTest::gtest_main Threads::Threads)
  gtest_discover_tests(${NAME} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} RUN_SERIAL ${T_ALONE}
    DISCOVERY_TIMEOUT 60
    DISCOVERY_MODE PRE_TEST)
endfunction()
