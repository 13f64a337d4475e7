// SPDX-License-Identifier: Apache-2.0
// Looks over files in RocksDB's log format, its manifest and its logs of writes, for damage that RocksDB does not see.
//
// Before it reads them: a record of a kind that we never have it write. A flipped bit makes a whole record (1) a
// recycled one (5), whose log number does not fit. RocksDB 7.8 (Debian 12) takes the log for ended there, and goes on
// with the next log; 9.10 (Debian 13) goes round on it for ever (https://github.com/facebook/rocksdb/issues/11968).
// Not so a last one that reaches beyond the end of its file: after a power cut some file systems show what lay on the
// disk before, and RocksDB leaves it out as torn, whatever its kind, but for the kinds of recycled logs.
//
// After it opened the logs: whether a write is missing between them. A flipped bit in the length of a record near the
// end of a log makes it reach beyond that end, which RocksDB takes for a write that a power cut tore.
//
// Source of the format: RocksDB's db/log_format.h: blocks of 32 KiB; a record is a checksum (4 bytes), its length (2),
// its kind (1) and its bytes. A write begins with its number (8) and a count (4), db/write_batch.cc. Checksums stay
// RocksDB's to check. Threads: pure but for reading files.
#ifndef AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_
#define AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_

#include <string>

namespace aangan::storage {

// True when every record up to the end, or up to one that is torn, is whole, first, middle or last: the kinds of a log
// that is not recycled. A torn one is of any kind but those of a recycled log. True too of a file that is not there:
// what that means is RocksDB's to say.
bool HasOnlyKnownRecords(const std::string& path);

// The same of the manifest that CURRENT of a store names, and of every log of writes in the folder.
bool StoreHasOnlyKnownRecords(const std::string& folder);

// True when no write is missing between the first and the last in the folder's logs of writes, all of which RocksDB has
// read, and none of which it is done with. One that a power cut tore is not missing: the next one has its number.
bool LogsHoldEveryWrite(const std::string& folder);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_RECORD_TYPES_H_
