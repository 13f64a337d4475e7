// SPDX-License-Identifier: Apache-2.0
// Requests read by their descriptors, and events as bytes: see queued_write.h.
#include "client/queued_write.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/channel.h"
#include "client/retries.h"
#include "google/rpc/status.pb.h"

namespace aangan::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr absl::string_view kNodePackage = "aangan.node.v1";
constexpr uint64_t kSequenceMax = uint64_t{1} << 62;  // one more can be given
constexpr size_t kTextBytesMax = 8 << 10;             // a name, an error's message, its details
constexpr size_t kRequestBytesMax = 256 << 10;        // with the etag
static_assert(kQueuedRequestBytesMax + kQueuedEtagBytesMax + 16 <= kRequestBytesMax, "tags and lengths need room too");
constexpr absl::string_view kErrorInfoType = "type.googleapis.com/google.rpc.ErrorInfo";

bool IsText(const FieldDescriptor* field) {
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated();
}

std::string TextOf(const Message& message, absl::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  return IsText(field) ? message.GetReflection()->GetString(message, field) : "";
}

void SetText(Message* message, absl::string_view name, const std::string& text) {
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(std::string(name));
  if (IsText(field)) message->GetReflection()->SetString(message, field, text);
}

const MethodDescriptor* MethodOf(const Descriptor& request) {
  const auto* file = request.file();
  if (file->package() != kNodePackage) return nullptr;
  for (int s = 0; s < file->service_count(); ++s) {
    for (int m = 0; m < file->service(s)->method_count(); ++m) {
      const MethodDescriptor* method = file->service(s)->method(m);
      if (method->input_type() == &request && MayRepeat(*method) && IsText(request.FindFieldByName("request_id")))
        return method;
    }
  }
  return nullptr;
}

// "member" for a request that has the field member_id, which is of what it makes; empty else.
std::string MadeKind(const Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const std::string& name = request.field(i)->name();
    if (name != "request_id" && absl::EndsWith(name, "_id") && IsText(request.field(i)))
      return name.substr(0, name.size() - 3);
  }
  return "";
}

// The field of the record that the request changes, which has its name and etag; null when the request itself has them.
const FieldDescriptor* RecordField(const Descriptor& request) {
  if (IsText(request.FindFieldByName("name"))) return nullptr;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    const bool one = field->message_type() != nullptr && !field->is_repeated();
    if (one && IsText(field->message_type()->FindFieldByName("name"))) return field;
  }
  return nullptr;
}

// Of the record that the request changes.
void SetEtag(Message* request, const std::string& etag) {
  const FieldDescriptor* record = RecordField(*request->GetDescriptor());
  SetText(record == nullptr ? request : request->GetReflection()->MutableMessage(request, record), "etag", etag);
}

absl::Status NotAWrite() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "Only writes of a node's API that carry a request_id can wait in the queue. Call this rpc directly.");
}

absl::Status Unreadable() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "A record of the write queue is not what it should be. WriteQueue::Salvage keeps the others.");
}

absl::Status Newer() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                 "The write queue was written by a newer version of the app. Update the app.");
}

// Each detail for which there is room; the reason before all others, which come in any order.
std::string DetailsOf(const absl::Status& status) {
  google::rpc::Status details;
  const auto add = [&](absl::string_view type, const absl::Cord& payload) {
    auto* detail = details.add_details();
    detail->set_type_url(std::string(type));
    detail->set_value(std::string(payload));
    if (details.ByteSizeLong() > kTextBytesMax) details.mutable_details()->RemoveLast();
  };
  if (const auto reason = status.GetPayload(kErrorInfoType)) add(kErrorInfoType, *reason);
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    if (type != kErrorInfoType) add(type, payload);
  });
  return details.SerializeAsString();
}

