// SPDX-License-Identifier: Apache-2.0
// A daemon's life: signals are blocked before the first thread, then one thread waits for the order to stop; the ports
// that were bound are written to a file, so that clients and tests find them when port 0 was asked for. Threads:
// all but WakeMain from the main thread.
#ifndef AANGAN_SERVER_SHARED_LIFECYCLE_H_
#define AANGAN_SERVER_SHARED_LIFECYCLE_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace aangan::server {

// SIGTERM and SIGINT are held back for AwaitStop, SIGPIPE is ignored. Call first of all.
void BlockSignals();
// Until SIGTERM or SIGINT.
void AwaitStop();
// The same, or until WakeMain. From another thread WakeMain says that the main thread may go on.
enum class Woken { kStop, kGoOn };
Woken AwaitStopOrWake();
void WakeMain();

// Writes "<name>=<address>" a line to <folder>/ports, whole or not at all.
absl::Status WritePorts(const std::string& folder, const std::map<std::string, std::string>& addresses);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_LIFECYCLE_H_
