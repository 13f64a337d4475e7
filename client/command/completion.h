// SPDX-License-Identifier: Apache-2.0
// What makes a shell complete the words of `aangan`: commands, options, and the values of those that take a few only;
// file names elsewhere. Made from the tree alone: nothing is asked of a node while somebody types.
//
// An option's value is never taken for a command's name. Sources: bash-completion's and zsh's manuals (Programmable
// Completion; zshcompsys), fish's complete(1). Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_COMPLETION_H_
#define AANGAN_CLIENT_COMMAND_COMPLETION_H_

#include <string>

#include "client/command/tree.h"

namespace aangan::client {

std::string BashCompletion(const CommandRow& root);
std::string ZshCompletion(const CommandRow& root);
std::string FishCompletion(const CommandRow& root);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_COMPLETION_H_
