// SPDX-License-Identifier: Apache-2.0
// Checks JSON by nlohmann-json's parser, which builds nothing here.
#include "server/shared/strict_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/problem.h"

namespace aangan::server {
namespace {

// As protobuf names a field in JSON.
std::string CamelCase(absl::string_view key) {
  std::string camel;
  bool capital = false;
  for (const char c : key) {
    if (c == '_') {
      capital = true;
      continue;
    }
    camel.push_back(capital ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c);
    capital = false;
  }
  return camel;
}

class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }
  bool key(string_t& key) override {
    if (keys_.back().insert(CamelCase(key)).second) return true;
    fault_ = Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                     "A key stands twice in an object of the JSON. Send each once.");
    return false;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fault_ =
        Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The body is not JSON as RFC 8259 has it.")
            .Number("byte", static_cast<int64_t>(position));
    return false;
  }
  const absl::Status& fault() const { return fault_; }

 private:
  bool Enter() {
    keys_.emplace_back();
    if (keys_.size() <= kJsonDepthMax) return true;
    fault_ = Problem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
                     "The JSON is deeper than 32 objects and lists inside one another.");
    return false;
  }
  bool Leave() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // of each object that is open
  absl::Status fault_;
};

}  // namespace

absl::Status CheckJson(absl::string_view text) {
  Checker checker;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &checker)) return absl::OkStatus();
  return checker.fault();
}

}  // namespace aangan::server
