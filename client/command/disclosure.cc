// SPDX-License-Identifier: Apache-2.0
// The federation's list: see disclosure.h.
#include "client/command/disclosure.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "google/protobuf/descriptor.pb.h"

namespace aangan::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr const char* kLevels[] = {"Public.", "Not sensitive", "Protected", "Sensitive: "};

template <typename Described>
std::string CommentOf(const Described& described) {
  google::protobuf::SourceLocation location;
  if (!described.GetSourceLocation(&location)) return "";
  std::string text = absl::StrReplaceAll(location.leading_comments, {{"\n", " "}});
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

// Splits the level off the end of a comment.
void Divide(const std::string& comment, std::string& about, std::string& sensitivity) {
  size_t begin = std::string::npos;
  for (const char* const level : kLevels) {
    const size_t found = comment.rfind(level);
    if (found != std::string::npos && (begin == std::string::npos || found > begin)) begin = found;
  }
  about = comment.substr(0, begin);
  if (begin != std::string::npos) sensitivity = comment.substr(begin);
  absl::StripTrailingAsciiWhitespace(&about);
  sensitivity = std::string(absl::StripSuffix(sensitivity, "."));
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string type = field.message_type() != nullptr ? field.message_type()->name()
                     : field.enum_type() != nullptr  ? field.enum_type()->name()
                                                     : field.type_name();
  return absl::StrCat(field.is_repeated() ? "repeated " : "", type);
}

// "... Key: settings "collective/{id}". ..." in the comment of a stored message.
void AddKept(const Descriptor& message, std::vector<KeptRow>& kept) {
  const std::vector<std::string> at_key = absl::StrSplit(CommentOf(message), absl::MaxSplits("Key: ", 1));
  if (at_key.size() != 2) return;
  const std::vector<std::string> quoted = absl::StrSplit(at_key[1], absl::MaxSplits('"', 2));
  AANGAN_CHECK(quoted.size() == 3);
  kept.push_back({std::string(absl::StripAsciiWhitespace(quoted[0])), quoted[1],
                  quoted[1].substr(0, quoted[1].find('{')), message.name(),
                  std::string(absl::StripAsciiWhitespace(at_key[0]))});
}

// Rows whose value is no message of its own: kept as it is signed or sent, or a number.
std::vector<KeptRow> KeptAsItIs() {
  return {{"answers", "{period}/{collective}", "", "", "An answer, byte for byte. Protected; k of them are the sum."},
          {"log", "{number, ten digits}", "", "LogEntry", "An entry of the public log."},
          {"meta", "{text}", "", "", "Format of the store, its families and the mark of its last commit."},
          {"releases", "{period}, and {period}#{number} of what was superseded", "", "NationalRelease",
           "Published figures, signed."},
          {"settings", "log_size", "log_size", "", "How many entries the log has."},
          {"settings", "release_number", "release_number", "", "Number of the release made last."},
          {"settings", "sister_key/{roster}", "sister_key/", "", "Public key of another federation."},
          {"settings", "sister_release/{roster}/{period}", "sister_release/", "ReleaseFile",
           "Published figures of another federation, as it signed them."}};
}

std::vector<KeptRow> Sorted(std::vector<KeptRow> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const KeptRow& a, const KeptRow& b) { return std::tie(a.family, a.key) < std::tie(b.family, b.key); });
  return rows;
}

}  // namespace

Disclosure::Disclosure() {
  google::protobuf::FileDescriptorSet set;
  const absl::Span<const uint8_t> bytes = FederationDescriptorBytes();
  AANGAN_CHECK(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  for (const google::protobuf::FileDescriptorProto& file : set.file()) {
    const FileDescriptor* const built = pool_.BuildFile(file);
    AANGAN_CHECK(built != nullptr);
    if (absl::StartsWith(file.package(), "aangan.")) files_.push_back(built);
  }
  kept_ = KeptAsItIs();
  for (const FileDescriptor* file : files_) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddMessage(*file->message_type(i));
      if (absl::StartsWith(file->package(), "aangan.store.")) AddKept(*file->message_type(i), kept_);
    }
  }
  kept_ = Sorted(std::move(kept_));
}

