// SPDX-License-Identifier: Apache-2.0
// Static pages from a table that is built into the program (cmake/embed.cmake). Nothing is read from disk, so that no
// path leads out of it.
//
// "/" is index.html. Each file has an ETag from its digest, is compressed once at start where that makes it smaller,
// and is asked for again by browsers, but for those under /assets/, whose names change with their content: they are
// kept for a year. Threads: thread-safe. Errors: 404, and 405 for a method other than GET and HEAD.
#ifndef AANGAN_SERVER_SHARED_PAGES_H_
#define AANGAN_SERVER_SHARED_PAGES_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/shared/http_page.h"

namespace aangan::server {

struct EmbeddedFile {
  const char* path;  // "assets/index-1a2b3c4d.js"
  const char* begin;
  const char* end;
};

class Pages {
 public:
  explicit Pages(const std::vector<EmbeddedFile>& files);
  HttpResponse Answer(const HttpRequest& request) const;

 private:
  // Bytes are shared with the answers that are on their way.
  struct File {
    std::string content_type;
    std::string etag;
    bool is_immutable = false;
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> gzipped;  // null where it is not smaller
  };
  std::map<std::string, File, std::less<>> files_;  // by path, with its "/"
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PAGES_H_
