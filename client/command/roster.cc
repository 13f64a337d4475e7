// SPDX-License-Identifier: Apache-2.0
// aangan roster: who is in the federation. Show and sign are the collective's; propose, collectives and join-token are
// the federation's staff's.
#include "aangan/federation/v1/apps.grpc.pb.h"
#include "aangan/federation/v1/log.grpc.pb.h"
#include "aangan/federation/v1/roster.grpc.pb.h"
#include "aangan/node/v1/governance.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"
#include "client/verify/key_phrase.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::RosterService;
using node::v1::GovernanceService;

absl::StatusOr<node::v1::ShowRosterResponse> Shown(const Channel& channel) {
  const auto stub = GovernanceService::NewStub(channel.grpc());
  return channel.Call(stub.get(), &GovernanceService::Stub::ShowRoster, node::v1::ShowRosterRequest());
}

Table RosterTable(const node::v1::ShowRosterResponse& shown) {
  Table table{{"collective", "title", "state", "run_by", "signed", "phrase"}, {}};
  const fed::SignedRoster& roster = shown.signed_roster();
  for (int i = 0; i < roster.roster().collectives_size(); ++i) {
    const fed::Collective& each = roster.roster().collectives(i);
    bool has_signed = false;
    for (const fed::RosterSignature& signature : roster.signatures()) has_signed |= signature.collective() == each.id();
    table.rows.push_back({each.id(), each.title(), each.state(), each.run_by(), has_signed,
                          i < shown.fingerprint_phrases_size() ? shown.fingerprint_phrases(i) : ""});
  }
  return table;
}

absl::StatusOr<int> Show(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  ASSIGN_OR_RETURN(const node::v1::ShowRosterResponse shown, Shown(*channel));
  session.output().Print(RosterTable(shown));
  const fed::SignedRoster& roster = shown.signed_roster();
  session.output().Say(absl::StrCat("Epoch ", roster.roster().epoch(), ", ",
                                    roster.in_force() ? "in force" : "not in force yet", ", ",
                                    shown.signed_here() ? "signed by this collective" : "not signed by this collective",
                                    ". Digest ", Hex(roster.digest())));
  if (!shown.signed_here())
    session.output().Say(absl::StrCat("Next: compare the phrases by telephone, then: aangan roster sign --digest ",
                                      Hex(roster.digest())));
  return kExitOk;
}

absl::StatusOr<int> Sign(const Session& session, const std::string& digest, bool yes) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::SignRosterRequest request;
  if (yes) {
    ASSIGN_OR_RETURN(const node::v1::ShowRosterResponse shown, Shown(*channel));
    request.set_digest(shown.signed_roster().digest());
  } else {
    ASSIGN_OR_RETURN(*request.mutable_digest(), ParseDigest(digest, "--digest"));
  }
  const auto stub = GovernanceService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::SignRosterResponse is_signed,
                   channel->Call(stub.get(), &GovernanceService::Stub::SignRoster, request));
  const fed::SignedRoster& roster = is_signed.signed_roster();
  session.output().PrintObject({{"epoch", "signatures", "collectives", "in_force"},
                                {{int64_t{roster.roster().epoch()}, int64_t{roster.signatures_size()},
                                  int64_t{roster.roster().collectives_size()}, roster.in_force()}}});
  return kExitOk;
}

