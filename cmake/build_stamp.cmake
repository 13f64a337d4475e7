# SPDX-License-Identifier: Apache-2.0
# Run at each build (cmake -P): writes which commit is built, of which day and by which compiler, if that changed.
# The day is SOURCE_DATE_EPOCH's, else the commit's, so that the same sources make the same bytes.
# Arguments: -D SOURCE=folder -D COMPILER=text -D OUT=file.h
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE} log -1 --format=%ct
  OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT "$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  set(seconds "$ENV{SOURCE_DATE_EPOCH}")
endif()
if(NOT commit)
  set(commit "unknown")
endif()
if(NOT seconds MATCHES "^[0-9]+$")
  set(seconds 0)
endif()
set(text "// Written by cmake/build_stamp.cmake.
#pragma once
namespace aangan::client {
inline constexpr char kBuildCommit[] = \"${commit}\";
inline constexpr long kBuildTimeSeconds = ${seconds};
inline constexpr char kBuildCompiler[] = \"${COMPILER}\";
}  // namespace aangan::client
")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUT} "${text}")
endif()
