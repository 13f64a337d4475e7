// SPDX-License-Identifier: Apache-2.0
// A network of the test's own: see own_network.h.
#include "tests/support/own_network.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace aangan::tests {
namespace {

constexpr char kMark[] = "127.9.9.9";
constexpr uint16_t kMarkPort = 9;

// Whoever is not root becomes the ruler of a new user namespace first, as himself.
bool Unshare() {
  if (geteuid() == 0) return unshare(CLONE_NEWNET) == 0;
  const std::string user = absl::StrCat(geteuid(), " ", geteuid(), " 1");
  const std::string group = absl::StrCat(getegid(), " ", getegid(), " 1");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/gid_map") << group;
  return true;
}

bool BringUpLoopback() {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
  const bool up = any >= 0 && ioctl(any, SIOCSIFFLAGS, &request) == 0;
  if (any >= 0) close(any);
  return up;
}

// As "ip route add local default dev lo": every address of the family is this machine.
bool RouteAllHere(uint8_t family) {
  struct {
    nlmsghdr header;
    rtmsg route;
    rtattr device;
    uint32_t index;
  } wish{};
  wish.header.nlmsg_len = sizeof(wish);
  wish.header.nlmsg_type = RTM_NEWROUTE;
  wish.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
  wish.route.rtm_family = family;
  wish.route.rtm_table = RT_TABLE_LOCAL;
  wish.route.rtm_protocol = RTPROT_STATIC;
  wish.route.rtm_scope = RT_SCOPE_HOST;
  wish.route.rtm_type = RTN_LOCAL;
  wish.device.rta_len = RTA_LENGTH(sizeof(wish.index));
  wish.device.rta_type = RTA_OIF;
  wish.index = if_nametoindex("lo");
  const int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct {
    nlmsghdr header;
    nlmsgerr outcome;
    char rest[256];
  } answer{};
  const bool told = kernel >= 0 && send(kernel, &wish, sizeof(wish), 0) == sizeof(wish) &&
                    recv(kernel, &answer, sizeof(answer), 0) > 0 && answer.header.nlmsg_type == NLMSG_ERROR &&
                    answer.outcome.error == 0;
  if (kernel >= 0) close(kernel);
  return told;
}

// All that is sent, but of TCP only the segments that begin a connection (SYN without ACK).
int OpenPackets() {
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 13),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 5, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),  // protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 8),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),  // flags
      BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),  // the same of IPv6
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40 + 13),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  const sock_fprog program{sizeof(steps) / sizeof(steps[0]), steps};
  const int packets = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (packets < 0 || setsockopt(packets, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0) return packets;
  close(packets);
  return -1;
}

// Of a whole packet from its IP header on.
std::string CalledBy(const uint8_t* packet, size_t size) {
  if (size == 0) return "empty";
  const bool v6 = packet[0] >> 4 == 6;
  if (size < (v6 ? 40u : 20u)) return absl::StrCat("short ", size);
  const uint8_t protocol = packet[v6 ? 6 : 9];
  char address[INET6_ADDRSTRLEN];
  inet_ntop(v6 ? AF_INET6 : AF_INET, packet + (v6 ? 24 : 16), address, sizeof(address));
  if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) return absl::StrCat("protocol ", protocol, " ", address);
  const size_t head = v6 ? 40 : (packet[0] & 0xfu) * 4;
  const int port = head + 4 <= size ? packet[head + 2] << 8 | packet[head + 3] : 0;
  return absl::StrCat(protocol == IPPROTO_TCP ? "tcp " : "udp ", address, ":", port);
}

}  // namespace

std::unique_ptr<OwnNetwork> OwnNetwork::Enter(std::string* why_not) {
  const auto refused = [why_not](const char* step) {
    *why_not = absl::StrCat(step, ": ", std::strerror(errno));
    return nullptr;
  };
  if (!Unshare()) return refused("a network namespace");
  if (!BringUpLoopback()) return refused("its loopback device");
  if (!RouteAllHere(AF_INET)) return refused("its routes");
  // A kernel without IPv6 sends none.
  if (std::ifstream("/proc/net/if_inet6").good() && !RouteAllHere(AF_INET6)) return refused("its routes of IPv6");
  const int packets = OpenPackets();
  const int marks = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (packets < 0 || marks < 0) return refused("a packet socket");
  return std::unique_ptr<OwnNetwork>(new OwnNetwork(packets, marks));
}

OwnNetwork::OwnNetwork(int packets, int marks) : packets_(packets), marks_(marks), reader_([this] { Read(); }) {}

OwnNetwork::~OwnNetwork() {
  {
    const std::lock_guard<std::mutex> hold(mutex_);
    ends_ = true;
  }
  Mark();
  reader_.join();
  close(packets_);
  close(marks_);
}

void OwnNetwork::Mark() const {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(kMarkPort);
  inet_pton(AF_INET, kMark, &to.sin_addr);
  sendto(marks_, "", 0, 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

void OwnNetwork::Read() {
  const std::string mark = absl::StrCat("udp ", kMark, ":", kMarkPort);
  // That nobody listens where the marks go.
  const std::string refusal = absl::StrCat("protocol ", IPPROTO_ICMP, " 127.0.0.1");
  uint8_t packet[128];
  while (true) {
    const ssize_t size = recv(packets_, packet, sizeof(packet), 0);
    if (size < 0) continue;
    const std::string called = CalledBy(packet, static_cast<size_t>(size));
    const std::lock_guard<std::mutex> hold(mutex_);
    if (called == mark) {
      ++marks_seen_;
      marked_.notify_all();
      if (ends_) return;
    } else if (called != refusal) {
      called_.insert(called);
    }
  }
}

std::set<std::string> OwnNetwork::Called() {
  std::unique_lock<std::mutex> hold(mutex_);
  const int before = marks_seen_;
  Mark();
  marked_.wait(hold, [&] { return marks_seen_ > before; });
  return called_;
}

bool OwnNetwork::MissedSome() const {
  tpacket_stats counted{};
  socklen_t size = sizeof(counted);
  return getsockopt(packets_, SOL_PACKET, PACKET_STATISTICS, &counted, &size) != 0 || counted.tp_drops > 0;
}

}  // namespace aangan::tests
