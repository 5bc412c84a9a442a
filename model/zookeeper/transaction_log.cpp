#include "model/zookeeper/transaction_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/zookeeper/jute.hpp"
#include "sim/check.hpp"

namespace zookeeper {
namespace {

constexpr std::int32_t log_magic = 0x5a4b4c47;       // "ZKLG"
constexpr std::int32_t snapshot_magic = 0x5a4b534e;  // "ZKSN"
constexpr std::int32_t file_version = 2;
constexpr std::size_t header_size = 16;
constexpr std::byte end_of_record{0x42};
constexpr std::int64_t open_acl = -1;

struct FileHeader {
  std::int32_t magic = 0;
  std::int32_t version = file_version;
  std::int64_t database = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("magic", self.magic);
    visit("version", self.version);
    visit("dbid", self.database);
  }
};

struct NodeRecord {
  Data data;
  std::int64_t acl = open_acl;
  Node node;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    std::int32_t aversion = 0;
    visit("data", self.data);
    visit("acl", self.acl);
    visit("czxid", self.node.czxid);
    visit("mzxid", self.node.mzxid);
    visit("ctime", self.node.ctime_ms);
    visit("mtime", self.node.mtime_ms);
    visit("version", self.node.version);
    visit("cversion", self.node.creates);
    visit("aversion", aversion);
    visit("ephemeralOwner", self.node.owner);
    visit("pzxid", self.node.pzxid);
  }
};

std::string file_name(std::string_view kind, Zxid zxid) {
  return fmt::format("{}.{:x}", kind, static_cast<std::uint64_t>(zxid.raw()));
}

/// The zxid in "log.1f"; nothing if the name is not of this kind.
std::optional<Zxid> zxid_in(std::string_view name, std::string_view kind) {
  if (name.size() <= kind.size() + 1 || name.substr(0, kind.size()) != kind || name[kind.size()] != '.') return {};
  const std::string_view digits = name.substr(kind.size() + 1);
  if (digits.size() > 16) return {};
  std::uint64_t value = 0;
  for (const char digit : digits) {
    std::uint64_t nibble = 0;
    if (digit >= '0' && digit <= '9') {
      nibble = static_cast<std::uint64_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      nibble = static_cast<std::uint64_t>(digit - 'a' + 10);
    } else {
      return {};
    }
    value = value << 4 | nibble;
  }
  return Zxid{static_cast<std::int64_t>(value)};
}

std::string_view without_version(std::string_view directory) {
  const std::size_t slash = directory.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : directory.substr(0, slash);
}

/// Reads and syncs: what a life of the server builds on must not vanish with the page cache under it.
sim::DiskResult<sim::Bytes> read_whole(sim::Disk& disk, const std::string& path) {
  const auto file = disk.open(path, sim::OpenMode::read_write);
  if (!file.ok()) return sim::fail(file.error());
  if (const auto synced = disk.sync(file.value()); !synced.ok()) return sim::fail(synced.error());
  const auto status = disk.status(file.value());
  if (!status.ok()) return sim::fail(status.error());
  auto bytes = disk.read(file.value(), 0, status.value().size);
  if (const auto closed = disk.close(file.value()); !closed.ok()) return sim::fail(closed.error());
  return bytes;
}

}  // namespace

