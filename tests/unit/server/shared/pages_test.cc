// SPDX-License-Identifier: Apache-2.0
// Pages out of the program: types, ETags, compression, how long a browser may keep them, and no way to anything else.
#include "server/shared/pages.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <string>

namespace aangan::server {
namespace {

const std::string& Html() {
  static const std::string& html = *new std::string("<!doctype html>" + std::string(2000, 'a'));
  return html;
}
constexpr char kScript[] = "x";  // does not get smaller

std::map<std::string, std::string> HeadersOf(const HttpResponse& response) {
  return {response.headers.begin(), response.headers.end()};
}

std::string Unpacked(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string plain(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

class PagesTest : public ::testing::Test {
 protected:
  HttpResponse Get(const std::string& path, const std::map<std::string, std::string>& headers = {},
                   const std::string& method = "GET") const {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.headers = headers;
    return pages_.Answer(request);
  }

  const Pages pages_{{{"index.html", Html().data(), Html().data() + Html().size()},
                      {"assets/index-1a2b3c4d.js", kScript, kScript + 1}}};
};

TEST_F(PagesTest, TheRootIsTheIndex) {
  const HttpResponse answer = Get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(*answer.shared_body, Html());
  EXPECT_EQ(*Get("/index.html").shared_body, Html());
  EXPECT_EQ(Get("/assets/index-1a2b3c4d.js").content_type, "text/javascript; charset=utf-8");
}

TEST_F(PagesTest, NamesThatChangeWithTheirContentAreKeptAndOthersAskedForAgain) {
  EXPECT_EQ(HeadersOf(Get("/assets/index-1a2b3c4d.js")).at("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(HeadersOf(Get("/")).at("Cache-Control"), "no-cache");
}

TEST_F(PagesTest, WhoHasItIsToldSo) {
  const std::string etag = HeadersOf(Get("/")).at("ETag");
  EXPECT_EQ(Get("/", {{"if-none-match", etag}}).status, 304);
  EXPECT_EQ(Get("/", {{"if-none-match", "\"a\", " + etag}}).status, 304);
  EXPECT_EQ(Get("/", {{"if-none-match", etag}}).shared_body, nullptr);
  EXPECT_EQ(Get("/", {{"if-none-match", "\"a\""}}).status, 200);
  EXPECT_NE(HeadersOf(Get("/assets/index-1a2b3c4d.js")).at("ETag"), etag);
}

TEST_F(PagesTest, IsCompressedForWhoeverTakesIt) {
  for (const char* taken : {"gzip", "br, gzip;q=0.8", "deflate, gzip"}) {
    const HttpResponse answer = Get("/", {{"accept-encoding", taken}});
    EXPECT_EQ(HeadersOf(answer).at("Content-Encoding"), "gzip") << taken;
    EXPECT_EQ(Unpacked(*answer.shared_body), Html());
    EXPECT_EQ(HeadersOf(answer).at("Vary"), "Accept-Encoding");
  }
  for (const char* not_taken : {"", "br", "gzip;q=0"})
    EXPECT_EQ(HeadersOf(Get("/", {{"accept-encoding", not_taken}})).count("Content-Encoding"), 0u) << not_taken;
  EXPECT_EQ(HeadersOf(Get("/assets/index-1a2b3c4d.js", {{"accept-encoding", "gzip"}})).count("Content-Encoding"), 0u);
}

TEST_F(PagesTest, NothingElseIsThere) {
  for (const char* path : {"/nothing", "/../index.html", "/assets/../index.html", "//index.html", "/%69ndex.html",
                           "/index.html/", "/assets/", "/etc/passwd", "/../../../../etc/passwd", "/INDEX.HTML"})
    EXPECT_EQ(Get(path).status, 404) << path;
  EXPECT_EQ(Get("/", {}, "POST").status, 405);
  EXPECT_EQ(Get("/", {}, "HEAD").status, 200);
}

TEST(NoPagesTest, AProgramWithoutPagesSaysSo) {
  HttpRequest request;
  request.method = "GET";
  request.path = "/";
  const HttpResponse answer = Pages({}).Answer(request);
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(answer.body.find("without its pages"), std::string::npos);
}

}  // namespace
}  // namespace aangan::server
