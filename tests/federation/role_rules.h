// SPDX-License-Identifier: Apache-2.0
// Who may call what, written by hand for the tests from what each role is for: the second source beside
// server/shared/authorisation.txt. By service and beginning of the method's name; a rpc that no rule speaks of, and a
// rule that speaks of none, fail the test.
// Threads: pure.
#ifndef AANGAN_TESTS_FEDERATION_ROLE_RULES_H_
#define AANGAN_TESTS_FEDERATION_ROLE_RULES_H_

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <vector>

namespace aangan::tests {

// Every service of a package that has rows in the table, by name.
std::vector<const google::protobuf::ServiceDescriptor*> ServicesOf(const std::string& package);
std::string PathOf(const google::protobuf::MethodDescriptor& method);

// Names of roles as in the table. Ends the test program when no rule speaks of the method.
std::set<std::string> RolesByHand(const google::protobuf::MethodDescriptor& method);
// Rules that speak of no method of these services, as text.
std::vector<std::string> IdleRules(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FEDERATION_ROLE_RULES_H_
