// SPDX-License-Identifier: Apache-2.0
// The manual page aangan(1), in roff, from the tree of commands.
// Source: man-pages(7), groff_man(7). Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_MAN_H_
#define AANGAN_CLIENT_COMMAND_MAN_H_

#include <string>

#include "client/command/tree.h"

namespace aangan::client {

// `day`: "2026-11-26", of the build.
std::string ManPage(const CommandRow& root, const std::string& version, const std::string& day);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_MAN_H_
