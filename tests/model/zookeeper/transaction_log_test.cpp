// Files: a real ZooKeeper's log is read, ours come back, torn and rotten ones are cut, missing ones are noticed.
#include "model/zookeeper/transaction_log.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "model/zookeeper/preparer.hpp"
#include "model/zookeeper/shared_map.hpp"
#include "sim/file_system.hpp"
#include "sim/file_system_disk.hpp"
#include "sim/random.hpp"
#include "tests/model/zookeeper/operation_text.hpp"

namespace zookeeper::test {
namespace {

const std::string directory = "zookeeper/version-2";

/// As our log would hold it: without the digest, and with create where ZooKeeper says create2.
std::vector<std::byte> encoded_again(const std::vector<std::byte>& record) {
  const auto transaction = decode_transaction(record);
  REQUIRE(transaction.has_value());
  std::vector<std::byte> bytes;
  encode(*transaction, bytes);
  return bytes;
}

/// A power loss takes everything that was not synced.
sim::DiskModel without_mercy() {
  sim::DiskModel model;
  model.power_loss.data = model.power_loss.names = sim::Survival::none;
  return model;
}

/// A disk without a world.
class Machine final : private sim::DiskContext {
 public:
  sim::Disk& disk() { return disk_; }
  void lose_power() {
    sim::Random random{sim::Seed{1}};
    files_.power_off(meter_, random);
  }
  void write(const std::string& path, const std::vector<std::byte>& bytes) {
    const auto file = disk_.open(path, sim::OpenMode::replace);
    REQUIRE(disk_.append(file.value(), bytes).ok());
    REQUIRE(disk_.close(file.value()).ok());
  }
  std::vector<std::byte> read(const std::string& path) {
    const auto file = disk_.open(path, sim::OpenMode::read);
    const auto bytes = disk_.read(file.value(), 0, disk_.status(file.value()).value().size);
    REQUIRE(disk_.close(file.value()).ok());
    return {bytes.value().begin(), bytes.value().end()};
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    const auto entries = disk_.list(directory);
    for (const sim::DirectoryEntry& entry : entries.value()) names.push_back(entry.name);
    return names;
  }

 private:
  sim::Time meter() const override { return meter_; }
  void advance_meter_to(sim::Time reading) override { meter_ = reading; }
  std::int64_t wall_clock_ns() const override { return meter_.nanoseconds(); }
  void traced(const sim::DiskOperation&) override {}

  sim::Time meter_;
  sim::FileSystem files_{without_mercy()};

  sim::SimulatedDisk disk_{files_, *this};
};

Create create_of(const std::string& path, const std::string& data, CreateMode mode = CreateMode::persistent) {
  Create create;
  create.path = path;
  create.data = data_of(data);
  create.mode = mode;
  return create;
}

/// A server's work without a server.
struct Keeper {
  DataTree tree;
  Preparer preparer;
  TransactionLog log{directory};

