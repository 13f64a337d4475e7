// SPDX-License-Identifier: Apache-2.0
// What this program was built from: version, commit, day, compiler, libraries.
//
// The day is SOURCE_DATE_EPOCH's where the build was given it, else the commit's, so the same sources make the same
// bytes. Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_BUILD_INFO_H_
#define AANGAN_CLIENT_COMMAND_BUILD_INFO_H_

#include <string>

#include "client/command/output.h"

namespace aangan::client {

Table BuildInfo();                           // one row
std::string BuildInfoText(OutputForm form);  // for --version, without the end of the last line
std::string ProgramVersion();                // "0.1.0"
int64_t BuildTimeSeconds();                  // since 1970, 0 when it is not known
std::string BuildDay();                      // "2026-11-26"

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_BUILD_INFO_H_
