#include "model/client/producer_batch.hpp"

#include "sim/check.hpp"

namespace kafka {
namespace {

// Java's DefaultRecord.MAX_RECORD_OVERHEAD: lengths, deltas and attributes at their largest.
constexpr std::size_t record_overhead = 21;

}  // namespace

std::size_t upper_bound_size(const NewRecord& record) {
  return batch_header_size + record_overhead + (record.key ? record.key->size() : 0) +
         (record.value ? record.value->size() : 0);
}

bool ProducerBatch::append(const NewRecord& record, std::uint64_t tag) {
  if (closed()) return false;
  if (!tags_.empty() && builder_.size_with(record) > limit_) return false;
  builder_.append(record);
  tags_.push_back(tag);
  return true;
}

void ProducerBatch::close() {
  if (closed()) return;
  bytes_ = builder_.build();
  builder_ = RecordBatchBuilder{};
}

void ProducerBatch::failed(sim::Time now, sim::Time not_before, sim::EventId why) {
  ++tries_;
  since_ = now;
  not_before_ = not_before;
  failed_by_ = why;
}

std::vector<ProducerBatch> ProducerBatch::split(std::size_t limit) const {
  std::vector<ProducerBatch> parts;
  RecordCursor records{RecordBatchView{bytes_.span()}};
  for (const std::uint64_t tag : tags_) {
    const RecordCursor::Step step = records.next();
    SIM_CHECK(step == RecordCursor::Step::record, "a batch of our own cannot be read");
    const RecordView& view = records.record();
    const std::vector<RecordHeader> headers = view.headers();
    const NewRecord record{view.timestamp, view.key, view.value, headers};
    if (parts.empty() || !parts.back().append(record, tag)) {
      if (!parts.empty()) parts.back().close();
      ProducerBatch part{created_, std::max(limit, upper_bound_size(record)), 0};
      part.tries_ = tries_;
      part.perhaps_written = perhaps_written;
      part.append(record, tag);
      parts.push_back(std::move(part));
    }
  }
  if (!parts.empty()) parts.back().close();
  return parts;
}

}  // namespace kafka
