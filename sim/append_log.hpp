// append_log.hpp - a sequence that grows at its end and is copied in no time.
// Here:  AppendLog<T>: files, traces, histories, metrics. All copies, and the slices read from them, share the chunks.
// Not:   tables whose rows change (shared_table.hpp).
// Start: `log.append(items)`, `log.slice(offset, length)`; the sharing rule is in write_piece().
//
// A chunk belongs to everybody who holds it, up to the length that each holder knows. So:
//   - appending in place is allowed iff nobody has written behind my end (`chunk.filled == my end`): no other holder
//   can
//     see those bytes. It does not matter how many hold the chunk, which is what makes fetch responses that pin the
//     tail cheap. Otherwise the chunk is copied;
//   - overwriting is allowed iff the chunk has one holder; otherwise it is copied;
//   - whatever a chunk does not store reads as zero, and a chunk that stores nothing is no chunk: a hole.
#pragma once

#include "sim/bytes.hpp"
#include "sim/check.hpp"
#include "sim/cow.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace sim {

/// 64 KiB worth of items, as a power of two.
template <class T>
inline constexpr std::size_t default_chunk_items = std::bit_floor(std::max<std::size_t>(65'536 / sizeof(T), 1));

/// Positions and sizes count items. `T` must be trivially copyable; "zero" means all its bytes are 0.
template <class T, std::size_t ChunkItems = default_chunk_items<T>>
class AppendLog {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(alignof(T) <= 16);
  static_assert(std::has_single_bit(ChunkItems));
  static_assert(ChunkItems * sizeof(T) <= UINT32_MAX);

 public:
  static constexpr std::size_t chunk_items = ChunkItems;

  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// How many items are really stored; the others are holes.
  std::uint64_t stored() const { return stored_; }
  std::uint64_t chunks() const { return (size_ + ChunkItems - 1) / ChunkItems; }

  void append(const T& item) { append(std::span<const T>{&item, 1}); }

  /// `items` may not lie in this log's own chunks.
  void append(std::span<const T> items) {
    const std::size_t at = position_in_chunk(size_);
    if (tail_.length == at && at + items.size() < ChunkItems && may_append_in_place(tail_, at + items.size())) {
      put(tail_, at, items);
      stored_ += items.size();
      size_ += items.size();
      return;
    }
    append_slowly(items);
  }

  /// Copies [from, from + to.size()) out. REQUIRES: the range lies inside the log.
  void read(std::uint64_t from, std::span<T> to) const {
    check_range(from, to.size());
    while (!to.empty()) {
      const std::size_t at = position_in_chunk(from);
      const std::size_t n = std::min(to.size(), ChunkItems - at);
      const std::span<const T> have = stored_run(from);
      const std::size_t known = std::min(n, have.size());
      if (known > 0) std::memcpy(to.data(), have.data(), known * sizeof(T));
      if (n > known) std::memset(static_cast<void*>(to.data() + known), 0, (n - known) * sizeof(T));
      to = to.subspan(n);
      from += n;
    }
  }

  /// REQUIRES: i < size().
  T operator[](std::uint64_t i) const {
    T item;
    read(i, std::span<T>{&item, 1});
    return item;
  }
  T back() const { return (*this)[size_ - 1]; }

  /// The stored items from `from` to the end of its chunk or of what the chunk stores: empty in a hole. For reading
  /// without a copy; valid until this log changes.
  std::span<const T> stored_run(std::uint64_t from) const {
    if (from >= size_) return {};
    const Piece& in = piece(from / ChunkItems);
    const std::size_t at = position_in_chunk(from);
    if (at >= in.length) return {};
    return {items_of(in) + at, in.length - at};
  }

  /// Bytes only: a slice that pins the chunk, or a copy when the range spans chunks or holes. It never changes.
  /// REQUIRES: the range lies inside the log.
  Bytes slice(std::uint64_t offset, std::size_t length) const requires std::same_as<T, std::byte> {
    check_range(offset, length);
    if (length == 0) return {};
    const std::span<const std::byte> run = stored_run(offset);
    if (run.size() >= length) return Bytes{piece(offset / ChunkItems).chunk, run.data(), length};
    MutableBytes copy{length};
    read(offset, copy.span());
    return std::move(copy).freeze();
  }

  /// Overwrites and, past the end, extends; a gap between the end and `at` becomes zero.
  void write_at(std::uint64_t at, std::span<const T> items) {
    if (at > size_) resize(at);
    const std::uint64_t inside = std::min<std::uint64_t>(items.size(), size_ - at);
    std::span<const T> overwriting = items.first(static_cast<std::size_t>(inside));
    while (!overwriting.empty()) {
      const std::size_t from = position_in_chunk(at);
      const std::size_t n = std::min(overwriting.size(), ChunkItems - from);
      write_piece(edit_piece(at / ChunkItems), from, overwriting.first(n));
      overwriting = overwriting.subspan(n);
      at += n;
    }
    if (inside < items.size()) append(items.subspan(static_cast<std::size_t>(inside)));
  }

  /// Shorter: the rest is forgotten. Longer: the new part is a hole.
  void resize(std::uint64_t new_size) {
    if (new_size < size_) {
      shrink(new_size);
    } else if (new_size > size_) {
      grow(new_size);
    }
  }

  /// Bytes only. REQUIRES: at < size(), bit < 8.
  void flip_bit(std::uint64_t at, unsigned bit) requires std::same_as<T, std::byte> {
    SIM_CHECK(bit < 8, "bit {}", bit);
    const std::byte flipped = (*this)[at] ^ (std::byte{1} << bit);
    write_at(at, std::span<const std::byte>{&flipped, 1});
  }

  /// What the chunk with this number stores; the rest of it is zero. REQUIRES: number < chunks().
  std::span<const T> stored_in_chunk(std::uint64_t number) const {
    const Piece& in = piece(number);
    return {items_of(in), in.length};
  }

  /// Whether both logs hold this chunk in common, hence read the same there; false says nothing.
  bool same_chunk(const AppendLog& other, std::uint64_t number) const {
    const Piece& mine = piece(number);
    const Piece& theirs = other.piece(number);
    return mine.length == theirs.length && (mine.length == 0 || mine.chunk == theirs.chunk);
  }

 private:
  /// One chunk as this log knows it.
  struct Piece {
    bytes_detail::BufferRef chunk;  ///< null iff length is 0, save for a tail that was emptied
    std::uint32_t length = 0;       ///< items stored that are mine
  };

  static constexpr std::size_t leaf_pieces = 64;
  struct Leaf {
    std::array<Piece, leaf_pieces> pieces;
  };
  using Root = std::vector<Cow<Leaf>>;

  static constexpr std::size_t position_in_chunk(std::uint64_t at) { return static_cast<std::size_t>(at % ChunkItems); }
  static const T* items_of(const Piece& in) {
    return in.length == 0 ? nullptr : reinterpret_cast<const T*>(in.chunk->data());
  }
  /// The chunk in which size() lies; it is never in the table. All chunks before it are.
  std::uint64_t tail_number() const { return size_ / ChunkItems; }

  void check_range(std::uint64_t from, std::uint64_t length) const {
    SIM_CHECK(from <= size_, "position {} in a log of {}", from, size_);
    SIM_CHECK(length <= size_ - from, "{} items at {} in a log of {}", length, from, size_);
  }

  const Piece& piece(std::uint64_t number) const {
    if (number == tail_number()) return tail_;
    return root_.read()[static_cast<std::size_t>(number / leaf_pieces)].read().pieces[number % leaf_pieces];
  }
  Piece& edit_piece(std::uint64_t number) {
    if (number == tail_number()) return tail_;
    return root_.edit()[static_cast<std::size_t>(number / leaf_pieces)].edit().pieces[number % leaf_pieces];
  }

  static bool may_append_in_place(const Piece& in, std::size_t end) {
    if (!in.chunk || in.chunk->capacity < end * sizeof(T)) return false;
#ifdef KAFKASIM_BREAK_COPY_ON_WRITE  // the canary build appends over what a copy has written, and the tests must notice
    return true;
#else
    return in.chunk->filled == in.length * sizeof(T) || !in.chunk.shared();
#endif
  }

  static bool may_overwrite(const Piece& in, std::size_t end) {
    if (in.chunk->capacity < end * sizeof(T)) return false;
#ifdef KAFKASIM_BREAK_COPY_ON_WRITE
    return true;
#else
    return !in.chunk.shared();
#endif
  }

  /// Chunks start small, because most files are; a log that has filled a chunk gets whole ones.
  std::size_t chunk_capacity(std::size_t end, bool tail) const {
    if (tail && size_ >= ChunkItems) return ChunkItems;
    std::size_t capacity = std::max<std::size_t>(std::bit_floor(std::max<std::size_t>(256 / sizeof(T), 1)), 1);
    while (capacity < end) capacity *= 4;
    return std::min(capacity, ChunkItems);
  }

  void replace_chunk(Piece& in, std::size_t end) {
    const std::size_t capacity = chunk_capacity(std::max<std::size_t>(end, in.length), &in == &tail_);
    bytes_detail::BufferRef fresh{bytes_detail::allocate(capacity * sizeof(T))};
    if (in.length > 0) std::memcpy(fresh->data(), in.chunk->data(), in.length * sizeof(T));
    fresh->filled = static_cast<std::uint32_t>(in.length * sizeof(T));
    in.chunk = std::move(fresh);
  }

  static void put(Piece& in, std::size_t at, std::span<const T> items) {
    const std::size_t end = at + items.size();
    if (items.empty()) return;
    std::memcpy(in.chunk->data() + at * sizeof(T), items.data(), items.size() * sizeof(T));
    if (end > in.length) {
      in.length = static_cast<std::uint32_t>(end);
      in.chunk->filled = static_cast<std::uint32_t>(end * sizeof(T));
    }
  }

  void write_piece(Piece& in, std::size_t at, std::span<const T> items) {
    const std::size_t end = at + items.size();
    const std::uint32_t length_before = in.length;
    if (at >= in.length) {
      if (!may_append_in_place(in, end)) replace_chunk(in, end);
      const std::size_t gap = at - in.length;
      if (gap > 0) std::memset(in.chunk->data() + in.length * sizeof(T), 0, gap * sizeof(T));
    } else if (!may_overwrite(in, end)) {
      replace_chunk(in, end);
    }
    put(in, at, items);
    stored_ += in.length - length_before;
  }

  void append_slowly(std::span<const T> items) {
    while (!items.empty()) {
      const std::size_t at = position_in_chunk(size_);
      const std::size_t n = std::min(items.size(), ChunkItems - at);
      write_piece(tail_, at, items.first(n));
      if (at + n == ChunkItems) store_tail();
      size_ += n;
      items = items.subspan(n);
    }
  }

  /// The tail chunk is complete and goes into the table.
  void store_tail() {
    const std::uint64_t number = tail_number();
    Root& root = root_.edit();
    if (number / leaf_pieces == root.size()) root.emplace_back();
    root.back().edit().pieces[number % leaf_pieces] = std::exchange(tail_, Piece{});
  }

  void grow(std::uint64_t new_size) {
    const std::uint64_t new_tail = new_size / ChunkItems;
    if (new_tail > tail_number()) {
      if (tail_.length > 0) {
        store_tail();
      } else {
        tail_ = Piece{};
      }
      const std::uint64_t leaves = (new_tail + leaf_pieces - 1) / leaf_pieces;
      if (root_.read().size() < leaves) root_.edit().resize(static_cast<std::size_t>(leaves));
    }
    size_ = new_size;
  }

  void shrink(std::uint64_t new_size) {
    const std::uint64_t new_tail = new_size / ChunkItems;
    const std::uint64_t old_tail = tail_number();
    if (new_tail < old_tail) {
      Piece tail = piece(new_tail);
      stored_ -= tail_.length;
      for (std::uint64_t number = new_tail + 1; number < old_tail;) {
        const std::size_t leaf = static_cast<std::size_t>(number / leaf_pieces);
        if (root_.read()[leaf].untouched()) {  // a hole of 64 chunks
          number = (number / leaf_pieces + 1) * leaf_pieces;
        } else {
          stored_ -= piece(number++).length;
        }
      }
      Root& root = root_.edit();
      const std::size_t kept = static_cast<std::size_t>(new_tail % leaf_pieces);
      root.resize(static_cast<std::size_t>((new_tail + leaf_pieces - 1) / leaf_pieces));
      if (kept > 0 && !root.back().untouched()) {
        Leaf& leaf = root.back().edit();
        for (std::size_t i = kept; i < leaf_pieces; ++i) leaf.pieces[i] = Piece{};
      }
      tail_ = std::move(tail);
    }
    const std::uint32_t left = static_cast<std::uint32_t>(std::min<std::uint64_t>(tail_.length, new_size % ChunkItems));
    stored_ -= tail_.length - left;
    tail_.length = left;
    if (left == 0) tail_ = Piece{};
    size_ = new_size;
  }

  Cow<Root> root_;
  Piece tail_;
  std::uint64_t size_ = 0;
  std::uint64_t stored_ = 0;
};

}  // namespace sim
