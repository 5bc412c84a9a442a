#include "model/log/batch_file_reader.hpp"

#include <algorithm>

namespace kafka {

namespace {

/// Pieces end at multiples of this, which are the ends of the simulated disk's chunks.
constexpr std::uint64_t piece_size = 65'536;
constexpr std::uint64_t bytes_up_to_magic = 17;

}  // namespace

LogResult<BatchStep> BatchFileReader::next() {
  at_ = next_;
  if (end_ < bytes_up_to_magic || at_ >= end_ - bytes_up_to_magic) return BatchStep::end;
  const std::uint64_t left = end_ - at_;
  if (const LogResult<void> read = have(at_, std::min<std::uint64_t>(left, batch_header_size)); !read.ok()) {
    return sim::fail(read.error());
  }
  const std::byte* header = view(at_, bytes_up_to_magic).data();
  const auto length = load_big_endian<std::int32_t>(header + 8);
  if (length < 14) return BatchStep::corrupt;
  const std::uint64_t size = batch_overhead + static_cast<std::uint64_t>(length);
  if (size > left) return BatchStep::end;
  const bool version_2 = load_big_endian<std::int8_t>(header + 16) == batch_magic;
  if (!version_2 || size < batch_header_size) return BatchStep::corrupt;
  next_ = at_ + size;
  return BatchStep::batch;
}

LogResult<sim::Bytes> BatchFileReader::whole() {
  if (const LogResult<void> read = have(at_, next_ - at_); !read.ok()) return sim::fail(read.error());
  return window_.slice(static_cast<std::size_t>(at_ - window_from_), static_cast<std::size_t>(next_ - at_));
}

/// Afterwards the window holds [from, from + length).
LogResult<void> BatchFileReader::have(std::uint64_t from, std::uint64_t length) {
  if (from >= window_from_ && from + length <= window_from_ + window_.size()) return {};
  const std::uint64_t to_next_piece = piece_size - from % piece_size;
  const std::uint64_t wanted = std::min(end_ - from, std::max(length, to_next_piece));
  sim::DiskResult<sim::Bytes> read = disk_.read(file_, from, wanted);
  if (!read.ok()) return storage_error("read", "a segment", read.error());
  if (read.value().size() < length) return malformed_file("a segment", "the file is shorter than it was");
  window_ = std::move(read).value();
  window_from_ = from;
  return {};
}

}  // namespace kafka
