// SPDX-License-Identifier: GPL-3.0-or-later
// Every payload begins with its version. A message's payload says first where its body begins, so
// that the body is found without reading the head.
#include "server/queue/frames.hpp"

#include "store/format/bytes.hpp"

namespace kontor::queue {
namespace {

using store::ByteReader;
using store::ByteWriter;

constexpr std::uint8_t k_version = 2;  // 1: a head ends with its recipients
constexpr std::size_t k_prefix = 8;    // version, three zeros, where the body begins
constexpr std::uint8_t k_has_notify = 0x80;
constexpr std::uint8_t k_requires_tls = 1, k_tls_optional = 2, k_by_return = 4, k_by_trace = 8;
constexpr int k_most_priority = 9;

void write_outcomes(ByteWriter& out, const std::vector<Outcome>& outcomes) {
  out.varint(outcomes.size());
  for (const auto& one : outcomes) {
    out.fixed(static_cast<std::uint8_t>(one.fate));
    out.fixed(static_cast<std::uint8_t>(one.takes_notices ? 1 : 0));
    for (const auto& text : {one.status, one.diagnostic, one.reason, one.remote}) out.text(text);
  }
}

template <class Enum>
Enum read_enum(ByteReader& in, Enum last) {
  const auto value = in.fixed<std::uint8_t>();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return static_cast<Enum>(in.ok() ? value : 0);
}

std::vector<Outcome> read_outcomes(ByteReader& in) {
  std::vector<Outcome> all(in.count(6));
  for (auto& one : all) {
    one.fate = read_enum(in, Fate::failed);
    one.takes_notices = in.fixed<std::uint8_t>() != 0;
    for (auto* text : {&one.status, &one.diagnostic, &one.reason, &one.remote}) *text = in.text();
    if (!in.ok()) break;
  }
  return all;
}

void write_mark(ByteWriter& out, const RecipientMark& mark) {
  out.fixed(static_cast<std::uint8_t>(mark.fate));
  out.varint(mark.tries);
  out.time(mark.next_try);
  out.varint(mark.outcome);
}

// Seconds that sums with any setting stay sums.
UtcSeconds read_time(ByteReader& in) {
  constexpr std::int64_t k_most = std::int64_t{1} << 40U;
  const auto seconds = in.zigzag();
  if (seconds < 0 || seconds > k_most) in.fail();
  return UtcSeconds(std::chrono::seconds(in.ok() ? seconds : 0));
}

RecipientMark read_mark(ByteReader& in, std::size_t outcomes) {
  RecipientMark mark;
  mark.fate = read_enum(in, Fate::failed);
  mark.tries = in.number<std::uint32_t>();
  mark.next_try = read_time(in);
  mark.outcome = in.number<std::uint32_t>();
  if (mark.outcome > outcomes) in.fail();
  return mark;
}

ByteWriter begin() {
  ByteWriter out;
  out.fixed(k_version);
  return out;
}

Result<void> read_version(ByteReader& in) {
  const auto version = in.fixed<std::uint8_t>();
  if (in.ok() && version > k_version)
    return fail(Errc::unsupported, "a frame of the queue written by a later version");
  if (!in.ok() || version == 0) return fail(Errc::corrupt, "a frame of the queue without version");
  return {};
}

// What stands behind the recipients since version 2.
void write_wishes(ByteWriter& out, const Envelope& envelope) {
  std::uint8_t flags = 0;
  if (envelope.requires_tls) flags |= k_requires_tls;
  if (envelope.tls_optional) flags |= k_tls_optional;
  if (envelope.is_by_return) flags |= k_by_return;
  if (envelope.is_by_trace) flags |= k_by_trace;
  out.fixed(flags);
  out.fixed(static_cast<std::uint8_t>(envelope.priority + k_most_priority));
  out.time(envelope.release);
  out.time(envelope.deliver_by);
}

void read_wishes(ByteReader& in, Envelope& envelope) {
  const auto flags = in.fixed<std::uint8_t>();
  envelope.requires_tls = (flags & k_requires_tls) != 0;
  envelope.tls_optional = (flags & k_tls_optional) != 0;
  envelope.is_by_return = (flags & k_by_return) != 0;
  envelope.is_by_trace = (flags & k_by_trace) != 0;
  const auto priority = in.fixed<std::uint8_t>();
  if (priority > 2 * k_most_priority) in.fail();
  envelope.priority = static_cast<std::int8_t>(in.ok() ? priority - k_most_priority : 0);
  envelope.release = read_time(in);
  envelope.deliver_by = read_time(in);
}

Result<void> check_end(const ByteReader& in) {
  if (!in.ok() || !in.at_end()) return fail(Errc::corrupt, "a frame of the queue is wrong");
  return {};
}

struct Parts {
  std::string_view before;  // behind the prefix, up to the body
  std::string_view body;
};

Result<Parts> parts_of(std::string_view bytes) {
  ByteReader in(bytes);
  KONTOR_TRY(read_version(in));
  in.raw(3);
  const auto at = in.fixed<std::uint32_t>();
  if (!in.ok() || at < k_prefix || at > bytes.size())
    return fail(Errc::corrupt, "a message of the queue without a body");
  return Parts{bytes.substr(k_prefix, at - k_prefix), bytes.substr(at)};
}

std::string with_body(std::string_view before, std::string_view body) {
  ByteWriter out;
  out.reserve(k_prefix + before.size() + body.size());
  out.fixed(k_version);
  out.raw(std::string_view("\0\0\0", 3));
  out.fixed(static_cast<std::uint32_t>(k_prefix + before.size()));
  out.raw(before);
  out.raw(body);
  return out.take();
}

}  // namespace

std::string encode_head(const Head& head) {
  ByteWriter out;
  const auto& envelope = head.envelope;
  out.text(envelope.trace);
  out.text(envelope.sender);
  out.text(envelope.envelope_id);
  out.fixed(static_cast<std::uint8_t>(envelope.returned));
  out.fixed(static_cast<std::uint8_t>(envelope.body));
  out.fixed(static_cast<std::uint8_t>(envelope.is_utf8 ? 1 : 0));
  out.varint(envelope.size);
  out.time(envelope.arrived);
  out.varint(head.recipients.size());
  for (const auto& one : head.recipients) {
    out.text(one.address);
    out.text(one.original);
    out.fixed(static_cast<std::uint8_t>(one.notify | (one.has_notify ? k_has_notify : 0)));
  }
  write_wishes(out, envelope);
  return out.take();
}

Result<Head> decode_head(std::string_view bytes) {
  ByteReader in(bytes);
  Head head;
  auto& envelope = head.envelope;
  envelope.trace = in.text();
  envelope.sender = in.text();
  envelope.envelope_id = in.text();
  envelope.returned = read_enum(in, Return::headers);
  envelope.body = read_enum(in, Body::binary);
  envelope.is_utf8 = in.fixed<std::uint8_t>() != 0;
  envelope.size = in.varint();
  envelope.arrived = read_time(in);
  const auto count = in.count(3);
  if (in.ok() && count == 0) in.fail();  // a message to nobody
  head.recipients.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Recipient one;
    one.address = in.text();
    one.original = in.text();
    const auto notify = in.fixed<std::uint8_t>();
    one.has_notify = (notify & k_has_notify) != 0;
    one.notify = notify & static_cast<std::uint8_t>(~k_has_notify);
    head.recipients.push_back(std::move(one));
  }
  if (in.ok() && !in.at_end()) read_wishes(in, envelope);  // none: of version 1
  KONTOR_TRY(check_end(in));
  return head;
}