// At most so many bytes, and no half of a character.
absl::string_view Beginning(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

absl::StatusOr<std::string> Text(CanonicalReader& reader, size_t bytes_max = kTextBytesMax) {
  ASSIGN_OR_RETURN(const absl::string_view text, reader.Bytes(bytes_max));
  return std::string(text);
}

// As ReadWrite, whatever its size.
absl::StatusOr<QueuedWrite> Identify(const Message& request) {
  QueuedWrite write;
  write.method = MethodOf(*request.GetDescriptor());
  if (write.method == nullptr) return NotAWrite();
  std::unique_ptr<Message> filled(request.New());
  filled->CopyFrom(request);
  if (TextOf(*filled, "request_id").empty()) SetText(filled.get(), "request_id", NewRequestId());
  write.request_id = TextOf(*filled, "request_id");
  const std::string kind = MadeKind(*request.GetDescriptor());
  write.makes = !kind.empty();
  if (write.makes) {
    if (TextOf(*filled, kind + "_id").empty()) SetText(filled.get(), kind + "_id", NewRecordId());
    const bool below = request.GetDescriptor()->FindFieldByName("parent") != nullptr;
    const std::string parent = TextOf(*filled, "parent");
    if (below && parent.empty()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The write names no member.")
          .Field("parent", "must be the name of the record that this belongs to");
    }
    write.resource = absl::StrCat(parent, below ? "/" : "", kind, "s/", TextOf(*filled, kind + "_id"));
  } else {
    const FieldDescriptor* record = RecordField(*request.GetDescriptor());
    const Message& named = record == nullptr ? *filled : filled->GetReflection()->GetMessage(*filled, record);
    write.resource = TextOf(named, "name");
    write.etag = TextOf(named, "etag");
    if (write.resource.empty()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The write names no record.")
          .Field("name", "must be the name of the record to change");
    }
  }
  write.request = filled->SerializeAsString();
  return write;
}

absl::StatusOr<QueuedWrite> DecodeWrite(CanonicalReader& reader) {
  QueuedWrite write;
  ASSIGN_OR_RETURN(const std::string method, Text(reader));
  ASSIGN_OR_RETURN(const int64_t add_time_us, reader.I64());
  ASSIGN_OR_RETURN(write.etag, Text(reader, kQueuedEtagBytesMax));
  ASSIGN_OR_RETURN(write.request, Text(reader, kRequestBytesMax));
  write.add_time = absl::FromUnixMicros(add_time_us);
  write.method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method);
  if (write.method == nullptr || MethodOf(*write.method->input_type()) != write.method) return Newer();
  ASSIGN_OR_RETURN(const auto request, RequestOf(write));
  ASSIGN_OR_RETURN(QueuedWrite read, Identify(*request));
  // All ids stand in the request since it was added; one that lacks any was not added by this queue.
  if (read.request != request->SerializeAsString()) return Unreadable();
  write.resource = std::move(read.resource);
  write.makes = read.makes;
  write.request_id = std::move(read.request_id);
  return write;
}

absl::StatusOr<absl::Status> DecodeRefusal(CanonicalReader& reader) {
  ASSIGN_OR_RETURN(const uint32_t code, reader.U32());
  ASSIGN_OR_RETURN(const std::string message, Text(reader));
  ASSIGN_OR_RETURN(const std::string details, Text(reader));
  if (code == 0 || code > static_cast<uint32_t>(grpc::StatusCode::UNAUTHENTICATED)) return Unreadable();
  return Channel::FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(code), message, details));
}