void Disclosure::AddMessage(const Descriptor& message) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    DisclosedField disclosed{message.name(), field.name(), TypeOf(field), "", ""};
    Divide(CommentOf(field), disclosed.about, disclosed.sensitivity);
    fields_.push_back(std::move(disclosed));
  }
  for (int i = 0; i < message.nested_type_count(); ++i) AddMessage(*message.nested_type(i));
}

const std::vector<std::pair<std::string, std::string>>& Disclosure::Files() {
  static const auto& files = *new std::vector<std::pair<std::string, std::string>>{
      {"durable_head", "number of the store's last commit, so that a shortened log is seen. Not sensitive"},
      {"main/", "the store: all that is listed under 'What it keeps'"},
      {"page_token_key", "key of page tokens. Sensitive: credential"},
      {"ports", "addresses that it listens on. Not sensitive"},
      {"signing_key", "key that signs for the federation. Sensitive: credential"},
      {"staff/", "certificate, key and token of the federation's own staff. Sensitive: credential"},
      {"tls/", "key and certificate of its authority and of its ports. Sensitive: credential"}};
  return files;
}

void Disclosure::AddCalls(Paper& paper) const {
  PaperTable table{{"call", "what comes in", "what goes out", "about"}, {}};
  for (const FileDescriptor* file : files_) {
    for (int s = 0; s < file->service_count(); ++s) {
      const ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        const std::string comment = CommentOf(*service.method(m));
        table.rows.push_back({absl::StrCat(service.name(), ".", service.method(m)->name()),
                              service.method(m)->input_type()->name(), service.method(m)->output_type()->name(),
                              comment.substr(0, comment.find(" Errors:"))});
      }
    }
  }
  paper.Heading("What it can be asked and told");
  paper.Text(absl::StrCat("All ", table.rows.size(), " calls; the fields of each message follow below."));
  paper.Table(std::move(table));
}

Paper Disclosure::ToPaper() const {
  Paper paper("What the federation could be forced to hand over");
  std::map<std::string, int> levels;
  for (const DisclosedField& field : fields_) ++levels[field.sensitivity];
  paper.Text(
      "Whoever takes the federation's computers, or can order it to hand over what it has, gets at most what is on "
      "this "
      "list. No member is in it: no message has a place for a name, a record or a number of a person, and a test walks "
      "all of them. The most that it has of one collective is its contribution: counts to which noise was added before "
      "they left the collective, and in a summed round pieces of them, each sealed to another collective.");
  paper.Text(
      "'Public' is shown to every collective and its staff. 'Not sensitive' says nothing of anybody. 'Protected' is "
      "covered "
      "by the noise. 'Sensitive' is a secret of a machine or of the federation's staff.");
  paper.Text(
      "That a collective takes part, when its node connects, and which quarters it refused can be seen by the "
      "federation, "
      "and by whoever watches its network. Its log lines hold names of collectives, quarters and numbers.");
  PaperTable counts{{"sensitivity", "fields"}, {}};
  for (const auto& [level, count] : levels) counts.rows.push_back({level, absl::StrCat(count)});
  paper.Table(std::move(counts));

  paper.Heading("What it keeps");
  PaperTable kept{{"family", "key", "value", "about"}, {}};
  for (const KeptRow& row : kept_)
    kept.rows.push_back({row.family, row.key, row.message.empty() ? "bytes or number" : row.message, row.about});
  paper.Table(std::move(kept));
  paper.Text("Beside the store, in its folder:");
  PaperTable files{{"file", "about"}, {}};
  for (const auto& [name, about] : Files()) files.rows.push_back({name, about});
  paper.Table(std::move(files));

  AddCalls(paper);
  paper.Heading("Every field");
  PaperTable all{{"message", "field", "type", "sensitivity", "about"}, {}};
  for (const DisclosedField& each : fields_)
    all.rows.push_back({each.message, each.field, each.type, each.sensitivity, each.about});
  paper.Table(std::move(all));
  paper.Text("Written by 'aangan breach federation --paper docs/DISCLOSURE.md' from the program's own descriptors.");
  return paper;
}

}  // namespace aangan::client