std::string encode_message(std::string_view head, std::string_view body) {
  return with_body(head, body);
}

Result<MessageFrame> decode_message(std::string_view bytes) {
  KONTOR_TRY(const auto parts, parts_of(bytes));
  MessageFrame frame;
  frame.head = parts.before;
  frame.body = parts.body;
  return frame;
}

std::string encode_carried(const MessageFrame& frame) {
  ByteWriter out;
  out.varint(frame.id);
  out.fixed(static_cast<std::uint8_t>(frame.is_delay_told ? 1 : 0));
  write_outcomes(out, frame.outcomes);
  out.varint(frame.marks.size());
  for (const auto& mark : frame.marks) write_mark(out, mark);
  out.raw(frame.head);
  return with_body(out.take(), frame.body);
}

Result<MessageFrame> decode_carried(std::string_view bytes) {
  KONTOR_TRY(const auto parts, parts_of(bytes));
  ByteReader in(parts.before);
  MessageFrame frame;
  frame.id = in.varint();
  frame.is_delay_told = in.fixed<std::uint8_t>() != 0;
  frame.outcomes = read_outcomes(in);
  const auto count = in.count(4);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    frame.marks.push_back(read_mark(in, frame.outcomes.size()));
  frame.head = in.raw(in.left());
  frame.body = parts.body;
  if (!in.ok() || frame.id == 0) return fail(Errc::corrupt, "a carried message is wrong");
  return frame;
}

std::string encode_fates(const FatesFrame& frame) {
  auto out = begin();
  write_outcomes(out, frame.outcomes);
  out.varint(frame.rows.size());
  for (const auto& row : frame.rows) {
    out.varint(row.id);
    out.varint(row.recipient);
    write_mark(out, row.mark);
  }
  out.varint(frame.delay_told.size());
  for (const auto id : frame.delay_told) out.varint(id);
  return out.take();
}

Result<FatesFrame> decode_fates(std::string_view bytes) {
  ByteReader in(bytes);
  KONTOR_TRY(read_version(in));
  FatesFrame frame;
  frame.outcomes = read_outcomes(in);
  const auto rows = in.count(6);
  for (std::size_t i = 0; i < rows && in.ok(); ++i) {
    FateRow row;
    row.id = in.varint();
    row.recipient = in.number<std::uint32_t>();
    row.mark = read_mark(in, frame.outcomes.size());
    frame.rows.push_back(row);
  }
  const auto told = in.count(1);
  for (std::size_t i = 0; i < told && in.ok(); ++i) frame.delay_told.push_back(in.varint());
  KONTOR_TRY(check_end(in));
  return frame;
}

std::string encode_removed(const RemovedFrame& frame) {
  auto out = begin();
  out.varint(frame.ids.size());
  for (const auto id : frame.ids) out.varint(id);
  return out.take();
}

Result<RemovedFrame> decode_removed(std::string_view bytes) {
  ByteReader in(bytes);
  KONTOR_TRY(read_version(in));
  RemovedFrame frame;
  const auto count = in.count(1);
  for (std::size_t i = 0; i < count && in.ok(); ++i) frame.ids.push_back(in.varint());
  KONTOR_TRY(check_end(in));
  return frame;
}

Result<std::string> body_of(std::string payload) {
  KONTOR_TRY(const auto parts, parts_of(payload));
  payload.erase(0, static_cast<std::size_t>(parts.body.data() - payload.data()));
  return payload;
}

}  // namespace kontor::queue
