// bytes.hpp - immutable bytes that are cheap to hand around.
// Here:  Bytes (a counted slice), MutableBytes (where one is made), and the counted buffer under both.
// Not:   growing files (append_log.hpp), whose chunks are the same buffers, so that a read needs no copy.
// Start: `Bytes::copy_of("text")`, `bytes.slice(4, 10)`.
//
// Counts are not atomic: a world and its copies live on one thread.
#pragma once

#include "sim/check.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace sim {

namespace bytes_detail {

/// The head of one allocation; `capacity` bytes follow it, aligned to 16.
struct alignas(16) Buffer {
  std::uint32_t references;
  std::uint32_t filled;  ///< used by AppendLog: how many bytes anybody has written
  std::uint64_t capacity;

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  const std::byte* data() const { return reinterpret_cast<const std::byte*>(this + 1); }
};
static_assert(sizeof(Buffer) == 16);

/// The bytes are not initialised; the count is 1.
Buffer* allocate(std::uint64_t capacity);
void release(Buffer* buffer);

/// A counted pointer to a Buffer, or null.
class BufferRef {
 public:
  BufferRef() = default;
  /// Takes over the one count of a fresh buffer.
  explicit BufferRef(Buffer* fresh) : buffer_{fresh} {}
  BufferRef(const BufferRef& other) : buffer_{other.buffer_} {
    if (buffer_ != nullptr) ++buffer_->references;
  }
  BufferRef(BufferRef&& other) noexcept : buffer_{std::exchange(other.buffer_, nullptr)} {}
  BufferRef& operator=(const BufferRef& other) {
    BufferRef copy{other};
    std::swap(buffer_, copy.buffer_);
    return *this;
  }
  BufferRef& operator=(BufferRef&& other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef() {
    if (buffer_ != nullptr && --buffer_->references == 0) release(buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }
  bool shared() const { return buffer_->references > 1; }
  Buffer* operator->() const { return buffer_; }
  friend bool operator==(const BufferRef& a, const BufferRef& b) { return a.buffer_ == b.buffer_; }

 private:
  Buffer* buffer_ = nullptr;
};

}  // namespace bytes_detail

/// A slice of an immutable buffer that it keeps alive. Copying and slicing copy no bytes.
class Bytes {
 public:
  Bytes() = default;
  static Bytes copy_of(std::span<const std::byte> bytes);
  static Bytes copy_of(std::string_view text);

  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::byte* begin() const { return data_; }
  const std::byte* end() const { return data_ + size_; }
  std::byte operator[](std::size_t i) const { return data_[i]; }

  std::span<const std::byte> span() const { return {data_, size_}; }
  /// The same bytes as characters; valid as long as this object or a copy of it lives.
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

  /// REQUIRES: offset + length <= size().
  Bytes slice(std::size_t offset, std::size_t length) const;
  Bytes slice_from(std::size_t offset) const { return slice(offset, size_ - offset); }

  /// Equal content, wherever it lies.
  friend bool operator==(const Bytes& a, const Bytes& b) { return a.view() == b.view(); }

  /// For the containers whose chunks are buffers: `data` must lie in the stored part of `buffer`.
  Bytes(bytes_detail::BufferRef buffer, const std::byte* data, std::size_t size)
      : buffer_{std::move(buffer)}, data_{data}, size_{size} {}

 private:
  bytes_detail::BufferRef buffer_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Bytes that still have one owner; `freeze` makes them immutable without a copy. Moves only.
class MutableBytes {
 public:
  MutableBytes() = default;
  /// `size` zero bytes.
  explicit MutableBytes(std::size_t size);
  MutableBytes(const MutableBytes&) = delete;
  MutableBytes& operator=(const MutableBytes&) = delete;
  MutableBytes(MutableBytes&& other) noexcept
      : buffer_{std::move(other.buffer_)}, size_{std::exchange(other.size_, 0)} {}
  MutableBytes& operator=(MutableBytes&& other) noexcept {
    buffer_ = std::move(other.buffer_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  std::byte* data() { return buffer_ ? buffer_->data() : nullptr; }
  std::size_t size() const { return size_; }
  std::span<std::byte> span() { return {data(), size_}; }

  void reserve(std::size_t capacity);
  void append(std::span<const std::byte> bytes);
  void append(std::string_view text) { append(std::as_bytes(std::span{text.data(), text.size()})); }

  /// Gives the bytes away and leaves this object empty.
  Bytes freeze() &&;

 private:
  bytes_detail::BufferRef buffer_;
  std::size_t size_ = 0;
};

/// Text as bytes, for calls that take a span.
inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

}  // namespace sim
