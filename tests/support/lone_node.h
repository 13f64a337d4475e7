// SPDX-License-Identifier: Apache-2.0
// How a test starts a node that stands alone: a small reserve of disk, a port from zero, its data and its log in a
// folder of the test.
#ifndef AANGAN_TESTS_SUPPORT_LONE_NODE_H_
#define AANGAN_TESTS_SUPPORT_LONE_NODE_H_

#include <string>

#include "tests/support/daemon_process.h"
#include "tests/support/key_lock.h"

namespace aangan::tests {

// Data in <folder>/<data>, log in <folder>/log; somebody has to open it with a passphrase.
inline DaemonProcess::Options LockedNode(const std::string& binary, const std::string& folder,
                                         const std::string& data = "data") {
  DaemonProcess::Options options;
  options.binary = binary;
  options.data_folder = folder + "/" + data;
  options.log_path = folder + "/log";
  options.arguments = {"--node.data",
                       options.data_folder,
                       "--node.listen",
                       "127.0.0.1:0",
                       "--node.https",
                       "127.0.0.1:0",
                       "--node.disk_reserve_megabytes",
                       "1"};
  return options;
}

// The same, opened by <folder>/key, which is made.
inline DaemonProcess::Options LoneNode(const std::string& binary, const std::string& folder,
                                       const std::string& data = "data") {
  DaemonProcess::Options options = LockedNode(binary, folder, data);
  options.arguments.insert(options.arguments.end(), {"--node.key_file", MakeKeyFile(folder + "/key")});
  return options;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_LONE_NODE_H_
