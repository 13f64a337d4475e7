// SPDX-License-Identifier: Apache-2.0
// Who may call what, written by hand for the tests.
#include "tests/federation/role_rules.h"

#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "server/shared/authorisation.h"

namespace aangan::tests {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

struct Rule {
  const char* service;
  const char* begins;  // of the method's name; the first rule that fits counts
  const char* roles;
};

constexpr char kNode[] = "aangan.node.v1.";
constexpr Rule kNodeRules[] = {
    // A member reads her own record and says herself what she agrees to. Only caseworkers write records.
    {"MemberService", "Get", "member caseworker"},
    {"MemberService", "ListConsents", "member caseworker"},
    {"MemberService", "ListMemberRevisions", "member caseworker"},
    {"MemberService", "CreateConsent", "member caseworker"},
    {"MemberService", "", "caseworker"},
    {"CaseworkService", "Get", "member caseworker"},
    {"CaseworkService", "List", "member caseworker"},
    {"CaseworkService", "", "caseworker"},
    // Who may call is the steward's to say.
    {"AccessService", "BreakGlass", "caseworker"},
    {"AccessService", "ListGrants", "steward auditor"},
    {"AccessService", "", "steward"},
    // Whoever needs a second person's yes asks; a steward or an auditor is that person.
    {"PermitService", "Approve", "steward auditor"},
    {"PermitService", "Create", "caseworker operator steward auditor"},
    {"PermitService", "List", "caseworker operator steward auditor"},
    // A member reads who touched her record; whoever keeps a head of the log on paper need not read it, nor who is told
    // after a theft how many members it was.
    {"AuditService", "List", "member steward auditor"},
    {"AuditService", "Export", "steward auditor"},
    {"AuditService", "", "operator steward auditor"},
    // What the law or the collective says about keeping is the steward's word; who reads records sees what it does.
    {"RightsService", "List", "steward auditor"},
    {"RightsService", "", "steward"},
    {"RetentionService", "Update", "steward"},
    {"RetentionService", "Report", "caseworker steward auditor"},
    {"RetentionService", "", "caseworker operator steward auditor"},
    {"NoticeService", "Create", "steward"},
    {"NoticeService", "", "member caseworker operator steward auditor"},
    // A grievance may be about a caseworker: she files it for a member, and does not read it.
    {"GrievanceService", "Create", "member caseworker"},
    {"GrievanceService", "GetMemberSummary", "member caseworker"},
    {"GrievanceService", "Answer", "steward"},
    {"GrievanceService", "", "member steward"},
    // Whoever runs the node makes its copies; that an erasure is done everywhere is shown to whoever promised it.
    {"BackupService", "Create", "operator"},
    {"BackupService", "Verify", "operator"},
    {"BackupService", "GetErasureReceipt", "caseworker operator steward auditor"},
    {"BackupService", "PreviewErasure", "caseworker operator steward"},
    {"BackupService", "", "operator steward auditor"},
    // Before there is anybody: how far the node is. Who makes it runs it.
    {"SetupService", "Get", "nobody"},
    {"SetupService", "", "operator"},
    // Running the node: no records, but what a file brings in.
    {"OperatorService", "Import", "caseworker operator"},
    {"OperatorService", "CloseQuarter", "operator steward"},
    {"OperatorService", "ConfirmRestore", "operator steward"},
    {"OperatorService", "SyncNow", "operator steward"},
    {"OperatorService", "", "operator steward auditor"},
    // The collective's word is the steward's; others may look.
    {"ReleaseService", "Approve", "steward"},
    {"ReleaseService", "Refuse", "steward"},
    {"ReleaseService", "Preview", "operator steward"},
    {"ReleaseService", "", "operator steward auditor"},
    {"GovernanceService", "Accept", "steward"},
    {"GovernanceService", "Refuse", "steward"},
    {"GovernanceService", "Sign", "steward"},
    {"GovernanceService", "List", "operator steward auditor"},
    {"GovernanceService", "Show", "operator steward auditor"},
    {"GovernanceService", "", "operator steward"},
};

constexpr char kFederation[] = "aangan.federation.v1.";
constexpr Rule kFederationRules[] = {
    // What only a collective's node says.
    {"AnswerService", "Create", "node"},
    {"AnswerService", "ListShares", "node"},
    {"AnswerService", "ListAnswers", "auditor node"},
    {"CatalogueService", "Sign", "node"},
    {"CertificateService", "Confirm", "node"},
    {"CertificateService", "Renew", "node"},
    {"ContributionService", "", "node"},
    {"LogService", "Publish", "node"},
    {"RosterService", "Sign", "node"},
    // What only the federation's steward does.
    {"AppService", "CreateBrowserToken", "steward analyst auditor"},
    {"AppService", "Delete", "steward"},
    {"AppService", "List", "steward auditor"},
    {"CatalogueService", "Propose", "steward"},
    {"CertificateService", "List", "steward auditor"},
    {"CertificateService", "Revoke", "steward"},
    {"FigureService", "Import", "steward"},
    {"RosterService", "Create", "steward"},
    {"RosterService", "Propose", "steward"},
    // Who has nothing yet.
    {"EnrolmentService", "", "nobody"},
    // All that is published to those who take part.
    {"AnswerService", "", "steward analyst auditor node"},
    {"CatalogueService", "", "steward analyst auditor node"},
    {"FigureService", "", "steward analyst auditor node"},
    {"LogService", "", "steward analyst auditor node"},
    {"RosterService", "", "steward analyst auditor node"},
    {"RoundService", "", "steward analyst auditor node"},
};

template <size_t N>
const Rule* FirstFit(const Rule (&rules)[N], const std::string& package, const MethodDescriptor& method) {
  for (const Rule& rule : rules) {
    if (method.service()->full_name() == package + rule.service && absl::StartsWith(method.name(), rule.begins))
      return &rule;
  }
  return nullptr;
}

const Rule* RuleOf(const MethodDescriptor& method) {
  if (const Rule* rule = FirstFit(kNodeRules, kNode, method)) return rule;
  return FirstFit(kFederationRules, kFederation, method);
}

}  // namespace

