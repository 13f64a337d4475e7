// SPDX-License-Identifier: Apache-2.0
// Static pages out of the program itself.
#include "server/shared/pages.h"

#include <zlib.h>

#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/digest.h"
#include "server/shared/http_rules.h"

namespace aangan::server {
namespace {

constexpr char kImmutablePrefix[] = "/assets/";
constexpr int kGzipWindow = 15 + 16;  // zlib's largest, and a head of gzip in place of its own
constexpr int kMemoryLevel = 8;       // zlib's default

std::string TypeOf(absl::string_view path) {
  static constexpr std::pair<absl::string_view, const char*> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                         {".js", "text/javascript; charset=utf-8"},
                                                                         {".css", "text/css; charset=utf-8"},
                                                                         {".json", "application/json"},
                                                                         {".svg", "image/svg+xml"},
                                                                         {".png", "image/png"},
                                                                         {".ico", "image/x-icon"},
                                                                         {".webmanifest", "application/manifest+json"},
                                                                         {".woff2", "font/woff2"},
                                                                         {".txt", "text/plain; charset=utf-8"}};
  for (const auto& [ending, type] : kTypes) {
    if (absl::EndsWith(path, ending)) return type;
  }
  return "application/octet-stream";
}

// Null when it does not get smaller.
std::shared_ptr<const std::string> Gzip(const std::string& plain) {
  z_stream stream{};
  AANGAN_CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) ==
               Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));  // zlib reads it
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  AANGAN_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed.size() < plain.size() ? std::make_shared<const std::string>(std::move(packed)) : nullptr;
}

// gzip is named, and not with a weight of nothing.
bool TakesGzip(absl::string_view accept_encoding) {
  for (absl::string_view each : absl::StrSplit(accept_encoding, ',')) {
    each = absl::StripAsciiWhitespace(each);
    if (each == "gzip" || (absl::StartsWith(each, "gzip;") && !absl::EndsWith(each, "q=0"))) return true;
  }
  return false;
}

bool Matches(absl::string_view if_none_match, absl::string_view etag) {
  for (const absl::string_view each : absl::StrSplit(if_none_match, ',')) {
    if (absl::StripAsciiWhitespace(each) == etag) return true;
  }
  return false;
}

}  // namespace

Pages::Pages(const std::vector<EmbeddedFile>& files) {
  for (const EmbeddedFile& each : files) {
    const std::string path = absl::StrCat("/", each.path);
    File file;
    file.content_type = TypeOf(path);
    file.is_immutable = absl::StartsWith(path, kImmutablePrefix);
    file.plain = std::make_shared<const std::string>(each.begin, each.end);
    file.gzipped = Gzip(*file.plain);
    // Weak, because the compressed form has the same.
    file.etag = absl::StrCat("W/\"", ToHex(Sha256({"aangan/v1/page", *file.plain})).substr(0, 32), "\"");
    files_.emplace(path, std::move(file));
  }
}

HttpResponse Pages::Answer(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD")
    return WrongMethod("A page is asked for by GET.", "GET, HEAD");
  const auto found = files_.find(request.path == "/" ? "/index.html" : request.path);
  if (found == files_.end()) {
    return InWords(404, files_.empty() ? "This program was built without its pages." : "There is no such page.");
  }
  const File& file = found->second;
  HttpResponse response;
  response.content_type = file.content_type;
  response.headers = {{"ETag", file.etag},
                      {"Vary", "Accept-Encoding"},
                      {"Cache-Control", file.is_immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (Matches(request.Header("if-none-match"), file.etag)) {
    response.status = 304;
    return response;
  }
  response.shared_body = file.plain;
  if (file.gzipped != nullptr && TakesGzip(request.Header("accept-encoding"))) {
    response.shared_body = file.gzipped;
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

}  // namespace aangan::server
