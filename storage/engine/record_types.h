// SPDX-License-Identifier: Apache-2.0
// Looks over a file in RocksDB's log format before RocksDB reads it: a record of a kind that we never have it write is
// damage, and RocksDB 9.10 (Debian 13) never comes back from one. A flipped bit makes a whole record (1) a recycled one
// (5), whose log number does not fit; its reader then goes round on it for ever
// (https://github.com/facebook/rocksdb/issues/11968).
//
// Source of the format: RocksDB's db/log_format.h: blocks of 32 KiB; a record is a checksum (4 bytes), its length (2),
// its kind (1) and its bytes. Checksums stay RocksDB's to check. Threads: pure but for reading the file.
#ifndef AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_
#define AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_

#include <string>

namespace aangan::storage {

// True when every record up to the end, or up to one that is cut off, is whole, first, middle or last: the kinds of a
// log that is not recycled. True too of a file that is not there: what that means is RocksDB's to say.
bool HasOnlyKnownRecords(const std::string& path);

// The same of the manifest that CURRENT of a store names.
bool ManifestHasOnlyKnownRecords(const std::string& folder);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_
