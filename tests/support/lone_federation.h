// SPDX-License-Identifier: Apache-2.0
// How a test starts a federation: roster "india", ports from zero, a clock that a file moves; data in
// <folder>/federation.
#ifndef AANGAN_TESTS_SUPPORT_LONE_FEDERATION_H_
#define AANGAN_TESTS_SUPPORT_LONE_FEDERATION_H_

#include <string>

#include "tests/support/daemon_process.h"

namespace aangan::tests {

// The clock's file is <folder>/<clock>.
inline DaemonProcess::Options LoneFederation(const std::string& binary, const std::string& folder,
                                             const std::string& clock = "clock") {
  DaemonProcess::Options options;
  options.binary = binary;
  options.data_folder = folder + "/federation";
  options.log_path = folder + "/federation.log";
  options.environment["AANGAN_TEST_CLOCK"] = folder + "/" + clock;
  options.arguments = {"--federation.data",
                       options.data_folder,
                       "--federation.listen",
                       "127.0.0.1:0",
                       "--federation.https",
                       "127.0.0.1:0",
                       "--federation.roster",
                       "india",
                       "--federation.enrolment_listen",
                       "127.0.0.1:0"};
  return options;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_LONE_FEDERATION_H_
