// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/reader_frame.hpp"

#include "store/format/bytes.hpp"

namespace kontor::store {
namespace {

constexpr std::uint8_t k_version = 1;

}  // namespace

std::string encode_reader_flags(const ReaderFlagsFrame& frame) {
  ByteWriter out;
  out.fixed(k_version);
  out.varint(frame.folder);
  out.text(frame.reader.source);
  out.uuid(frame.reader.guid);
  out.fixed(static_cast<std::uint8_t>(frame.action));
  out.fixed(frame.flags);
  out.fixed(frame.own);
  out.texts(frame.keywords);
  out.uids(frame.uids);
  return out.take();
}

Result<ReaderFlagsFrame> decode_reader_flags(std::string_view payload) {
  ByteReader in(payload);
  const auto version = in.fixed<std::uint8_t>();
  if (in.ok() && version > k_version)
    return fail(Errc::unsupported, "a frame written by a later version");
  ReaderFlagsFrame frame;
  frame.folder = in.number<FolderId>();
  frame.reader.source = in.text();
  frame.reader.guid = in.uuid();
  const auto action = in.fixed<std::uint8_t>();
  frame.flags = in.fixed<FlagBits>();
  frame.own = in.fixed<std::uint8_t>();
  frame.keywords = in.texts();
  frame.uids = in.uids();
  if (!in.ok() || !in.at_end() || version != k_version ||
      action > static_cast<std::uint8_t>(FlagAction::remove))
    return fail(Errc::corrupt, "the payload of a frame is wrong");
  frame.action = static_cast<FlagAction>(action);
  return frame;
}

}  // namespace kontor::store
