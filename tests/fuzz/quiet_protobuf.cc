// SPDX-License-Identifier: Apache-2.0
// Linked into targets that parse protobuf: its own complaints about text that is no UTF-8 would fill the log.
#include <google/protobuf/stubs/logging.h>

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}
