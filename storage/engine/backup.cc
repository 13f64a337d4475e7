// SPDX-License-Identifier: Apache-2.0
// Generations of parts: see backup.h.
#include "storage/engine/backup.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/backup_file.h"

namespace aangan::storage {
namespace {

constexpr uint32_t kFormat = 1;
constexpr size_t kFactsBytesMax = 4096;
constexpr size_t kWhatBytesMax = 200;
constexpr size_t kPartsMax = 1'000'000;
constexpr size_t kNumberDigits = 10;

absl::Status Wrong() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "this generation of the backup is damaged, or belongs to another node; take another one");
}

absl::Status FileMissing() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a file of this generation of the backup is missing; take another generation or another medium");
}

std::string NameOf(const SecretBytes& name_key, absl::string_view what, absl::string_view bytes) {
  const Digest content = Sha256(bytes);
  const Digest name =
      HmacSha256(name_key.span(), CanonicalWriter().Bytes(what).U64(bytes.size()).Fixed(content).bytes());
  return std::string(AsText(absl::MakeConstSpan(name).subspan(0, 16)));
}

std::string PlaceOf(const BackupPart& part) { return absl::StrCat("part/", AsText(part.name)); }
std::string PlaceOfList(uint64_t number) { return absl::StrCat("generation/", number); }

std::string Encode(const Generation& generation) {
  CanonicalWriter writer;
  writer.U32(kFormat).U64(generation.number).I64(generation.time_us).Bytes(generation.facts);
  writer.U64(generation.parts.size());
  for (const BackupPart& part : generation.parts) writer.Bytes(part.what).Fixed(part.name).U64(part.size_bytes);
  return std::move(writer).Take();
}

absl::StatusOr<Generation> Decode(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "this backup was written by a newer program; install that version");
  }
  Generation generation;
  ASSIGN_OR_RETURN(generation.number, reader.U64());
  ASSIGN_OR_RETURN(generation.time_us, reader.I64());
  ASSIGN_OR_RETURN(const absl::string_view facts, reader.Bytes(kFactsBytesMax));
  generation.facts = std::string(facts);
  ASSIGN_OR_RETURN(const uint64_t parts, reader.U64());
  if (parts > kPartsMax) return Wrong();
  for (uint64_t i = 0; i < parts; ++i) {
    BackupPart& part = generation.parts.emplace_back();
    ASSIGN_OR_RETURN(const absl::string_view what, reader.Bytes(kWhatBytesMax));
    part.what = std::string(what);
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(part.name)));
    ASSIGN_OR_RETURN(part.size_bytes, reader.U64());
  }
  RETURN_IF_ERROR(reader.End());
  return generation;
}

absl::Status MediumRefuses(const std::error_code& error) {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal, "the backup's medium refuses to be read or changed")
      .Number("errno", error.value());
}

std::vector<std::string> FilesIn(const std::string& folder, std::error_code& error) {
  std::vector<std::string> names;
  std::filesystem::directory_iterator each(folder, error);
  for (; !error && each != std::filesystem::directory_iterator(); each.increment(error))
    names.push_back(each->path().filename().string());
  return names;
}

}  // namespace

absl::StatusOr<BackupFolder> BackupFolder::Open(const std::string& folder, const SecretBytes& key, bool make) {
  for (const char* part : {"/generations", "/files"}) {
    if (make) RETURN_IF_ERROR(MakeFolders(absl::StrCat(folder, part), 0700));
    if (access(absl::StrCat(folder, part).c_str(), R_OK | X_OK) != 0) {
      return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no backup in this folder");
    }
  }
  BackupFolder opened(folder, HkdfSha256(key.span(), "", "aangan/v1/backup files", 32),
                      HkdfSha256(key.span(), "", "aangan/v1/backup names", 32));
  if (make) RETURN_IF_ERROR(opened.CheckOwn());
  return opened;
}

absl::Status BackupFolder::CheckOwn() const {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, Numbers());
  absl::Status status;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    status = Read(*number).status();
    if (status.ok()) break;
  }
  return status;
}

std::string BackupFolder::ListPath(uint64_t number) const {
  return absl::StrFormat("%s/generations/%010u", folder_, number);
}

std::string BackupFolder::FilePath(const BackupPart& part) const {
  return absl::StrCat(folder_, "/files/", ToHex(part.name));
}

