// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/imap_source/reply.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/sources/marks.hpp"

namespace kontor::admin::imap_source {
namespace {

constexpr std::size_t k_max_keywords = 50;

sources::Marks marks_of(const Value& flags) {
  sources::Marks out;
  for (const auto& flag : flags.items) {
    if (iequals(flag.text, "\\Seen")) out.flags |= store::k_seen;
    if (iequals(flag.text, "\\Answered")) out.flags |= store::k_answered;
    if (iequals(flag.text, "\\Flagged")) out.flags |= store::k_flagged;
    if (iequals(flag.text, "\\Deleted")) out.flags |= store::k_deleted;
    if (iequals(flag.text, "\\Draft")) out.flags |= store::k_draft;
    if (flag.text.starts_with('\\') || out.keywords.size() == k_max_keywords) continue;
    auto keyword = sources::keyword_of(flag.text);
    const auto same = [&](const std::string& one) { return iequals(one, keyword); };
    if (!keyword.empty() && std::ranges::none_of(out.keywords, same))
      out.keywords.push_back(std::move(keyword));
  }
  return out;
}

// "17-Jul-1996 02:44:25 -0700" (RFC 9051, 9: date-time).
std::optional<UtcSeconds> date_of(std::string text) {
  for (const std::size_t dash : {text.find('-'), text.find('-', text.find('-') + 1)})
    if (dash != std::string::npos && dash < 8) text[dash] = ' ';
  return mime::parse_date(trim(text));
}

void take_field(FetchedMessage& out, std::string_view name, Value& value) {
  if (name == "UID") out.uid = parse_number<std::uint32_t>(value.text).value_or(0);
  if (name == "RFC822.SIZE") out.size = parse_number<std::uint64_t>(value.text);
  if (name == "FLAGS" && value.is_list()) out.marks = marks_of(value);
  if (name == "INTERNALDATE") out.date = date_of(value.text);
  if (name == "BODY[]" && value.kind == Value::Kind::text) out.body = std::move(value.text);
}

void take_spaces(std::vector<Namespaces::Space>& out, const Value& value) {
  for (const auto& space : value.items) {
    if (!space.is_list() || space.items.size() < 2) continue;
    const auto& delimiter = space.items[1].text;
    const bool has_one = space.items[1].kind == Value::Kind::text && delimiter.size() == 1;
    out.push_back({space.items[0].text, has_one ? delimiter[0] : '\0'});
  }
}

}  // namespace

bool ListedFolder::has(std::string_view attribute) const {
  return std::ranges::find(attributes, attribute) != attributes.end();
}

std::optional<ListedFolder> listed_folder(const Reply& reply) {
  if ((reply.name != "LIST" && reply.name != "LSUB") || reply.values.size() < 3 ||
      !reply.values[0].is_list())
    return std::nullopt;
  ListedFolder out;
  for (const auto& attribute : reply.values[0].items)
    out.attributes.push_back(to_lower(attribute.text));
  const auto& delimiter = reply.values[1];
  if (delimiter.kind == Value::Kind::text && delimiter.text.size() == 1)
    out.delimiter = delimiter.text[0];
  out.name = reply.values[2].text;
  if (out.name.empty() || reply.values[2].is_list()) return std::nullopt;
  return out;
}

std::optional<FetchedMessage> fetched_message(Reply reply) {
  if (reply.name != "FETCH" || reply.values.empty() || !reply.values[0].is_list())
    return std::nullopt;
  FetchedMessage out;
  auto& items = reply.values[0].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    take_field(out, to_upper(items[i].text), items[i + 1]);
  return out;
}

Namespaces namespaces_of(const Reply& reply) {
  Namespaces out;
  if (reply.name != "NAMESPACE") return out;
  for (std::size_t i = 0; i < reply.values.size() && i < 3; ++i)
    take_spaces(i == 0 ? out.own : out.others, reply.values[i]);
  return out;
}

}  // namespace kontor::admin::imap_source
