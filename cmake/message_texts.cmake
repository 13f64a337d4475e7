# SPDX-License-Identifier: Apache-2.0
# Run at build time (cmake -P): puts the words of deploy/messages into a C++ source, a language each.
# Arguments: -D FOLDER=... -D LANGUAGES=en,hi,... -D OUT=file.cc
string(REPLACE "," ";" languages "${LANGUAGES}")
set(texts "")
foreach(language ${languages})
  file(READ ${FOLDER}/summary.${language}.txt text)
  string(APPEND texts "      {\"${language}\", R\"words(${text})words\"},\n")
endforeach()
file(WRITE ${OUT} "// Generated from deploy/messages by cmake/message_texts.cmake.\n#include \"server/node/summary_words.h\"\n
namespace aangan::node {\n
const std::vector<std::pair<const char*, const char*>>& SummaryTexts() {
  static const auto& texts = *new std::vector<std::pair<const char*, const char*>>{\n${texts}  };
  return texts;
}\n
}  // namespace aangan::node\n")