absl::StatusOr<std::vector<uint64_t>> BackupFolder::Numbers() const {
  std::error_code error;
  std::vector<uint64_t> numbers;
  for (const std::string& name : FilesIn(absl::StrCat(folder_, "/generations"), error)) {
    uint64_t number = 0;
    if (name.size() == kNumberDigits && absl::SimpleAtoi(name, &number)) numbers.push_back(number);
  }
  if (error) return MediumRefuses(error);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<Generation> BackupFolder::Read(uint64_t number) const {
  absl::StatusOr<std::string> sealed = ReadFromMedium(ListPath(number), kBackupFileBytesMax);
  if (absl::IsNotFound(sealed.status())) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such generation in this backup");
  }
  RETURN_IF_ERROR(sealed.status());
  absl::StatusOr<std::string> plain = OpenBackupFile(key_, PlaceOfList(number), *sealed);
  if (absl::IsDataLoss(plain.status())) return Wrong();
  RETURN_IF_ERROR(plain.status());
  ASSIGN_OR_RETURN(Generation generation, Decode(*plain));
  if (generation.number != number) return Wrong();
  return generation;
}

absl::StatusOr<std::string> BackupFolder::ReadPart(const BackupPart& part) const {
  absl::StatusOr<std::string> sealed = ReadFromMedium(FilePath(part), kBackupFileBytesMax);
  if (absl::IsNotFound(sealed.status())) return FileMissing();
  RETURN_IF_ERROR(sealed.status());
  ASSIGN_OR_RETURN(std::string plain, OpenBackupFile(key_, PlaceOf(part), *sealed));
  if (plain.size() != part.size_bytes || NameOf(name_key_, part.what, plain) != AsText(part.name)) return Wrong();
  return plain;
}

absl::Status BackupFolder::Verify(const Generation& generation, absl::FunctionRef<void(uint64_t)> read_bytes) const {
  uint64_t done = 0;
  for (const BackupPart& part : generation.parts) {
    RETURN_IF_ERROR(ReadPart(part).status());
    done += part.size_bytes;
    read_bytes(done);
  }
  return absl::OkStatus();
}

absl::StatusOr<BackupPart> BackupFolder::Add(absl::string_view what, absl::string_view bytes) {
  BackupPart part;
  part.what = std::string(what);
  part.size_bytes = bytes.size();
  const std::string name = NameOf(name_key_, what, bytes);
  std::copy(name.begin(), name.end(), part.name.begin());
  // One that is there was checked when it was written, and may have been spoilt since.
  if (ReadPart(part).ok()) return part;
  const std::string sealed = SealBackupFile(key_, PlaceOf(part), bytes);
  RETURN_IF_ERROR(WriteCheckedFile(FilePath(part), sealed));
  written_bytes_ += sealed.size();
  return part;
}

absl::Status BackupFolder::Finish(const Generation& generation) {
  if (access(ListPath(generation.number).c_str(), F_OK) == 0) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                   "this backup has a generation of that number already");
  }
  return WriteCheckedFile(ListPath(generation.number),
                          SealBackupFile(key_, PlaceOfList(generation.number), Encode(generation)));
}

absl::StatusOr<std::vector<uint64_t>> BackupFolder::Prune(size_t keep) {
  ASSIGN_OR_RETURN(std::vector<uint64_t> numbers, Numbers());
  const size_t stay = std::min(std::max<size_t>(keep, 1), numbers.size());
  std::set<std::string> needed;
  for (size_t i = numbers.size() - stay; i < numbers.size(); ++i) {
    ASSIGN_OR_RETURN(const Generation generation, Read(numbers[i]));
    for (const BackupPart& part : generation.parts) needed.insert(ToHex(part.name));
  }
  numbers.resize(numbers.size() - stay);
  std::error_code error;
  // Lists first: a generation without all of its files must not look like one.
  for (const uint64_t number : numbers) {
    std::filesystem::remove(ListPath(number), error);
    if (error) return MediumRefuses(error);
  }
  const std::string files = absl::StrCat(folder_, "/files");
  for (const std::string& name : FilesIn(files, error)) {
    if (needed.count(name) == 0) std::filesystem::remove(absl::StrCat(files, "/", name), error);
    if (error) return MediumRefuses(error);
  }
  if (error) return MediumRefuses(error);
  return numbers;
}

}  // namespace aangan::storage
