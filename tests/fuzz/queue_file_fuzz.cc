// SPDX-License-Identifier: Apache-2.0
// The file of a client's write queue, and the events in it, from a disk that somebody had: a file is read as it was
// written or refused; an event that is read says the same when it is written again.
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "client/queue_file.h"
#include "client/queue_state.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::client;  // NOLINT

namespace {

const std::string kKey(kQueueKeyBytes, 'k');

const std::vector<std::string>& RealRecords() {
  static const std::vector<std::string> records = {"one", std::string(100, 'b'), ""};
  return records;
}

// Nothing but the records that were written, in their order; without damage, a beginning of them.
void TryFile(absl::string_view bytes) {
  const auto strict = ScanQueue(bytes, AsBytes(kKey), OnDamage::kRefuse);
  const auto lenient = ScanQueue(bytes, AsBytes(kKey), OnDamage::kPassOver);
  AANGAN_CHECK(!strict.ok() || (lenient.ok() && lenient->damaged_bytes == 0));
  if (!lenient.ok()) return;
  size_t next = 0;
  for (const auto& [place, plain] : lenient->records) {
    while (next < RealRecords().size() && RealRecords()[next] != plain) ++next;
    AANGAN_CHECK(next++ < RealRecords().size());
  }
  if (!strict.ok()) return;
  AANGAN_CHECK(strict->whole_bytes <= bytes.size());
  for (size_t i = 0; i < strict->records.size(); ++i) AANGAN_CHECK(strict->records[i].second == RealRecords()[i]);
}

// Whatever a node says in refusing a write, it is written so that it can be read.
void TryRefusal(absl::string_view said) {
  QueueEvent event;
  event.kind = QueueEvent::Kind::kRefused;
  event.sequence = 1;
  const std::string text = absl::StrCat(said, said, said);  // beyond the bounds, too
  event.refusal = absl::AbortedError(text);
  event.refusal.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord(said));
  event.refusal.SetPayload(said, absl::Cord(text));
  const auto read = DecodeEvent(EncodeEvent(event));
  AANGAN_CHECK(read.ok() && read->refusal.code() == event.refusal.code());
}

void TryEvent(absl::string_view bytes, QueueState& state) {
  auto event = DecodeEvent(bytes);
  if (!event.ok()) return;
  const auto again = DecodeEvent(EncodeEvent(*event));
  AANGAN_CHECK(again.ok() && again->kind == event->kind && again->sequence == event->sequence);
  AANGAN_CHECK(again->etag == event->etag && again->refusal == event->refusal);
  AANGAN_CHECK(again->write.request == event->write.request && again->write.resource == event->write.resource);
  state.Apply(*std::move(event), {0, 1});
  for (const auto& [sequence, entry] : state.entries()) AANGAN_CHECK(sequence < state.next_sequence());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static tests::SeededRandom random(7);
  static const std::string real = BuildQueue(RealRecords(), AsBytes(kKey), random);
  const absl::string_view input = tests::AsInput(data, size);
  TryFile(input);
  TryFile(tests::Over(real, input));
  TryFile(real.substr(0, size < real.size() ? size : real.size()));
  TryRefusal(input);
  QueueState state;
  TryEvent(input, state);
  QueueEvent event;
  event.kind = static_cast<QueueEvent::Kind>(1 + size % 5);
  event.sequence = size;
  event.etag = std::string(input);
  event.refusal = absl::AbortedError("refused");
  if (event.kind != QueueEvent::Kind::kAdded) TryEvent(tests::Over(EncodeEvent(event), input), state);
  return 0;
}
