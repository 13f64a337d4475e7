// SPDX-License-Identifier: Apache-2.0
// What wants attention at a node, in words: what is so, why it matters, what to do. The status and the doctor say the
// same.
// Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_ADVICE_H_
#define AANGAN_CLIENT_COMMAND_ADVICE_H_

#include <vector>

#include "aangan/node/v1/operator.pb.h"

namespace aangan::client {

struct Advice {
  node::v1::Attention attention = node::v1::ATTENTION_UNSPECIFIED;
  const char* check = "";  // its name with the doctor
  bool fault = false;      // something is broken; false: something waits
  const char* what = "";
  const char* fix = "";
  const char* why = "";
  const char* fine = "";  // what is so when nothing wants attention
};

// One for each attention that there is.
const std::vector<Advice>& AllAdvice();
// The one of an attention; of a number that this program is too old for, one that says so.
const Advice& AdviceFor(int attention);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_ADVICE_H_
