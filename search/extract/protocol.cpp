// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/protocol.hpp"

#include <algorithm>

#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"

namespace kontor::search {
namespace {

std::string versioned() {
  std::string out;
  append_le(out, k_extract_version);
  return out;
}

bool is_version(LeReader& in) { return in.number<std::uint32_t>() == k_extract_version; }

std::unexpected<Error> misread(std::string_view what) {
  return fail(Errc::bad_input, std::string(what) + " of kontor-extract cannot be read");
}

// At most `most` bytes, not ending within a character.
std::string_view head_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

std::string encode(const Greeting& greeting) {
  auto out = versioned();
  out.push_back(static_cast<char>((greeting.no_calls ? 1 : 0) | (greeting.no_paths ? 2 : 0)));
  return out;
}

Result<Greeting> parse_greeting(std::string_view bytes) {
  LeReader in(bytes);
  const bool known = is_version(in);
  const auto bits = in.number<std::uint8_t>();
  if (!known || !bits || *bits > 3 || in.left() != 0) return misread("the greeting");
  return Greeting{(*bits & 1U) != 0, (*bits & 2U) != 0};
}

std::string encode(const Order& order) {
  auto out = versioned();
  append_le(out, order.seconds);
  append_le(out, order.memory);
  return out;
}

Result<Order> parse_order(std::string_view bytes) {
  LeReader in(bytes);
  const bool known = is_version(in);
  const auto seconds = in.number<std::uint32_t>();
  const auto memory = in.number<std::uint64_t>();
  if (!known || !seconds || !memory || in.left() != 0) return misread("an order");
  return Order{*seconds, *memory};
}

std::string encode(const Fate& fate) {
  return {static_cast<char>(fate.end), static_cast<char>(fate.number)};
}

Result<Fate> parse_fate(std::string_view bytes) {
  if (bytes.size() != 2 || static_cast<std::uint8_t>(bytes[0]) > std::uint8_t(End::refused))
    return misread("a fate");
  return Fate{End(bytes[0]), static_cast<std::uint8_t>(bytes[1])};
}

std::string request_head(const Attachment& attachment) {
  const auto type = head_of(attachment.media_type, k_most_name);
  // The end of a long name says what kind of file it is.
  auto name = attachment.file_name;
  if (name.size() > k_most_name) name.remove_prefix(name.size() - k_most_name);
  auto out = versioned();
  append_le(out, std::uint32_t(type.size()));
  append_le(out, std::uint32_t(name.size()));
  append_le(out, std::uint64_t(attachment.bytes.size()));
  out.append(type).append(name);
  return out;
}

Result<Attachment> parse_request(std::string_view bytes) {
  LeReader in(bytes);
  const bool known = is_version(in);
  const auto type_size = in.number<std::uint32_t>();
  const auto name_size = in.number<std::uint32_t>();
  const auto size = in.number<std::uint64_t>();
  if (!known || !type_size || !name_size || !size) return misread("a request");
  const auto type = in.take(*type_size);
  const auto name = in.take(*name_size);
  const auto body = in.take(*size);
  if (!type || !name || !body || in.left() != 0) return misread("a request");
  return Attachment{*body, *type, *name};
}

std::string encode_answer(const Extracted& extracted) {
  const auto text = head_of(extracted.text, k_most_text);
  const auto why = head_of(extracted.why, k_most_why);
  auto out = versioned();
  out.reserve(out.size() + 9 + text.size() + why.size());
  out.push_back(static_cast<char>(extracted.outcome));
  append_le(out, std::uint32_t(text.size()));
  append_le(out, std::uint32_t(why.size()));
  out.append(text).append(why);
  return out;
}

Result<Extracted> parse_answer(std::string_view bytes) {
  LeReader in(bytes);
  const bool known = is_version(in);
  const auto outcome = in.number<std::uint8_t>();
  const auto text_size = in.number<std::uint32_t>();
  const auto why_size = in.number<std::uint32_t>();
  if (!known || !outcome || *outcome > std::uint8_t(Extraction::not_readable) || !text_size ||
      *text_size > k_most_text || !why_size || *why_size > k_most_why)
    return misread("an answer");
  const auto text = in.take(*text_size);
  const auto why = in.take(*why_size);
  if (!text || !why || in.left() != 0) return misread("an answer");
  const auto valid = [](std::string_view part) {
    return is_utf8(part) ? std::string(part) : to_valid_utf8(part);
  };
  return Extracted{Extraction(*outcome), valid(*text), valid(*why)};
}

}  // namespace kontor::search
