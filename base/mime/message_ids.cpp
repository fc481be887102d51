// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/message_ids.hpp"

#include <optional>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

// At '<': what stands up to '>'; empty when it is no msg-id.
std::string read_message_id(Tokens& tokens) {
  tokens.advance();
  std::string out;
  std::size_t at_sign = std::string::npos;
  for (;;) {
    tokens.skip_cfws();
    if (tokens.at_end() || tokens.at('<')) return {};
    if (tokens.take('>')) break;
    if (tokens.at('"')) {
      out.append(tokens.read_quoted());
    } else if (tokens.at('@')) {
      at_sign = out.size();
      out.push_back('@');
      tokens.advance();
    } else {
      out.append(tokens.read_until("<>\"@("));
    }
  }
  return at_sign == 0 || at_sign >= out.size() - 1 ? std::string() : out;
}

void keep_bounded(std::vector<std::string>& ids) {
  if (ids.size() <= k_max_references) return;
  const auto surplus = static_cast<std::ptrdiff_t>(ids.size() - k_max_references);
  ids.erase(ids.begin() + 1, ids.begin() + 1 + surplus);
}

}  // namespace

std::vector<std::string> parse_message_ids(std::string_view value) {
  std::vector<std::string> ids;
  Tokens tokens(value);
  for (auto open = value.find('<'); open != std::string_view::npos;) {
    tokens.move_to(open);
    if (auto id = read_message_id(tokens); !id.empty()) ids.push_back(std::move(id));
    open = value.find('<', tokens.position());
  }
  return ids;
}

ThreadFields thread_fields(std::string_view header) {
  std::optional<std::string_view> id, references, in_reply_to;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) {
    if (!id && iequals(field.name, "Message-ID")) id = field.value;
    if (!references && iequals(field.name, "References")) references = field.value;
    if (!in_reply_to && iequals(field.name, "In-Reply-To")) in_reply_to = field.value;
  }
  ThreadFields out;
  if (id) {
    auto ids = parse_message_ids(*id);
    if (!ids.empty()) out.message_id = std::move(ids.front());
  }
  if (references) out.references = parse_message_ids(*references);
  if (out.references.empty() && in_reply_to) {
    out.references = parse_message_ids(*in_reply_to);
    if (out.references.size() > 1) out.references.resize(1);
  }
  keep_bounded(out.references);
  return out;
}

}  // namespace kontor::mime
