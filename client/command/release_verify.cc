// SPDX-License-Identifier: Apache-2.0
// aangan release verify: whether a release that came as a file is what its federation signed. Needs no server.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/files.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"
#include "client/verify/release_file.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;

// As what 'aangan sister import' takes.
constexpr size_t kFileBytesMax = 1 << 20;

struct Wish {
  std::string file, key_phrase;
};

absl::StatusOr<int> Verify(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(wish.file, kFileBytesMax));
  ASSIGN_OR_RETURN(const VerifiedRelease verified, VerifyReleaseFile(bytes, wish.key_phrase));
  const fed::NationalRelease& release = verified.file.national_release();
  session.output().PrintObject(
      {{"release", "number", "state", "rehearsal", "sums", "contributors", "missing", "key_phrase", "phrase_compared"},
       {{release.name(), release.number(), WordOf(fed::ReleaseState_descriptor(), release.state()),
         release.round_descriptor().rehearsal(), int64_t{release.sums_size()},
         absl::StrJoin(release.contributors(), " "), TextOrNothing(absl::StrJoin(release.missing(), " ")),
         verified.key_phrase, !wish.key_phrase.empty()}}});
  session.output().Say(
      "Checked: the signature under all of it; that its round is the one that this roster and this catalogue give; "
      "that "
      "who is in it and who is not are the roster.");
  session.output().Say(
      "Not checked: that the collectives signed this roster and catalogue, and that the sums are those of their "
      "answers; "
      "each collective's node checks both by itself.");
  if (wish.key_phrase.empty())
    session.output().Say(absl::StrCat(
        "Whose it is, you check: ask the federation by telephone whether its phrase is\n  ", verified.key_phrase));
  return kExitOk;
}

}  // namespace

void AddReleaseVerify(CLI::App& release, Session& session) {
  CLI::App* verify = AddCommand(release, "verify", "Check a national release that came as a file; needs no server",
                                "aangan release verify india.release --key-phrase abcd-efgh-ijkl-mnop-qrst-uvwx");
  const auto wish = std::make_shared<Wish>();
  verify->add_option("FILE", wish->file, "a file that 'aangan sister export' wrote")->required();
  verify->add_option("--key-phrase", wish->key_phrase,
                     "phrase of the federation's key, as heard by telephone; without it you compare what is shown");
  verify->callback([&session, wish] { session.run = [&session, wish] { return Verify(session, *wish); }; });
}

}  // namespace aangan::client
