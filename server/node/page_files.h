// SPDX-License-Identifier: Apache-2.0
// What is built into the program for its HTTPS port: the built pages of web/dist/operator, and the descriptors of its
// rpcs with their comments. Threads: constant.
#ifndef AANGAN_SERVER_NODE_PAGE_FILES_H_
#define AANGAN_SERVER_NODE_PAGE_FILES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/shared/pages.h"

namespace aangan::node {

const std::vector<server::EmbeddedFile>& PageFiles();
absl::Span<const uint8_t> DescriptorBytes();  // a serialised FileDescriptorSet

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_PAGE_FILES_H_
