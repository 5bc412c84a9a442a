#include "sim/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace sim {

namespace bytes_detail {

Buffer* allocate(std::uint64_t capacity) {
  void* memory = ::operator new(sizeof(Buffer) + static_cast<std::size_t>(capacity));
  return new (memory) Buffer{1, 0, capacity};
}

void release(Buffer* buffer) { ::operator delete(buffer); }

}  // namespace bytes_detail

Bytes Bytes::copy_of(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  bytes_detail::BufferRef buffer{bytes_detail::allocate(bytes.size())};
  std::memcpy(buffer->data(), bytes.data(), bytes.size());
  const std::byte* data = buffer->data();
  return Bytes{std::move(buffer), data, bytes.size()};
}

Bytes Bytes::copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

Bytes Bytes::slice(std::size_t offset, std::size_t length) const {
  SIM_CHECK(offset <= size_, "slice from {} of {} bytes", offset, size_);
  SIM_CHECK(length <= size_ - offset, "slice of {} bytes at {} of {}", length, offset, size_);
  if (length == 0) return {};
  return Bytes{buffer_, data_ + offset, length};
}

MutableBytes::MutableBytes(std::size_t size) : size_{size} {
  if (size == 0) return;
  buffer_ = bytes_detail::BufferRef{bytes_detail::allocate(size)};
  std::memset(buffer_->data(), 0, size);
}

void MutableBytes::reserve(std::size_t capacity) {
  if (buffer_ && buffer_->capacity >= capacity) return;
  bytes_detail::BufferRef larger{bytes_detail::allocate(capacity)};
  if (size_ > 0) std::memcpy(larger->data(), buffer_->data(), size_);
  buffer_ = std::move(larger);
}

void MutableBytes::append(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const std::size_t needed = size_ + bytes.size();
  if (!buffer_ || buffer_->capacity < needed) reserve(std::max(needed, size_ * 2));
  std::memcpy(buffer_->data() + size_, bytes.data(), bytes.size());
  size_ = needed;
}

Bytes MutableBytes::freeze() && {
  if (size_ == 0) return {};
  const std::byte* data = buffer_->data();
  return Bytes{std::exchange(buffer_, {}), data, std::exchange(size_, 0)};
}

}  // namespace sim