std::vector<const ServiceDescriptor*> ServicesOf(const std::string& package) {
  const auto table = server::Authorisation::Load();
  AANGAN_CHECK(table.ok());
  std::set<std::string> names;
  for (const auto& [path, roles] : table->rows()) {
    const std::vector<std::string> parts = absl::StrSplit(path, '/');
    if (absl::StartsWith(parts[1], package)) names.insert(parts[1]);
  }
  std::vector<const ServiceDescriptor*> services;
  for (const std::string& name : names) {
    services.push_back(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name));
    if (services.back() == nullptr) std::cerr << name << " is not linked into this test\n";
    AANGAN_CHECK(services.back() != nullptr);
  }
  return services;
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

std::set<std::string> RolesByHand(const MethodDescriptor& method) {
  const Rule* rule = RuleOf(method);
  if (rule == nullptr) std::cerr << "no rule speaks of " << method.full_name() << ": add one to role_rules.cc\n";
  AANGAN_CHECK(rule != nullptr);
  return absl::StrSplit(rule->roles, ' ');
}

std::vector<std::string> IdleRules(const std::vector<const ServiceDescriptor*>& services) {
  std::set<const Rule*> used;
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) used.insert(RuleOf(*service->method(i)));
  }
  std::vector<std::string> idle;
  const auto look = [&](const std::string& package, const Rule& rule) {
    for (const ServiceDescriptor* service : services) {
      if (service->full_name() == package + rule.service && !used.contains(&rule))
        idle.push_back(absl::StrCat(rule.service, "/", rule.begins));
    }
  };
  for (const Rule& rule : kNodeRules) look(kNode, rule);
  for (const Rule& rule : kFederationRules) look(kFederation, rule);
  return idle;
}

}  // namespace aangan::tests
