// What the log costs the host of the simulation, on the simulated disk: one record of 100 bytes a batch, as in
// tests/bench/cluster.json. The disk's own part is measured beside it.
#include "model/log/crc32c.hpp"
#include "model/log/log.hpp"
#include "model/log/record_batch_builder.hpp"
#include "sim/check.hpp"
#include "sim/file_system_disk.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace {

using namespace kafka;

/// A disk that is not traced, with the meter of a handler.
struct BareDisk final : private sim::DiskContext {
  sim::FileSystem files;
  sim::Time now;
  sim::SimulatedDisk disk{files, *this};

  sim::Time meter() const override { return now; }
  void advance_meter_to(sim::Time reading) override { now = reading; }
  std::int64_t wall_clock_ns() const override { return now.nanoseconds(); }
  void traced(const sim::DiskOperation&) override {}
};

Log new_log(BareDisk& on, std::string_view folder) {
  SIM_CHECK(on.disk.make_directory(folder).ok());
  return Log::load(on.disk, TopicPartition{"orders", 0}, folder, LogConfig{}, LoadOptions{}).value().log;
}

sim::Bytes produced_batch() {
  const std::string value(100, 'v');
  NewRecord record;
  record.timestamp = Timestamp{1'600'000'000'000};
  record.value = sim::as_bytes(value);
  RecordBatchBuilder builder;
  builder.append(record);
  return builder.build();
}

/// Starts anew from time to time, so that a run does not fill the memory.
constexpr std::int64_t appends_in_a_file = 400'000;

void leader_append(benchmark::State& state) {
  BareDisk on;
  Log log = new_log(on, "orders-0");
  const sim::Bytes batch = produced_batch();
  for (auto _ : state) {
    const auto appended = log.append_as_leader(on.disk, batch.span(), LeaderEpoch{0}, Timestamp{5});
    benchmark::DoNotOptimize(appended);
    on.files.settle(on.now);
    if (log.log_end_offset() - log.log_start_offset() > appends_in_a_file) {
      SIM_CHECK(log.truncate_fully_and_start_at(on.disk, log.log_end_offset()).ok());
      SIM_CHECK(delete_files(on.disk, log.take_deleted_files()).ok());
    }
  }
}
BENCHMARK(leader_append);

void disk_append_alone(benchmark::State& state) {
  BareDisk on;
  sim::File file = on.disk.open("file", sim::OpenMode::replace).value();
  const sim::Bytes batch = produced_batch();
  std::int64_t count = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(on.disk.append(file, batch.span()));
    on.files.settle(on.now);
    if (++count % appends_in_a_file == 0) SIM_CHECK(on.disk.truncate(file, 0).ok());
  }
}
BENCHMARK(disk_append_alone);

void prepare_alone(benchmark::State& state) {
  const sim::Bytes batch = produced_batch();
  const LogConfig config;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        prepare_leader_append(batch.span(), config, AppendOrigin::client, Offset{9}, LeaderEpoch{0}, Timestamp{5}));
  }
}
BENCHMARK(prepare_alone);

void build_batch(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(produced_batch());
}
BENCHMARK(build_batch);

/// A leader's append, the follower's fetch of it, the follower's append, and a consumer's fetch below the watermark.
void replicate_one_record(benchmark::State& state) {
  BareDisk on;
  Log leader = new_log(on, "leader-0");
  Log follower = new_log(on, "follower-0");
  const sim::Bytes batch = produced_batch();
  for (auto _ : state) {
    SIM_CHECK(leader.append_as_leader(on.disk, batch.span(), LeaderEpoch{0}, Timestamp{5}).ok());
    const auto fetched =
        leader.read(on.disk, follower.log_end_offset(), 1'048'576, leader.log_end_offset(), true).value();
    SIM_CHECK(follower.append_as_follower(on.disk, fetched.records.span()).ok());
    if (leader.log_end_offset() > Offset{1}) {
      const Offset watermark = leader.log_end_offset() - 1;
      benchmark::DoNotOptimize(leader.read(on.disk, watermark - 1, 1'048'576, watermark, true));
    }
    on.files.settle(on.now);
    if (leader.log_end_offset() - leader.log_start_offset() > appends_in_a_file) {
      for (Log* log : {&leader, &follower}) {
        SIM_CHECK(log->truncate_fully_and_start_at(on.disk, log->log_end_offset()).ok());
        SIM_CHECK(delete_files(on.disk, log->take_deleted_files()).ok());
      }
    }
  }
}
BENCHMARK(replicate_one_record);

void read_at_the_tail(benchmark::State& state) {
  BareDisk on;
  Log log = new_log(on, "orders-0");
  const sim::Bytes batch = produced_batch();
  for (int i = 0; i < 10'000; ++i) {
    SIM_CHECK(log.append_as_leader(on.disk, batch.span(), LeaderEpoch{0}, Timestamp{5}).ok());
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(log.read(on.disk, Offset{9'999}, 1'048'576, log.log_end_offset(), true));
  }
}
BENCHMARK(read_at_the_tail);

void copy_of_logs(benchmark::State& state) {
  BareDisk on;
  std::vector<Log> logs;
  for (int i = 0; i < 1'000; ++i) {
    logs.push_back(new_log(on, "orders-" + std::to_string(i)));
    SIM_CHECK(logs.back().append_as_leader(on.disk, produced_batch().span(), LeaderEpoch{0}, Timestamp{5}).ok());
  }
  for (auto _ : state) {
    std::vector<Log> copy = logs;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(copy_of_logs)->Unit(benchmark::kMicrosecond);

void recover(benchmark::State& state) {
  BareDisk on;
  Log log = new_log(on, "orders-0");
  const sim::Bytes batch = produced_batch();
  for (int i = 0; i < 100'000; ++i) {
    SIM_CHECK(log.append_as_leader(on.disk, batch.span(), LeaderEpoch{0}, Timestamp{5}).ok());
  }
  for (auto _ : state) {
    LogResult<LoadedLog> loaded =
        Log::load(on.disk, TopicPartition{"orders", 0}, "orders-0", LogConfig{}, LoadOptions{});
    SIM_CHECK(loaded.value().log.close(on.disk).ok());
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(recover)->Unit(benchmark::kMillisecond);

template <std::uint32_t (*Checksum)(std::uint32_t, std::span<const std::byte>)>
void checksum(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Checksum(0, bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum<crc32c>)->Arg(150)->Arg(65'536);
BENCHMARK(checksum<crc32c_by_tables>)->Arg(150)->Arg(65'536);

}  // namespace