absl::StatusOr<std::vector<fed::Collective>> Enrolled(const Session& session, const Channel& channel) {
  const auto stub = RosterService::NewStub(channel.grpc());
  fed::ListCollectivesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  std::vector<fed::Collective> all;
  do {
    ASSIGN_OR_RETURN(const fed::ListCollectivesResponse page,
                     channel.Call(stub.get(), &RosterService::Stub::ListCollectives, request));
    all.insert(all.end(), page.collectives().begin(), page.collectives().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<int> Collectives(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  ASSIGN_OR_RETURN(const std::vector<fed::Collective> all, Enrolled(session, *channel));
  Table table{{"collective", "title", "state", "run_by", "phrase"}, {}};
  for (const fed::Collective& each : all) {
    ASSIGN_OR_RETURN(const std::string phrase, KeyPhrase(each.signing_key()));
    table.rows.push_back({each.id(), each.title(), each.state(), each.run_by(), phrase});
  }
  session.output().Print(table);
  return kExitOk;
}

// One row for each life of a node, and one for each twin.
absl::StatusOr<int> Incarnations(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  const auto stub = fed::LogService::NewStub(channel->grpc());
  fed::ListIncarnationsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  Table table{{"collective", "what", "incarnation", "counter", "period", "first_time", "last_time", "digests"}, {}};
  bool twins = false;
  do {
    ASSIGN_OR_RETURN(const fed::ListIncarnationsResponse page,
                     channel->Call(stub.get(), &fed::LogService::Stub::ListIncarnations, request));
    for (const fed::CollectiveIncarnations& each : page.collectives()) {
      for (const fed::Incarnation& life : each.incarnations()) {
        const bool first = &life == &each.incarnations(0);
        table.rows.push_back({each.collective(), first ? "first" : "restored", Hex(life.id()), life.counter(), Value(),
                              TimeValue(life.has_first_time(), life.first_time()),
                              TimeValue(life.has_last_time(), life.last_time()), Value()});
      }
      for (const fed::Twin& twin : each.twins()) {
        const fed::SeenObject& second = twin.second();
        table.rows.push_back({each.collective(), absl::StrCat("TWIN ", WordOf(fed::TwinKind_descriptor(), twin.kind())),
                              Hex(second.incarnation()), second.counter(), second.period(),
                              TimeValue(twin.first().has_receive_time(), twin.first().receive_time()),
                              TimeValue(second.has_receive_time(), second.receive_time()),
                              absl::StrCat(Hex(twin.first().digest()), " ", Hex(second.digest()))});
        twins = true;
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  if (twins) {
    session.output().Say(
        "A TWIN is two signed objects that no single node makes: a copy of that node is at work, or it was set back. "
        "Call the collective by telephone; nobody is kept out by it.");
  }
  return kExitOk;
}

absl::StatusOr<int> Propose(const Session& session, const std::vector<std::string>& collectives) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::ProposeEpochRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  for (const std::string& each : collectives) request.add_collectives(each);
  if (collectives.empty()) {
    ASSIGN_OR_RETURN(const std::vector<fed::Collective> all, Enrolled(session, *channel));
    for (const fed::Collective& each : all) request.add_collectives(each.id());
  }
  const auto stub = RosterService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::ProposeEpochResponse proposed,
                   channel->Call(stub.get(), &RosterService::Stub::ProposeEpoch, request));
  const fed::SignedRoster& roster = proposed.signed_roster();
  session.output().PrintObject(
      {{"epoch", "collectives", "digest"},
       {{int64_t{roster.roster().epoch()}, int64_t{roster.roster().collectives_size()}, Hex(roster.digest())}}});
  session.output().Say("Next: each collective looks at it (aangan roster show) and signs (aangan roster sign).");
  return kExitOk;
}

struct TokenWish {
  std::string kind = "node";
  std::string id, title, state, run_by;
  std::string to;  // file for the token; empty prints it
};

absl::StatusOr<int> JoinToken(const Session& session, const TokenWish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::CreateJoinTokenRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  ASSIGN_OR_RETURN(const int kind, NumberOf(fed::JoinKind_descriptor(), wish.kind, "--kind"));
  request.set_kind(static_cast<fed::JoinKind>(kind));
  request.set_id(wish.id);
  request.set_title(wish.title);
  request.set_state(wish.state);
  request.set_run_by(wish.run_by);
  const auto stub = RosterService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::CreateJoinTokenResponse made,
                   channel->Call(stub.get(), &RosterService::Stub::CreateJoinToken, request));
  const std::string enrolment = Session::PortOf(session.federation_folder(), "enrolment");
  if (!wish.to.empty()) RETURN_IF_ERROR(WriteFileDurably(wish.to, made.join_token(), 0600));
  session.output().PrintObject({{"join_token", "expire_time", "enrolment_address"},
                                {{wish.to.empty() ? Value(made.join_token()) : Value(),
                                  TimeValue(made.has_expire_time(), made.expire_time()), TextOrNothing(enrolment)}}});
  session.output().Say("It holds once and for a day. Give it to one person, by a way that nobody else reads.");
  return kExitOk;
}

absl::StatusOr<int> Apps(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::ListAppsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  const auto stub = fed::AppService::NewStub(channel->grpc());
  Table table{{"name", "role", "create_time", "expire_time"}, {}};
  do {
    ASSIGN_OR_RETURN(const fed::ListAppsResponse page,
                     channel->Call(stub.get(), &fed::AppService::Stub::ListApps, request));
    for (const fed::App& each : page.apps()) {
      table.rows.push_back({each.name(), WordOf(fed::AppRole_descriptor(), each.role()),
                            TimeValue(each.has_create_time(), each.create_time()),
                            TimeValue(each.has_expire_time(), each.expire_time())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> EndApp(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::DeleteAppRequest request;
  request.set_name(name);
  const auto stub = fed::AppService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &fed::AppService::Stub::DeleteApp, request).status());
  session.output().Say("Its certificate and token are refused from the next call on.");
  return kExitOk;
}

absl::StatusOr<int> BrowserToken(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::CreateBrowserTokenRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  const auto stub = fed::AppService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::CreateBrowserTokenResponse made,
                   channel->Call(stub.get(), &fed::AppService::Stub::CreateBrowserToken, request));
  session.output().PrintObject(
      {{"secret", "expire_time"}, {{made.secret(), TimeValue(made.has_expire_time(), made.expire_time())}}});
  session.output().Say("Sign in with it at the federation's page. It reads figures, rounds and rosters.");
  return kExitOk;
}

void AddApps(CLI::App& roster, Session& session) {
  CLI::App* apps = AddCommand(roster, "apps", "List the apps of staff and auditors (staff)", "aangan roster apps");
  apps->callback([&session] { session.run = [&session] { return Apps(session); }; });
  CLI::App* end = AddCommand(roster, "end-app", "Take an app's certificate and token out of use (staff)",
                             "aangan roster end-app rosters/india/apps/charts");
  auto name = std::make_shared<std::string>();
  end->add_option("name", *name, "rosters/{roster}/apps/{app}")->required();
  end->callback([&session, name] { session.run = [&session, name] { return EndApp(session, *name); }; });
  CLI::App* browser = AddCommand(roster, "browser-token",
                                 "Make a token to sign in to the federation's page, for twelve "
                                 "hours (staff)",
                                 "aangan roster browser-token");
  browser->callback([&session] { session.run = [&session] { return BrowserToken(session); }; });
}

void AddStaffs(CLI::App& roster, Session& session) {
  CLI::App* collectives =
      AddCommand(roster, "collectives", "List the collectives that have enrolled, with the phrase of each key (staff)",
                 "aangan roster collectives");
  collectives->callback([&session] { session.run = [&session] { return Collectives(session); }; });

  CLI::App* incarnations = AddCommand(
      roster, "incarnations", "Show each node's restores, and copies that speak (staff)", "aangan roster incarnations");
  incarnations->callback([&session] { session.run = [&session] { return Incarnations(session); }; });

  CLI::App* propose =
      AddCommand(roster, "propose", "Propose the next epoch, of all that have enrolled or of those named",
                 "aangan roster propose");
  auto names = std::make_shared<std::vector<std::string>>();
  propose->add_option("collectives", *names, "ids of collectives; none means all that have enrolled");
  propose->callback([&session, names] { session.run = [&session, names] { return Propose(session, *names); }; });

  CLI::App* token = AddCommand(roster, "join-token", "Make a one-time token for a collective or an app (staff)",
                               "aangan roster join-token kerala_1 --title 'Our collective' --state kerala --run-by us");
  auto wish = std::make_shared<TokenWish>();
  token->add_option("id", wish->id, "slug of the collective or app")->required();
  token->add_option("--kind", wish->kind, "what it is for")
      ->check(CLI::IsMember(WordsOf(fed::JoinKind_descriptor())))
      ->capture_default_str();
  token->add_option("--title", wish->title, "name for people");
  token->add_option("--state", wish->state, "state, a code of the list \"state\"");
  token->add_option("--run-by", wish->run_by, "slug of who runs the node");
  token->add_option("--to", wish->to, "file to write the token into (mode 0600) instead of showing it");
  token->callback([&session, wish] { session.run = [&session, wish] { return JoinToken(session, *wish); }; });
}

}  // namespace

void AddRoster(CLI::App& app, Session& session) {
  CLI::App* roster = AddCommand(app, "roster", "Who is in the federation", "aangan roster show");
  roster->require_subcommand(1);
  CLI::App* show =
      AddCommand(*roster, "show", "Show the newest roster with the phrase of each key", "aangan roster show");
  show->callback([&session] { session.run = [&session] { return Show(session); }; });

  CLI::App* sign = AddCommand(*roster, "sign", "Sign the roster that was looked at (steward)",
                              "aangan roster sign --digest 5f0c...");
  auto digest = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  sign->add_option("--digest", *digest, "digest that roster show printed")
      ->excludes(sign->add_flag("--yes", *yes, "sign the newest one without looking; for rehearsals"));
  sign->callback(
      [&session, digest, yes] { session.run = [&session, digest, yes] { return Sign(session, *digest, *yes); }; });
  AddStaffs(*roster, session);
  AddApps(*roster, session);
}

}  // namespace aangan::client