absl::StatusOr<QueueEvent> Decode(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  QueueEvent event;
  ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
  ASSIGN_OR_RETURN(event.sequence, reader.U64());
  if (kind < 1 || kind > static_cast<uint8_t>(QueueEvent::Kind::kNext)) return Newer();
  if (event.sequence > kSequenceMax) return Unreadable();
  event.kind = static_cast<QueueEvent::Kind>(kind);
  if (event.kind == QueueEvent::Kind::kAdded) {
    ASSIGN_OR_RETURN(event.write, DecodeWrite(reader));
    event.write.sequence = event.sequence;
  } else if (event.kind == QueueEvent::Kind::kSent) {
    ASSIGN_OR_RETURN(event.etag, Text(reader, kQueuedEtagBytesMax));
  } else if (event.kind == QueueEvent::Kind::kRefused) {
    ASSIGN_OR_RETURN(event.refusal, DecodeRefusal(reader));
  }
  RETURN_IF_ERROR(reader.End());
  return event;
}

}  // namespace

absl::StatusOr<QueuedWrite> ReadWrite(const Message& request) {
  ASSIGN_OR_RETURN(QueuedWrite write, Identify(request));
  if (write.etag.size() > kQueuedEtagBytesMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "No node gives an etag of this length.")
        .Field("etag", "must be as it was read");
  }
  // Protobuf writes a text that is not UTF-8, and then refuses to read it.
  const std::unique_ptr<Message> read(request.New());
  if (!read->ParseFromString(write.request)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "A text of the write is not UTF-8. Give all its texts as UTF-8.");
  }
  if (!write.makes) SetEtag(read.get(), "");
  if (read->ByteSizeLong() > kQueuedRequestBytesMax) {
    return Problem(
               absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
               "A write that waits in the queue has at most 255 KiB, so that there is room for the etag that it may "
               "get. Shorten its texts.")
        .Number("bytesMax", static_cast<int64_t>(kQueuedRequestBytesMax));
  }
  return write;
}

bool IsSameWrite(const Message& request, const QueuedWrite& other) {
  if (MethodOf(*request.GetDescriptor()) != other.method) return false;
  std::unique_ptr<Message> filled(request.New());
  std::unique_ptr<Message> known(request.New());
  filled->CopyFrom(request);
  if (!known->ParseFromString(other.request)) return false;
  const std::string kind = MadeKind(*request.GetDescriptor());
  if (!kind.empty() && TextOf(*filled, kind + "_id").empty())
    SetText(filled.get(), kind + "_id", TextOf(*known, kind + "_id"));
  return filled->SerializeAsString() == known->SerializeAsString();
}

absl::StatusOr<std::unique_ptr<Message>> RequestOf(const QueuedWrite& write) {
  std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(write.method->input_type())->New());
  if (!request->ParseFromString(write.request)) return Unreadable();
  if (!write.etag.empty() && MadeKind(*request->GetDescriptor()).empty()) SetEtag(request.get(), write.etag);
  return request;
}

std::string EtagOf(const Message& answer) {
  std::string etag = TextOf(answer, "etag");
  if (etag.size() > kQueuedEtagBytesMax) etag.clear();
  return etag;
}

std::string EncodeEvent(const QueueEvent& event) {
  CanonicalWriter writer;
  writer.U8(static_cast<uint8_t>(event.kind)).U64(event.sequence);
  if (event.kind == QueueEvent::Kind::kAdded) {
    writer.Bytes(event.write.method->full_name()).I64(absl::ToUnixMicros(event.write.add_time));
    writer.Bytes(event.write.etag).Bytes(event.write.request);
  } else if (event.kind == QueueEvent::Kind::kSent) {
    writer.Bytes(event.etag);
  } else if (event.kind == QueueEvent::Kind::kRefused) {
    writer.U32(static_cast<uint32_t>(event.refusal.code()));
    writer.Bytes(Beginning(event.refusal.message(), kTextBytesMax)).Bytes(DetailsOf(event.refusal));
  }
  return std::move(writer).Take();
}

absl::StatusOr<QueueEvent> DecodeEvent(absl::string_view bytes) {
  absl::StatusOr<QueueEvent> event = Decode(bytes);
  if (event.ok() || HasReason(event.status(), Reason::kNewerFormat)) return event;
  return Unreadable();
}

}  // namespace aangan::client
