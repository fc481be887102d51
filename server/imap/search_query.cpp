// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/search_query.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::imap {
namespace {

using search::Field;
using search::Fields;
using wire::SearchOp;

struct Named {
  std::string_view name;  // lower case
  Field field;
};
// Header fields that an index keeps apart, without their names.
constexpr std::array k_named{Named{"subject", Field::subject}, Named{"from", Field::from},
                             Named{"to", Field::to}, Named{"cc", Field::cc},
                             Named{"bcc", Field::bcc}};

Fields header_field(std::string_view name) {
  for (const auto& row : k_named)
    if (iequals(row.name, name)) return search::fields_of(row.field);
  return search::fields_of(Field::header);
}

// TEXT is looked for in whole header lines: such a needle may begin in the name of a field.
bool may_begin_in_name(std::string_view needle) {
  for (const auto& row : k_named) {
    const std::string lead = std::string(row.name) + ": ";
    for (std::size_t i = 0; i < lead.size(); ++i) {
      const auto rest = std::string_view(lead).substr(i);
      if (rest.starts_with(needle) || needle.starts_with(rest)) return true;
    }
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<search::TextQuery> text_query(const wire::SearchKey& key) {
  search::TextQuery query;
  query.op = search::TextOp::literal;
  query.text = key.text;
  if (key.text.empty()) return std::nullopt;  // is there such a field at all?
  if (key.fuzzy) query.op = search::TextOp::words;
  switch (key.op) {
    case SearchOp::header:
      query.fields = header_field(key.name);
      return query;
    case SearchOp::body:
      query.fields =
          Fields(search::fields_of(Field::body) | search::fields_of(Field::attachment_name) |
                 search::fields_of(Field::attachment));
      return query;
    case SearchOp::text:
      // People's words are not looked for in fields that people do not see (RFC 6203, 3: what is
      // found is the server's to say): no index has those, and all messages would be read.
      if (key.fuzzy || leaves_header(key))
        query.fields = Fields(search::k_every_field & ~search::fields_of(Field::header));
      else if (may_begin_in_name(mime::fold_case(key.text)))
        return std::nullopt;
      return query;
    default:
      return std::nullopt;
  }
}

bool asks_for_more(const wire::SearchKey& key) {
  return key.op == SearchOp::header && !key.fuzzy &&
         header_field(key.name) == search::fields_of(Field::header);
}

// An index knows which headers have characters outside of ASCII, and of the others nothing.
bool leaves_header(const wire::SearchKey& key) {
  return key.op == SearchOp::text && !key.fuzzy && is_ascii(mime::fold_case(key.text));
}

}  // namespace kontor::imap
