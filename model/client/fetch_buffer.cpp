#include "model/client/fetch_buffer.hpp"

#include <algorithm>

namespace kafka {

FetchBuffer::Step FetchBuffer::next() {
  while (!corrupt_) {
    if (!cursor_) {
      const Step step = next_batch();
      if (step == Step::end) return step;
      continue;
    }
    switch (cursor_->next()) {
      case RecordCursor::Step::record:
        if (cursor_->record().offset < position_) break;
        position_ = cursor_->record().offset + 1;
        return Step::record;
      case RecordCursor::Step::end:
        position_ = std::max(position_, behind_batch_);  // compaction may have taken the last records of the batch
        cursor_.reset();
        at_ += batch_size_;
        break;
      case RecordCursor::Step::broken: corrupt_ = true; break;
    }
  }
  return Step::corrupt;
}

// `record`: there is a batch, or a broken one. `end`: no whole batch is left.
FetchBuffer::Step FetchBuffer::next_batch() {
  BatchCursor batches{bytes_.span().subspan(at_)};
  const BatchStep step = batches.next();
  if (step == BatchStep::end) return Step::end;
  if (step == BatchStep::corrupt || batches.bytes().size() < batch_header_size) {
    corrupt_ = true;
    return Step::record;
  }
  const RecordBatchView batch = batches.batch();
  if (check_crcs_ && !batch.valid()) {
    corrupt_ = true;
    return Step::record;
  }
  batch_size_ = batch.size();
  behind_batch_ = batch.last_offset() + 1;
  leader_epoch_ = batch.leader_epoch();
  if (batch.control()) {  // markers are not for applications
    position_ = std::max(position_, behind_batch_);
    at_ += batch_size_;
    return Step::record;
  }
  cursor_.emplace(batch);
  return Step::record;
}

Offset FetchBuffer::behind_corrupt() const {
  const std::span<const std::byte> left = bytes_.span().subspan(at_);
  // The base offset is outside of what the checksum covers: take it for what it is worth, but never go back.
  if (left.size() >= batch_header_size) {
    const Offset behind = RecordBatchView{left}.last_offset() + 1;
    constexpr std::int64_t longest_batch = INT32_MAX;
    if (behind > position_ && behind - position_ <= longest_batch) return behind;
  }
  return position_ + 1;
}

}  // namespace kafka
