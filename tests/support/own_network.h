// SPDX-License-Identifier: Apache-2.0
// A network of the test's own, in which every address of the world is this machine: whoever is called is seen, and
// nobody hears it. So a program that calls somebody is caught, a lookup of a name too.
//
// The calling thread moves into it for good, with all threads and processes that it starts from then on. It is seen by
// a packet socket on the namespace's loopback device, to which everything is routed. Calls over sockets of the file
// system are not seen.
// Threads: one thread.
#ifndef AANGAN_TESTS_SUPPORT_OWN_NETWORK_H_
#define AANGAN_TESTS_SUPPORT_OWN_NETWORK_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace aangan::tests {

class OwnNetwork {
 public:
  // Null where the machine does not allow it; `why_not` says what it refused.
  static std::unique_ptr<OwnNetwork> Enter(std::string* why_not);
  ~OwnNetwork();
  OwnNetwork(const OwnNetwork&) = delete;

  // Whom anybody in it called so far: "tcp 127.0.0.1:7401" for a connection that was begun, answered or not,
  // "udp 192.0.2.1:53" for a datagram, "protocol 1 192.0.2.1" for others.
  std::set<std::string> Called();
  // Some calls came faster than they were read, so they are missing.
  bool MissedSome() const;

 private:
  OwnNetwork(int packets, int marks);
  void Read();
  void Mark() const;

  const int packets_;
  const int marks_;  // to send datagrams of our own, after which all that came before has been read
  std::mutex mutex_;
  std::condition_variable marked_;
  std::set<std::string> called_;
  int marks_seen_ = 0;
  bool ends_ = false;
  std::thread reader_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_OWN_NETWORK_H_