  void write(Machine& machine, const std::vector<Operation>& operations) {
    std::vector<Transaction> group;
    for (const Operation& operation : operations) {
      group.push_back(preparer.prepare(tree, operation, SessionId{77}, Xid{1}, 1'000));
    }
    REQUIRE(log.append(machine.disk(), group).ok());
    for (const Transaction& transaction : group) {
      tree.apply(transaction);
      preparer.applied(transaction.zxid);
    }
    CHECK(preparer.outstanding() == 0);
  }
};

std::string text_of(const DataTree& tree) {
  std::string text;
  tree.for_each_node([&](const std::string& path, const Node& node) {
    text += path + " " + text_of_data(node.data) + " " +
            text_of_stat(node.stat(), [](SessionId id) { return std::to_string(id.raw()); }) + "\n";
  });
  for (const auto& [session, timeout] : tree.sessions()) {
    text += std::to_string(session.raw()) + " " + std::to_string(timeout) + "\n";
  }
  return text;
}

Recovered recovered_from(Machine& machine) {
  auto recovered = recover(machine.disk(), directory);
  REQUIRE_MESSAGE(recovered.ok(), recovered.error());
  return std::move(recovered).value();
}

TEST_CASE(
    "the log of a real ZooKeeper 3.8.0 is read: its digests are passed over, its reserved zeros are no torn tail") {
  Machine machine;
  CHECK_FALSE(recovered_from(machine).from_snapshot);
  std::ifstream in{std::string{KAFKASIM_SOURCE_DIR "/tests/golden/zookeeper/recorded_log.txt"}};
  int files = 0;
  int records = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = words_of(line);
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < words[1].size(); i += 2) {
      bytes.push_back(static_cast<std::byte>(std::stoi(words[1].substr(i, 2), nullptr, 16)));
    }
    machine.write(directory + "/" + words[0], bytes);
    ++files;

    jute::Reader reader{bytes};
    reader.raw(16);
    for (;;) {
      reader.integer<std::int64_t>();
      const auto length = reader.integer<std::int32_t>();
      if (length <= 0) break;
      const auto span = reader.raw(static_cast<std::size_t>(length));
      reader.raw(1);
      std::vector<std::byte> record{span.begin(), span.end()};
      const std::vector<std::byte> again = encoded_again(record);
      if (record[31] != std::byte{0xff}) record.resize(record.size() - 12);  // the digest; errors have none
      if (record[31] == std::byte{15}) record[31] = std::byte{1};
      CHECK(again == record);
      ++records;
    }
  }
  CHECK(files == 2);
  CHECK(records == 21);
  const Recovered recovered = recovered_from(machine);
  // What recorded_restart.txt ends with.
  CHECK(recovered.torn_file == "");
  CHECK(recovered.tree.last_zxid() == Zxid{21});
  CHECK(recovered.tree.find("/p")->version == 2);
  CHECK(recovered.tree.find("/")->stat().cversion == 9);
  CHECK(text_of(recovered.tree).find("/seq-0000000005 ") != std::string::npos);
  CHECK(recovered.tree.find("/e") == nullptr);
  CHECK_FALSE(recovered.tree.find("/nul")->data.has_value());
  CHECK(recovered.tree.sessions().empty());
}

TEST_CASE("what was logged comes back, with and without a snapshot") {
  Machine machine;
  Keeper keeper;
  keeper.tree = recovered_from(machine).tree;
  keeper.write(machine,
               {create_of("/a", "1"), create_of("/a/b", "2", CreateMode::ephemeral), create_of("/a/b/c", "no")});
  keeper.write(machine, {SetData{"/a", data_of("3"), 0}, Delete{"/zookeeper/none", -1}});
  keeper.write(machine,
               {Multi{{create_of("/m", "x"), SetData{"/m", Data{}, 0}}}, Multi{{Check{"/a", 0}, Delete{"/m", -1}}}});
  CHECK(machine.names() == std::vector<std::string>{"log.1"});
  const Recovered from_log = recovered_from(machine);
  CHECK(from_log.replayed == 7);
  CHECK(text_of(from_log.tree) == text_of(keeper.tree));
  CHECK(from_log.tree.ephemerals_of(SessionId{77}) == std::vector<std::string>{"/a/b"});

  REQUIRE(write_snapshot(machine.disk(), directory, keeper.tree).ok());
  REQUIRE(keeper.log.roll(machine.disk()).ok());
  keeper.write(machine, {create_of("/late", "x")});
  CHECK(machine.names() == std::vector<std::string>{"log.1", "log.8", "snapshot.7"});
  const Recovered from_snapshot = recovered_from(machine);
  CHECK(from_snapshot.from_snapshot);
  CHECK(from_snapshot.replayed == 1);
  CHECK(text_of(from_snapshot.tree) == text_of(keeper.tree));
}

TEST_CASE("any cut of the log is a shorter history; any wrong byte ends it where it is") {
  Machine machine;
  Keeper keeper;
  keeper.tree = recovered_from(machine).tree;
  std::vector<std::string> after{text_of(keeper.tree)};
  std::vector<std::size_t> ends{16};
  for (int i = 0; i < 4; ++i) {
    keeper.write(machine, {create_of("/n" + std::to_string(i), "data")});
    after.push_back(text_of(keeper.tree));
    ends.push_back(machine.read(directory + "/log.1").size());
  }
  const std::vector<std::byte> whole = machine.read(directory + "/log.1");
  const auto records_before = [&](std::size_t size) {
    std::size_t records = 0;
    while (records + 1 < ends.size() && ends[records + 1] <= size) ++records;
    return records;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    machine.write(directory + "/log.1", {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    const Recovered recovered = recovered_from(machine);
    CHECK(text_of(recovered.tree) == after[records_before(size)]);
    const std::size_t end = size < 16 ? 0 : ends[records_before(size)];
    // A record begins with zeros, and zeros alone look like room that was reserved and never used.
    CHECK(recovered.torn_bytes == (size >= 16 && size - end <= 4 ? 0 : size - end));

    // The same place, but a flipped bit.
    std::vector<std::byte> rotten = whole;
    rotten[size] ^= std::byte{0x10};
    machine.write(directory + "/log.1", rotten);
    if (size < 8 || size >= 16) {  // the database id in between means nothing
      CHECK(text_of(recovered_from(machine).tree) == after[size < 16 ? 0 : records_before(size)]);
    }
  }
}

TEST_CASE(
    "a torn snapshot is passed over for the one before; a hole between two logs is an error, not a shorter history") {
  Machine machine;
  Keeper keeper;
  keeper.tree = recovered_from(machine).tree;
  REQUIRE(write_snapshot(machine.disk(), directory, keeper.tree).ok());
  keeper.write(machine, {create_of("/a", "1"), create_of("/b", "2")});
  REQUIRE(write_snapshot(machine.disk(), directory, keeper.tree).ok());
  REQUIRE(keeper.log.roll(machine.disk()).ok());
  keeper.write(machine, {create_of("/c", "3")});
  const std::vector<std::byte> snapshot = machine.read(directory + "/snapshot.2");
  for (std::size_t at = 0; at < snapshot.size(); at += 7) {
    std::vector<std::byte> rotten = snapshot;
    rotten[at] ^= std::byte{1};
    machine.write(directory + "/snapshot.2", rotten);
    const Recovered recovered = recovered_from(machine);
    CHECK(recovered.replayed == 3);
    CHECK(text_of(recovered.tree) == text_of(keeper.tree));
  }
  REQUIRE(machine.disk().unlink(directory + "/snapshot.2").ok());
  REQUIRE(machine.disk().unlink(directory + "/log.1").ok());
  const auto broken = recover(machine.disk(), directory);
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error() == "zookeeper/version-2/log.3: transaction 3 follows 0: those between are lost");
}

TEST_CASE("what a recovery has read cannot vanish with the page cache later") {
  Machine machine;
  Keeper keeper;
  keeper.tree = recovered_from(machine).tree;
  keeper.write(machine, {create_of("/a", "1")});
  const std::vector<std::byte> log = machine.read(directory + "/log.1");
  // A program that died before its sync: the page cache holds the log, the platter nothing.
  REQUIRE(machine.disk().unlink(directory + "/log.1").ok());
  REQUIRE(machine.disk().sync_directory(directory).ok());
  machine.write(directory + "/log.1", log);
  CHECK(recovered_from(machine).replayed == 1);
  machine.lose_power();
  CHECK(text_of(recovered_from(machine).tree) == text_of(keeper.tree));
}

TEST_CASE("Adler-32 as in zlib") {
  CHECK(adler32({}) == 1);
  CHECK(adler32(sim::as_bytes("Wikipedia")) == 0x11E60398);
  const std::vector<std::byte> many(100'000, std::byte{0xff});
  CHECK(adler32(many) == 0x149a302c);
}

TEST_CASE("a shared map is a map, and its copies are independent") {
  using Map = SharedMap<std::string, int, std::less<>, 4>;
  sim::Random random{sim::Seed{3}};
  Map map;
  std::map<std::string, int> plain;
  const auto same = [](const Map& a, const std::map<std::string, int>& b) {
    std::vector<std::pair<std::string, int>> all;
    a.for_each([&](const std::string& key, int value) { all.emplace_back(key, value); });
    return a.size() == b.size() &&
           std::equal(all.begin(), all.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && x.second == y.second; });
  };
  for (int round = 0; round < 4'000; ++round) {
    const Map before = map;
    const std::map<std::string, int> plain_before = plain;
    const std::string key = std::to_string(random.below(60));
    const int value = static_cast<int>(random.below(1'000));
    switch (random.below(4)) {
      case 0:
      case 1:
        map.insert(key, value);
        plain[key] = value;
        break;
      case 2: CHECK(map.erase(key) == (plain.erase(key) > 0)); break;
      default:
        if (int* found = map.edit(key)) *found = value;
        if (plain.count(key) > 0) plain[key] = value;
    }
    CHECK(same(map, plain));
    CHECK(same(before, plain_before));
    CHECK(map.contains(key) == (plain.count(key) > 0));
    const std::string from = std::to_string(random.below(60));
    auto at = plain.lower_bound(from);
    map.for_each_from(from, [&](const std::string& found, int) {
      CHECK(at != plain.end());
      CHECK(found == at->first);
      return ++at != plain.end();
    });
  }
}

}  // namespace
}  // namespace zookeeper::test
