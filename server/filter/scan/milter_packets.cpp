// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/milter_packets.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "server/filter/printable.hpp"
#include "server/filter/scan/big_endian.hpp"

namespace kontor::filter::scan {
namespace {

constexpr std::size_t k_most_text = 400;  // of a reply

std::optional<std::uint32_t> number_at(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// The next text and what stands behind its zero byte.
std::optional<std::string_view> take_text(std::string_view& data) {
  const auto end = data.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = data.substr(0, end);
  data.remove_prefix(end + 1);
  return text;
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

// Lines of a field end with LF alone and go on with a blank; each becomes one of the message's.
std::string field_value(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\r') continue;
    if (c != '\n') {
      out += c;
    } else if (i + 1 < value.size()) {
      const bool goes_on = value[i + 1] == ' ' || value[i + 1] == '\t';
      out += goes_on ? "\r\n" : "\r\n\t";
    }
  }
  return out;
}

std::unexpected<Error> strange(std::string_view what) {
  return fail(Errc::bad_input, "the milter sent " + std::string(what));
}

}  // namespace

std::string milter_packet(char command, std::string_view data) {
  std::string out;
  append_number(out, static_cast<std::uint32_t>(data.size() + 1));
  out += command;
  return out.append(data);
}

std::string milter_texts(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) {
    for (const char c : text)
      if (c != '\0') out += c;
    out += '\0';
  }
  return out;
}

std::string milter_offer(const milter::Offer& offer) {
  std::string data;
  for (const auto number : {offer.version, offer.actions, offer.steps}) append_number(data, number);
  return milter_packet('O', data);
}

Result<bool> MilterReader::next(MilterPacket& packet) {
  const auto size = number_at(bytes_, 0);
  if (!size) return false;
  if (*size == 0 || *size > milter::k_most_packet) return strange("a packet of no possible size");
  if (bytes_.size() < 4 + std::size_t{*size}) return false;
  packet.command = bytes_[4];
  packet.data = bytes_.substr(5, *size - 1);
  bytes_.erase(0, 4 + std::size_t{*size});
  return true;
}

Result<milter::Offer> read_milter_offer(std::string_view data) {
  const auto version = number_at(data, 0), actions = number_at(data, 4), steps = number_at(data, 8);
  if (!version || !actions || !steps || *version < 2) return strange("no offer of its version");
  return milter::Offer{*version, *actions, *steps};
}

Result<MilterChange> read_milter_change(const MilterPacket& packet) {
  using Kind = MilterChange::Kind;
  MilterChange change;
  std::string_view data = packet.data;
  switch (packet.command) {
    case 'b':
      change.kind = Kind::body;
      change.value = packet.data;
      return change;
    case '-':
    case 'q': {
      change.kind = packet.command == 'q' ? Kind::quarantine : Kind::delete_recipient;
      const auto text = take_text(data);
      if (!text) return strange("a text without an end");
      change.value = std::string(*text);
      return change;
    }
    case 'h':
    case 'i':
    case 'm':
      break;
    default:
      return strange("an answer that is not known");
  }
  change.kind = packet.command == 'h'   ? Kind::add
                : packet.command == 'i' ? Kind::insert
                                        : Kind::change;
  if (packet.command != 'h') {
    const auto index = number_at(data, 0);
    if (!index) return strange("a field without its place");
    change.index = *index;
    data.remove_prefix(4);
  }
  const auto name = take_text(data), value = take_text(data);
  if (!name || !value || !is_field_name(*name)) return strange("a field that is none");
  change.name = std::string(*name);
  change.value = field_value(*value);
  return change;
}

Result<MilterReply> read_milter_reply(std::string_view data) {
  const auto text = take_text(data);
  if (!text || text->size() < 3) return strange("an answer without a code");
  const auto code = parse_number<unsigned>(text->substr(0, 3));
  if (!code || *code < 400 || *code > 599) return strange("an answer that refuses nothing");
  MilterReply reply{static_cast<int>(*code), {}, {}};
  // The first line says it; the others begin with the code again.
  auto line = text->substr(3, std::min(text->find_first_of("\r\n"), text->size()) - 3);
  if (!line.empty()) line.remove_prefix(1);
  const auto blank = std::min(line.find(' '), line.size());
  const auto status = line.substr(0, blank);
  const bool is_status = std::ranges::count(status, '.') == 2 && status[0] == (*text)[0] &&
                         status.size() >= 5 && status.size() <= 9 &&
                         status.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_status) {
    reply.status = std::string(status);
    line.remove_prefix(std::min(blank + 1, line.size()));
  }
  reply.text = printable(line, k_most_text);
  return reply;
}

}  // namespace kontor::filter::scan
