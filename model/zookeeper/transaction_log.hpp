// transaction_log.hpp - how ZooKeeper's history survives.
// Here:  TransactionLog (append, sync, roll), write_snapshot(), recover().
// Not:   what a transaction is (transaction.hpp) and when to log or to take a snapshot (server.cpp).
// Start: recover(); docs/reference/replication-and-control.md §4.1.
//
// Files are named and laid out as ZooKeeper's, below <data dir>/version-2:
//   log.<zxid of its first transaction, hex>   "ZKLG", version, id; then each: Adler-32, length, transaction, 'B'
//   snapshot.<zxid of the newest in it, hex>   "ZKSN", version, id; sessions, nodes; Adler-32 and "/" as seal
// Differences, all in how, none in what: no preallocation by zeros; no digests behind transactions; snapshots and the
// names of new files are synced (where ZooKeeper counts on what ext4 does unasked).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/zookeeper/transaction.hpp"
#include "model/zookeeper/tree.hpp"
#include "model/zookeeper/types.hpp"
#include "sim/disk.hpp"
#include "sim/result.hpp"

namespace zookeeper {

/// zlib's Adler-32.
std::uint32_t adler32(std::span<const std::byte> bytes);

/// The file that is being written, if any. A value; the handle dies with the process.
class TransactionLog {
 public:
  /// `directory` exists and is durable, see recover().
  explicit TransactionLog(std::string directory) : directory_{std::move(directory)} {}

  /// Appends and syncs all as one group: they are durable when this returns without an error. After an error the file's
  /// end is unknown and the server must stop. REQUIRES: not empty, zxids increase.
  sim::DiskResult<void> append(sim::Disk& disk, std::span<const Transaction> transactions);
  /// The next append begins a new file.
  sim::DiskResult<void> roll(sim::Disk& disk);

 private:
  std::string directory_;
  std::optional<sim::File> file_;
};

/// Writes and syncs the whole tree as snapshot.<tree.last_zxid()>.
sim::DiskResult<void> write_snapshot(sim::Disk& disk, const std::string& directory, const DataTree& tree);

struct Recovered {
  DataTree tree;
  std::uint64_t replayed = 0;  ///< transactions from logs, after the snapshot
  std::string torn_file;       ///< the log whose tail was cut, empty if none was
  std::uint64_t torn_bytes = 0;
  bool from_snapshot = false;  ///< there was a readable one
};

/// Reads the newest snapshot that is whole and the logs behind it. A record whose checksum is wrong ends its file: what
/// follows was never acknowledged, or rotted. Makes `directory` (which is "<data dir>/version-2") if it is missing.
/// Errors: a sentence, when the disk fails or transactions are missing between two files.
sim::Result<Recovered, std::string> recover(sim::Disk& disk, const std::string& directory);

}  // namespace zookeeper
