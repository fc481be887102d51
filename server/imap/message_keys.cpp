// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/message_keys.hpp"

#include <functional>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/base_subject.hpp"
#include "base/mime/collation.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "base/mime/message_ids.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_text = 1'000;        // bytes of one key
constexpr std::size_t k_max_field = 64U << 10U;  // of an address field that is looked at

// Within one process only: never written down.
std::uint64_t hash_of(std::string_view id) {
  const std::uint64_t hash = std::hash<std::string_view>()(id);
  return hash == 0 ? 1 : hash;
}

std::string key_of(std::string_view text) {
  auto key = mime::casemap_key(text);
  if (key.size() > k_max_text) key.resize(k_max_text);
  return key;
}

// The values of the fields that count: of each name the first one, as in ENVELOPE.
struct Fields {
  std::optional<std::string_view> date, subject, from, to, cc;
};

Fields read_fields(std::string_view header) {
  Fields out;
  mime::HeaderField field;
  const auto take = [&](std::optional<std::string_view>& value, std::string_view name) {
    if (!value && iequals(field.name, name)) value = field.value;
  };
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    take(out.date, "Date");
    take(out.subject, "Subject");
    take(out.from, "From");
    take(out.to, "To");
    take(out.cc, "Cc");
  }
  return out;
}

struct FirstAddress {
  std::string mailbox;  // RFC 9051, 7.5.2: of a group its name
  std::string display;
};

// RFC 5957, 3: the name, decoded; else the address.
FirstAddress first_address(const std::optional<std::string_view>& value) {
  FirstAddress out;
  if (!value) return out;
  const auto addresses = mime::parse_addresses(mime::unfold(value->substr(0, k_max_field)));
  if (addresses.empty()) return out;
  const auto& first = addresses.front();
  if (first.is_group) {
    out.mailbox = key_of(first.group_name);
    out.display = out.mailbox;
    return out;
  }
  out.mailbox = key_of(first.mailbox.local);
  out.display = key_of(mime::decode_words(first.mailbox.name));
  if (out.display.empty()) out.display = key_of(first.mailbox.address());
  return out;
}

}  // namespace

HeaderKeys header_keys(std::string_view header) {
  const auto fields = read_fields(header);
  HeaderKeys out;
  if (fields.date)
    if (const auto sent = mime::parse_date(*fields.date))
      out.sent = sent->time_since_epoch().count();
  if (fields.subject) {
    const auto base = mime::base_subject(*fields.subject);
    out.subject = key_of(base.text);
    out.is_reply = base.is_reply;
  }
  auto from = first_address(fields.from);
  auto to = first_address(fields.to);
  out.from = std::move(from.mailbox);
  out.display_from = std::move(from.display);
  out.to = std::move(to.mailbox);
  out.display_to = std::move(to.display);
  out.cc = first_address(fields.cc).mailbox;
  const auto ids = mime::thread_fields(header);
  if (!ids.message_id.empty()) out.message_id = hash_of(ids.message_id);
  for (const auto& id : ids.references) out.references.push_back(hash_of(id));
  return out;
}

}  // namespace kontor::imap
