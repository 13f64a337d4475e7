// SPDX-License-Identifier: Apache-2.0
// What wants attention, in words: see advice.h.
#include "client/command/advice.h"

namespace aangan::client {
namespace {

const std::vector<Advice>& OfTheFederation() {
  static const auto& all = *new std::vector<Advice>{
      {node::v1::ATTENTION_ENROL, "enrolled", false, "This node has not joined a federation", "aangan enrol",
       "Until then nothing leaves, and nothing of it is in any figure.", "it has joined a federation"},
      {node::v1::ATTENTION_NO_LINK, "federation_link", false,
       "The federation can not be reached. Records are safe here; it is tried again by itself", "aangan sync",
       "What is approved is sent when there is a link.", "no try to reach a federation failed"},
      {node::v1::ATTENTION_CLOCK, "federation_clock", true,
       "This machine's clock and the federation's disagree (own_clock_time, federation_clock_time). Look at a watch, "
       "then set the clock that is wrong",
       "timedatectl set-ntp true; aangan sync says more",
       "The node takes no step of a round while they are more than an hour apart.", "no other clock disagrees"},
      {node::v1::ATTENTION_CERTIFICATE, "federation_certificate", true,
       "The certificate ends within 30 days, or has ended (certificate_days_left)",
       "ask the federation's staff for a token for new keys, then aangan change-keys",
       "When it has ended nothing goes to the federation.", "no certificate towards a federation is about to end"},
      {node::v1::ATTENTION_CERTIFICATE_REVOKED, "certificate_revoked", true,
       "The federation's staff revoked this node's certificate, and nothing goes there",
       "call them, ask for a token for new keys, then aangan change-keys",
       "Somebody thought that this computer, or its keys, were lost.", "nobody revoked the certificate"},
      {node::v1::ATTENTION_CERTIFICATE_REPLACED, "certificate_replaced", true,
       "The federation does not know this node's certificate any more. If there is a copy of this node somewhere, stop "
       "it",
       "call the staff, ask for a token for new keys, then aangan change-keys",
       "Two nodes in one name spend the members' privacy twice.", "no other node has this certificate's place"},
      {node::v1::ATTENTION_CERTIFICATE_NOT_RENEWED, "certificate_renewal", true,
       "The certificate should have been renewed, and the last try went wrong; it is tried again by itself until it "
       "ends "
       "(certificate_days_left)",
       "the node's log says why; aangan sync tries it now", "When it has ended nothing goes to the federation.",
       "no renewal went wrong"},
      {node::v1::ATTENTION_SIGN_ROSTER, "roster_to_sign", false, "A roster waits for this collective's signature",
       "aangan roster show, then aangan roster sign", "Rounds go by a roster that enough collectives signed.",
       "no roster waits"},
      {node::v1::ATTENTION_ACCEPT_CATALOGUE, "catalogue_to_accept", false,
       "A catalogue waits for this collective's word", "aangan catalogue list",
       "Whoever says nothing contributes nothing under it.", "no catalogue waits"},
      {node::v1::ATTENTION_BUDGET, "privacy_budget", false, "The privacy budget does not allow the next round",
       "aangan accuracy", "More would say too much about each member; it opens again with a later quarter.",
       "it holds up no round"},
  };
  return all;
}

const std::vector<Advice>& OfTheStore() {
  static const auto& all = *new std::vector<Advice>{
      {node::v1::ATTENTION_DAMAGED, "store", true, "The stored data is damaged",
       "stop the node, copy the folder, see docs/OPERATING.md", "What is damaged can not be put right by going on.",
       "no damage was seen"},
      {node::v1::ATTENTION_ALARM, "alarms", true, "Something happened that must not",
       "read the alarms in aangan status, and call the other collectives",
       "The node checks what the federation does; an alarm is what it found.", "nothing was seen that must not be"},
      {node::v1::ATTENTION_TWIN, "twin", true,
       "Something signs in this collective's name beside this node: look whether a copy of it runs somewhere, or an "
       "old "
       "disk was put back, and stop that one",
       "then call the federation: docs/OPERATING.md, Twins", "Two nodes in one name spend the members' privacy twice.",
       "nobody else was seen to sign in this collective's name"},
      {node::v1::ATTENTION_DISK_FULL, "disk_writes", true, "The disk is nearly full and writes are refused",
       "free some space", "Nothing more can be recorded.", "writes are taken"},
      {node::v1::ATTENTION_BACKUP_OLD, "backup", true, "There is no backup of the last seven days",
       "aangan backup --to ... --keys-to ... --label ...", "A disk that dies takes all records since the last backup.",
       "no backup is overdue"},
      {node::v1::ATTENTION_RECOVERY, "recovery", false,
       "The key of this node is in one place alone, or nobody has tried its parts for a year", "aangan recovery",
       "When the passphrase is forgotten and there are no parts, the records are lost.",
       "nothing is overdue with the parts of the key"},
      {node::v1::ATTENTION_RESTORED, "restored", false,
       "This node was restored: it takes no part in the quarters that had begun, and goes on with the next",
       "aangan restore-day, when the day is wrong", "It may have taken part before, with what is not in the backup.",
       "no restore holds up a quarter"},
  };
  return all;
}

const std::vector<Advice>& OfThePeople() {
  static const auto& all = *new std::vector<Advice>{
      {node::v1::ATTENTION_CLOSE_QUARTER, "quarter_to_close", false, "A quarter has ended and can be closed",
       "aangan release list, then aangan close", "Without it the collective stands as not reported.",
       "no quarter waits to be closed"},
      {node::v1::ATTENTION_APPROVE_RELEASE, "release_to_approve", false, "A release waits for approval",
       "aangan release list, then aangan preview", "Without your yes nothing leaves.", "no release waits"},
      {node::v1::ATTENTION_BREAK_GLASS, "broken_glass", false, "A caseworker opened a sensitive domain in an emergency",
       "aangan grant list, then aangan grant acknowledge", "Somebody has to look whether there was a reason.",
       "no glass was broken"},
      {node::v1::ATTENTION_PERMIT_WAITS, "permits", false, "Something waits for a second person's yes",
       "aangan permit list", "It ends after a day.", "no permit waits"},
      {node::v1::ATTENTION_RETENTION_DUE, "retention", false, "Members are due to be erased by your own rule",
       "aangan retention report", "After the time of grace the node erases them by itself.",
       "nobody is due to be erased"},
      {node::v1::ATTENTION_GRIEVANCE_DUE, "complaints", false, "A complaint was not answered in time",
       "aangan grievance list", "She was promised an answer.", "no complaint waits too long"},
  };
  return all;
}

}  // namespace

const std::vector<Advice>& AllAdvice() {
  static const auto& all = *new std::vector<Advice>([] {
    std::vector<Advice> joined = OfTheFederation();
    joined.insert(joined.end(), OfTheStore().begin(), OfTheStore().end());
    joined.insert(joined.end(), OfThePeople().begin(), OfThePeople().end());
    return joined;
  }());
  return all;
}

const Advice& AdviceFor(int attention) {
  for (const Advice& each : AllAdvice()) {
    if (each.attention == attention) return each;
  }
  static const auto& newer = *new Advice{node::v1::ATTENTION_UNSPECIFIED,
                                         "newer",
                                         false,
                                         "Something wants attention that this program is too old to name",
                                         "install the newest aangan",
                                         "The node is newer than this program.",
                                         ""};
  return newer;
}

}  // namespace aangan::client
