// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/message.hpp"

#include <map>

#include "base/core/text.hpp"
#include "server/filter/dkim/canonical.hpp"

namespace kontor::filter::dkim {

Message read_message(std::string_view bytes) {
  Message message;
  if (bytes.starts_with("\r\n")) {
    message.body = bytes.substr(2);
    return message;
  }
  const auto end = bytes.find("\r\n\r\n");
  message.header = end == std::string_view::npos ? bytes : bytes.substr(0, end + 2);
  if (end != std::string_view::npos) message.body = bytes.substr(end + 4);
  message.fields = mime::parse_fields(message.header);
  return message;
}

std::string_view raw_of(const Message& message, const mime::HeaderField& field) {
  auto raw = field.range.of(message.header);
  if (raw.ends_with('\n')) raw.remove_suffix(1);
  if (raw.ends_with('\r')) raw.remove_suffix(1);
  return raw;
}

std::string header_digest(const Message& message,
                          Form form,
                          const std::vector<std::string>& names,
                          const OwnField& own) {
  std::map<std::string, std::vector<const mime::HeaderField*>> left;
  for (const auto& field : message.fields) left[to_lower(field.name)].push_back(&field);
  crypto::Sha256 hash;
  for (const auto& name : names) {
    const auto found = left.find(to_lower(name));
    if (found == left.end() || found->second.empty()) continue;
    const auto& field = *found->second.back();
    found->second.pop_back();
    hash.add(canonical_field(form, raw_of(message, field), field.name, field.value));
  }
  // 3.7: the signature itself comes last, without what is in b=, and without a line end.
  const auto value = without_signature(own.value);
  const auto bare = std::string(own.raw.substr(0, own.raw.size() - own.value.size())) + value;
  auto last = canonical_field(form, bare, own.name, value);
  last.resize(last.size() - 2);
  hash.add(last);
  return hash.digest();
}

std::string body_digest(std::string_view body, Form form) {
  BodyHasher hasher(form);
  hasher.add(body);
  return hasher.finish();
}

}  // namespace kontor::filter::dkim
