# SPDX-License-Identifier: Apache-2.0
# Run at build time (cmake -P): puts the texts of deploy/codes into a C++ source, in the order given.
# Arguments: -D FOLDER=... -D LISTS=domain,service_type,... -D OUT=file.cc
string(REPLACE "," ";" names "${LISTS}")
set(texts "")
foreach(name ${names})
  file(READ ${FOLDER}/${name}.txtpb text)
  string(APPEND texts "    R\"codes(${text})codes\",\n")
endforeach()
file(WRITE ${OUT} "// Generated from deploy/codes by cmake/code_lists.cmake.\n#include \"model/code_list_texts.h\"\n
namespace aangan::model {\n
const std::array<const char*, kListCount> kCodeListTexts = {\n${texts}};\n
}  // namespace aangan::model\n")