std::uint32_t adler32(std::span<const std::byte> bytes) {
  constexpr std::uint32_t modulus = 65'521;
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  while (!bytes.empty()) {
    const std::size_t run =
        std::min<std::size_t>(bytes.size(), 5'552);  // as many as 32 bits can sum without a division
    for (const std::byte byte : bytes.first(run)) {
      a += static_cast<std::uint32_t>(byte);
      b += a;
    }
    a %= modulus;
    b %= modulus;
    bytes = bytes.subspan(run);
  }
  return b << 16 | a;
}

// --- the log
// -------------------------------------------------------------------------------------------------------------

sim::DiskResult<void> TransactionLog::append(sim::Disk& disk, std::span<const Transaction> transactions) {
  SIM_CHECK(!transactions.empty(), "nothing to log");
  std::vector<std::byte> bytes;
  const bool fresh = !file_;
  if (fresh) {
    // A file of this name can only hold a torn first record, or this transaction would have another zxid.
    const auto opened =
        disk.open(directory_ + "/" + file_name("log", transactions.front().zxid), sim::OpenMode::replace);
    if (!opened.ok()) return sim::fail(opened.error());
    file_ = opened.value();
    jute::Writer writer{bytes};
    jute::put(writer, FileHeader{log_magic, file_version, 0});
  }
  std::vector<std::byte> one;
  for (const Transaction& transaction : transactions) {
    one.clear();
    encode(transaction, one);
    jute::Writer writer{bytes};
    writer.integer(static_cast<std::int64_t>(adler32(one)));
    writer.integer(static_cast<std::int32_t>(one.size()));
    bytes.insert(bytes.end(), one.begin(), one.end());
    bytes.push_back(end_of_record);
  }
  if (const auto done = disk.append(*file_, bytes); !done.ok()) return sim::fail(done.error());
  if (const auto done = disk.sync(*file_); !done.ok()) return sim::fail(done.error());
  if (fresh) {
    if (const auto done = disk.sync_directory(directory_); !done.ok()) return sim::fail(done.error());
  }
  return {};
}

sim::DiskResult<void> TransactionLog::roll(sim::Disk& disk) {
  if (!file_) return {};
  const sim::File file = *file_;
  file_.reset();
  return disk.close(file);
}

// --- snapshots
// -----------------------------------------------------------------------------------------------------------

sim::DiskResult<void> write_snapshot(sim::Disk& disk, const std::string& directory, const DataTree& tree) {
  std::vector<std::byte> bytes;
  jute::Writer writer{bytes};
  jute::put(writer, FileHeader{snapshot_magic, file_version, -1});
  jute::put(writer, static_cast<std::int32_t>(tree.sessions().size()));
  for (const auto& [session, timeout_ms] : tree.sessions()) {
    jute::put(writer, session);
    jute::put(writer, timeout_ms);
  }
  jute::put(writer, std::int32_t{0});  // access control lists besides the open one
  tree.for_each_node([&](const std::string& path, const Node& node) {
    jute::put(writer, path == "/" ? std::string{} : path);
    jute::put(writer, NodeRecord{node.data, open_acl, node});
  });
  jute::put(writer, std::string{"/"});
  jute::put(writer, static_cast<std::int64_t>(adler32(bytes)));
  jute::put(writer, std::string{"/"});

  const auto file = disk.open(directory + "/" + file_name("snapshot", tree.last_zxid()), sim::OpenMode::replace);
  if (!file.ok()) return sim::fail(file.error());
  if (const auto done = disk.append(file.value(), bytes); !done.ok()) return sim::fail(done.error());
  if (const auto done = disk.sync(file.value()); !done.ok()) return done;
  if (const auto done = disk.close(file.value()); !done.ok()) return done;
  return disk.sync_directory(directory);
}

namespace {

/// The tree in a snapshot; nothing if it is not whole.
std::optional<DataTree> tree_in(const sim::Bytes& bytes, Zxid zxid) {
  constexpr std::size_t seal = 8 + 5;
  if (bytes.size() < header_size + seal) return std::nullopt;
  const std::size_t content = bytes.size() - seal;
  jute::Reader end{bytes.span().subspan(content)};
  const auto checksum = end.integer<std::int64_t>();
  std::string last;
  jute::get(end, last);
  if (!end.complete() || last != "/") return std::nullopt;
  if (checksum != static_cast<std::int64_t>(adler32(bytes.span().first(content)))) return std::nullopt;

  jute::Reader reader{bytes.span().first(content)};
  FileHeader header;
  jute::get(reader, header);
  if (header.magic != snapshot_magic || header.version != file_version) return std::nullopt;
  DataTree tree = DataTree::restore_begin(zxid);
  std::int32_t sessions = 0;
  jute::get(reader, sessions);
  for (std::int32_t i = 0; i < sessions && !reader.failed(); ++i) {
    SessionId session;
    std::int32_t timeout_ms = 0;
    jute::get(reader, session);
    jute::get(reader, timeout_ms);
    tree.restore_session(session, timeout_ms);
  }
  std::int32_t acls = 0;
  jute::get(reader, acls);
  if (acls != 0) return std::nullopt;
  for (;;) {
    std::string path;
    jute::get(reader, path);
    if (reader.failed()) return std::nullopt;
    if (path == "/") break;
    NodeRecord record;
    jute::get(reader, record);
    record.node.data = record.data;
    if (reader.failed() || !tree.restore_node(path.empty() ? "/" : path, record.node)) return std::nullopt;
  }
  if (!reader.complete()) return std::nullopt;
  return tree;
}

/// What a log holds, and how many bytes behind the last whole record do not fit.
struct LogContent {
  std::vector<Transaction> transactions;
  std::uint64_t torn_bytes = 0;
};

LogContent log_in(const sim::Bytes& bytes) {
  LogContent content;
  jute::Reader head{bytes.span().first(std::min(bytes.size(), header_size))};
  FileHeader header;
  jute::get(head, header);
  if (head.failed() || header.magic != log_magic || header.version != file_version) {
    content.torn_bytes = bytes.size();
    return content;
  }
  std::size_t at = header_size;
  while (at < bytes.size()) {
    jute::Reader reader{bytes.span().subspan(at)};
    const auto checksum = reader.integer<std::int64_t>();
    const auto length = reader.integer<std::int32_t>();
    if (reader.failed() || length <= 0) break;  // zeros: room that was never used
    const auto record = reader.raw(static_cast<std::size_t>(length));
    const auto end = reader.raw(1);
    if (reader.failed() || end.front() != end_of_record) break;
    if (checksum != static_cast<std::int64_t>(adler32(record))) break;
    auto transaction = decode_transaction(record);
    if (!transaction) break;
    content.transactions.push_back(*std::move(transaction));
    at = bytes.size() - reader.remaining();
  }
  // Zeros are room that ZooKeeper reserves ahead, not a torn record.
  const auto rest = bytes.span().subspan(at);
  const bool reserved = std::all_of(rest.begin(), rest.end(), [](std::byte byte) { return byte == std::byte{0}; });
  content.torn_bytes = reserved ? 0 : rest.size();
  return content;
}

/// Whether `next` may come directly after `last`: the next number, or a new epoch.
bool follows(Zxid last, Zxid next) { return next.raw() == last.raw() + 1 || next.raw() >> 32 > last.raw() >> 32; }

sim::DiskResult<void> make_durable_directory(sim::Disk& disk, const std::string& path) {
  const auto exists = disk.exists(path);
  if (!exists.ok()) return sim::fail(exists.error());
  if (!exists.value()) {
    if (const auto made = disk.make_directory(path); !made.ok()) return made;
  }
  return disk.sync_directory(without_version(path));
}

}  // namespace

sim::Result<Recovered, std::string> recover(sim::Disk& disk, const std::string& directory) {
  const auto failed = [](std::string_view what, sim::DiskError error) {
    return sim::fail(fmt::format("{}: {}", what, sim::to_text(error)));
  };
  const std::string data_directory{without_version(directory)};
  if (!data_directory.empty()) {
    if (const auto made = make_durable_directory(disk, data_directory); !made.ok())
      return failed(data_directory, made.error());
  }
  if (const auto made = make_durable_directory(disk, directory); !made.ok()) return failed(directory, made.error());
  if (const auto synced = disk.sync_directory(directory); !synced.ok()) return failed(directory, synced.error());
  const auto entries = disk.list(directory);
  if (!entries.ok()) return failed(directory, entries.error());
  std::vector<Zxid> snapshots;
  std::vector<Zxid> logs;
  for (const sim::DirectoryEntry& entry : entries.value()) {
    if (const auto zxid = zxid_in(entry.name, "snapshot")) snapshots.push_back(*zxid);
    if (const auto zxid = zxid_in(entry.name, "log")) logs.push_back(*zxid);
  }
  std::sort(snapshots.rbegin(), snapshots.rend());
  std::sort(logs.begin(), logs.end());

  Recovered recovered;
  for (const Zxid zxid : snapshots) {
    const std::string path = directory + "/" + file_name("snapshot", zxid);
    const auto bytes = read_whole(disk, path);
    if (!bytes.ok()) return failed(path, bytes.error());
    if (auto tree = tree_in(bytes.value(), zxid)) {
      recovered.tree = *std::move(tree);
      recovered.from_snapshot = true;
      break;
    }
  }

  // The newest log that begins no later than the first transaction that is needed, and all behind it.
  auto first = std::upper_bound(logs.begin(), logs.end(), Zxid{recovered.tree.last_zxid().raw() + 1});
  if (first != logs.begin()) --first;
  for (auto log = first; log != logs.end(); ++log) {
    const std::string path = directory + "/" + file_name("log", *log);
    const auto bytes = read_whole(disk, path);
    if (!bytes.ok()) return failed(path, bytes.error());
    const LogContent content = log_in(bytes.value());
    if (content.torn_bytes > 0) {
      recovered.torn_file = path;
      recovered.torn_bytes = content.torn_bytes;
    }
    for (const Transaction& transaction : content.transactions) {
      const Zxid last = recovered.tree.last_zxid();
      if (transaction.zxid <= last) continue;
      if (!follows(last, transaction.zxid)) {
        return sim::fail(fmt::format("{}: transaction {:x} follows {:x}: those between are lost", path,
                                     static_cast<std::uint64_t>(transaction.zxid.raw()),
                                     static_cast<std::uint64_t>(last.raw())));
      }
      recovered.tree.apply(transaction);
      ++recovered.replayed;
    }
  }
  return recovered;
}

}  // namespace zookeeper
