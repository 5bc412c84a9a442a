#include "model/zookeeper/transaction.hpp"

#include <algorithm>
#include <utility>

namespace zookeeper {
namespace {

struct Header {
  SessionId session;
  Xid xid;
  Zxid zxid;
  std::int64_t time_ms = 0;
  OpCode op = OpCode::error;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("clientId", self.session);
    visit("cxid", self.xid);
    visit("zxid", self.zxid);
    visit("time", self.time_ms);
    visit("type", self.op);
  }
};

/// A step as it stands in a multi: a type and a buffer.
struct TypedBytes {
  OpCode op = OpCode::error;
  Data bytes;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("type", self.op);
    visit("data", self.bytes);
  }
};

template <class Variant, std::size_t index = 0>
bool get_alternative(OpCode op, jute::Reader& reader, Variant& value) {
  if constexpr (index < std::variant_size_v<Variant>) {
    using Body = std::variant_alternative_t<index, Variant>;
    if (Body::op == op) {
      jute::get(reader, value.template emplace<index>());
      return !reader.failed();
    }
    return get_alternative<Variant, index + 1>(op, reader, value);
  } else {
    return false;
  }
}

// ZooKeeper logs create2 under its own number, with the same record.
OpCode logged_as(OpCode op) { return op == OpCode::create2 ? OpCode::create : op; }

template <class Variant>
OpCode op_of_body(const Variant& value) {
  return std::visit([](const auto& body) { return std::decay_t<decltype(body)>::op; }, value);
}

}  // namespace

bool MultiTransaction::failed() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return std::holds_alternative<ErrorTransaction>(step); });
}

template <class Sink>
void MultiTransaction::jute_put(Sink& sink) const {
  jute::put(sink, static_cast<std::int32_t>(steps.size()));
  for (const Step& step : steps) {
    std::visit(
        [&](const auto& body) {
          jute::put(sink, std::decay_t<decltype(body)>::op);
          jute::put(sink, static_cast<std::int32_t>(jute::size_of(body)));
          jute::put(sink, body);
        },
        step);
  }
}

void MultiTransaction::jute_get(jute::Reader& reader) {
  std::vector<TypedBytes> all;
  jute::get(reader, all);
  steps.clear();
  for (const TypedBytes& typed : all) {
    jute::Reader inner{typed.bytes ? typed.bytes->span() : std::span<const std::byte>{}};
    Step step;
    if (!get_alternative(logged_as(typed.op), inner, step)) {
      reader.fail();
      return;
    }
    steps.push_back(std::move(step));
  }
}

void MultiTransaction::jute_print(std::string& out) const {
  out += '[';
  for (const Step& step : steps) {
    if (out.back() != '[') out += ' ';
    out += to_text(op_of_body(step));
    std::visit([&](const auto& body) { jute::print(out, body); }, step);
  }
  out += ']';
}

void encode(const Transaction& transaction, std::vector<std::byte>& out) {
  jute::Writer writer{out};
  jute::put(writer, Header{transaction.session, transaction.xid, transaction.zxid, transaction.time_ms,
                           op_of_body(transaction.body)});
  std::visit([&](const auto& body) { jute::put(writer, body); }, transaction.body);
}

std::optional<Transaction> decode_transaction(std::span<const std::byte> bytes) {
  jute::Reader reader{bytes};
  Header header;
  jute::get(reader, header);
  Transaction transaction{header.session, header.xid, header.zxid, header.time_ms, {}};
  if (!get_alternative(logged_as(header.op), reader, transaction.body)) return std::nullopt;
  return transaction;
}

std::string to_text(const Transaction& transaction) {
  std::string out = "zxid=";
  jute::print(out, transaction.zxid);
  out += " session=";
  jute::print(out, transaction.session);
  out += ' ';
  out += to_text(op_of_body(transaction.body));
  std::visit([&](const auto& body) { jute::print(out, body); }, transaction.body);
  return out;
}

}  // namespace zookeeper
