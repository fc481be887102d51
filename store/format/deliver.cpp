// SPDX-License-Identifier: GPL-3.0-or-later
// The deliver payload: a fixed prefix, a head of its own checksum, the message to the end, as it is
// (version 1) or packed (version 2).
#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"
#include "store/format/packed.hpp"
#include "store/format/payload.hpp"

namespace kontor::store {
namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint8_t k_packed_version = 2;
constexpr std::uint8_t k_zstd_blocks = 1;  // the one form of packing
constexpr std::size_t k_uid_offset = 4;
constexpr std::size_t k_size_offset = 12;

void read_head(ByteReader& in, DeliverFrame& frame) {
  frame.folder = in.number<FolderId>();
  frame.flags = in.fixed<FlagBits>();
  frame.internal_date = in.time();
  frame.save_date = in.time();
  frame.keywords = in.texts();
  frame.guid = in.uuid();
  frame.thread = in.varint();
  frame.header_size = in.number<std::uint32_t>();
  frame.envelope = in.text();
  frame.body = in.text();
  frame.bodystructure = in.text();
  frame.preview = in.text();
}

}  // namespace

std::string detail::encode_deliver(const DeliverFrame& frame) {
  ByteWriter head;
  head.varint(frame.folder);
  head.fixed(frame.flags);
  head.time(frame.internal_date);
  head.time(frame.save_date);
  head.texts(frame.keywords);
  head.uuid(frame.guid);
  head.varint(frame.thread);
  head.varint(frame.header_size);
  for (const auto& fragment : {frame.envelope, frame.body, frame.bodystructure, frame.preview})
    head.text(fragment);
  const auto bytes = head.take();
  ByteWriter out;
  out.reserve(k_deliver_prefix + bytes.size() + frame.raw.size());
  out.fixed(k_version);
  out.raw(std::string_view("\0\0\0", 3));
  out.fixed(frame.uid);
  out.fixed(static_cast<std::uint32_t>(k_deliver_prefix + bytes.size()));
  out.fixed(static_cast<std::uint64_t>(frame.raw.size()));
  out.fixed(crc32c(bytes));
  out.raw(bytes);
  out.raw(frame.raw);
  return out.take();
}

Result<DeliverHead> decode_deliver_head(std::string_view bytes) {
  ByteReader prefix(bytes);
  DeliverHead head;
  const auto version = prefix.fixed<std::uint8_t>();
  const auto packing = prefix.fixed<std::uint8_t>();
  head.packed = version == k_packed_version;
  if (prefix.ok() && (version > k_packed_version || (head.packed && packing != k_zstd_blocks)))
    return fail(Errc::unsupported, "a message written by a later version");
  prefix.raw(2);
  head.frame.uid = prefix.fixed<std::uint32_t>();
  head.raw_offset = prefix.fixed<std::uint32_t>();
  head.raw_size = prefix.fixed<std::uint64_t>();
  const auto checksum = prefix.fixed<std::uint32_t>();
  if (!prefix.ok() || version < k_version || head.raw_offset < k_deliver_prefix ||
      head.raw_offset > bytes.size())
    return fail(Errc::corrupt, "a deliver frame too short for its head");
  const auto part = bytes.substr(k_deliver_prefix, head.raw_offset - k_deliver_prefix);
  if (crc32c(part) != checksum)
    return fail(Errc::corrupt, "the head of a deliver frame is damaged");
  ByteReader in(part);
  read_head(in, head.frame);
  if (!in.ok() || !in.at_end()) return fail(Errc::corrupt, "the head of a deliver frame is wrong");
  return head;
}

Result<Payload> detail::decode_deliver(std::string_view bytes) {
  KONTOR_TRY(auto head, decode_deliver_head(bytes));
  KONTOR_TRY(check_deliver_length(head, bytes));
  if (head.packed) return fail(Errc::bad_input, "the message is packed");
  head.frame.raw = bytes.substr(head.raw_offset);
  return Payload(std::move(head.frame));
}

Result<void> check_deliver_length(const DeliverHead& head, std::string_view payload) {
  const auto message = payload.substr(head.raw_offset);
  if (head.packed) return check_packed(message, head.raw_size);
  if (message.size() != head.raw_size)
    return fail(Errc::corrupt, "a deliver frame of the wrong length");
  return {};
}

std::optional<std::string> pack_deliver(std::string_view payload) {
  const auto head = decode_deliver_head(payload);
  if (!head || head->packed || !check_deliver_length(*head, payload)) return std::nullopt;
  const auto message = payload.substr(head->raw_offset);
  const auto packed = pack(message);
  if (!packed) return std::nullopt;
  const auto again = unpack(*packed, message.size());  // the only copy is to be replaced by it
  if (!again || *again != message) return std::nullopt;
  std::string out(payload.substr(0, head->raw_offset));
  out[0] = static_cast<char>(k_packed_version);
  out[1] = static_cast<char>(k_zstd_blocks);
  return out + *packed;
}

Result<std::string> unpack_deliver(std::string payload) {
  KONTOR_TRY(const auto head, decode_deliver_head(payload));
  KONTOR_TRY(check_deliver_length(head, payload));
  if (!head.packed) return payload;
  KONTOR_TRY(const auto message,
             unpack(std::string_view(payload).substr(head.raw_offset), head.raw_size));
  payload.resize(head.raw_offset);
  payload[0] = static_cast<char>(k_version);
  payload[1] = '\0';
  return payload + message;
}

Result<StubFrame> stub_of(std::string_view payload) {
  KONTOR_TRY(auto head, decode_deliver_head(payload));
  KONTOR_TRY(check_deliver_length(head, payload));
  if (head.raw_size > UINT32_MAX) return fail(Errc::corrupt, "a message that is too long");
  StubFrame stub;
  stub.folder = head.frame.folder;
  stub.uid = head.frame.uid;
  stub.flags = head.frame.flags;
  stub.internal_date = head.frame.internal_date;
  stub.save_date = head.frame.save_date;
  stub.keywords = std::move(head.frame.keywords);
  stub.guid = head.frame.guid;
  stub.thread = head.frame.thread;
  stub.header_size = head.frame.header_size;
  stub.size = static_cast<std::uint32_t>(head.raw_size);
  return stub;
}

std::uint64_t deliver_raw_size(std::string_view payload) {
  ByteReader in(payload.substr(std::min(k_size_offset, payload.size())));
  return in.fixed<std::uint64_t>();
}

void set_deliver_uid(std::string& payload, Uid uid) {
  std::memcpy(payload.data() + k_uid_offset, &uid, sizeof(uid));
}

}  // namespace kontor::store
