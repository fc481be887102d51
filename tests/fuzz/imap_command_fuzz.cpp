// SPDX-License-Identifier: GPL-3.0-or-later
// IMAP commands: any bytes through the head and every argument parser; what is read holds what the
// headers promise. FETCH and SEARCH have targets of their own.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/core/text.hpp"
#include "server/imap/wire/acl_args.hpp"
#include "server/imap/wire/append_args.hpp"
#include "server/imap/wire/arguments.hpp"
#include "server/imap/wire/command_head.hpp"
#include "server/imap/wire/list_args.hpp"
#include "server/imap/wire/mailbox_name.hpp"
#include "server/imap/wire/metadata_args.hpp"
#include "server/imap/wire/notify_args.hpp"
#include "server/imap/wire/quota_args.hpp"
#include "server/imap/wire/select_args.hpp"
#include "server/imap/wire/urlauth_args.hpp"

namespace {

using namespace kontor::imap::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_mailbox(const std::string& name) {
  require(kontor::is_utf8(name));
  const auto again = decode_modified_utf7(encode_modified_utf7(name));
  // A control character is refused by the store; every other name comes back.
  require(again.has_value() && *again == name);
}

void check_set(const SequenceSet& set) {
  const auto numbers = resolve_star(set, 1'000);
  require(set.saved_result || numbers.empty() == set.ranges.empty());
  std::uint64_t before = 0;
  for (const auto& range : numbers.ranges()) {
    require(range.first > before && range.first <= range.last);
    before = std::uint64_t{range.last} + 1;  // a gap between two ranges
  }
}

void check_entry(const std::string& entry) {
  require(entry.starts_with("/private") || entry.starts_with("/shared"));
  require(!entry.contains("//") && !entry.ends_with('/') && !entry.contains('\0'));
  require(covers(entry, Depth::zero, entry) && covers(entry, Depth::one, entry + "/x"));
  require(!covers(entry, Depth::infinity, entry + "x"));
}

void check_notify(const Notify& notify) {
  require(notify.none == notify.groups.empty() && notify.groups.size() <= k_max_groups);
  for (const auto& group : notify.groups) {
    require(!group.fetch || is_selected(group.where.kind));
    require(((group.events & event::message_new) != 0) ==
            ((group.events & event::message_expunge) != 0));
    for (const auto& name : group.where.names) check_mailbox(name);
    if (group.fetch)
      for (const auto& body : group.fetch->bodies) require(body.peek);
  }
}

void check_extensions(std::string_view text, bool utf8) {
  if (const auto acl = parse_acl_target(text, utf8)) {
    check_mailbox(acl->mailbox);
    require(!acl->who.name.empty() && kontor::is_utf8(acl->who.name));
    require(acl->identifier == (acl->who.negative ? "-" : "") + acl->who.name);
  }
  if (const auto acl = parse_set_acl(text, utf8))
    require(acl->rights.find_first_not_of("lrswipkxtean") == std::string::npos);
  if (const auto get = parse_get_metadata(text, utf8))
    for (const auto& entry : get->entries) check_entry(entry);
  if (const auto set = parse_set_metadata(text, utf8)) {
    require(!set->values.empty());
    for (const auto& [entry, value] : set->values) check_entry(entry);
  }
  if (const auto notify = parse_notify(text, utf8)) check_notify(*notify);
}

void check_arguments(std::string_view text, bool utf8) {
  check_extensions(text, utf8);
  if (const auto select = parse_select(text, utf8)) {
    check_mailbox(select->mailbox);
    if (select->resync && select->resync->known_uids) check_set(*select->resync->known_uids);
    if (select->resync) require(select->resync->modseq != 0);
  }
  static_cast<void>(parse_get_quota(text));
  static_cast<void>(parse_set_quota(text));
  if (const auto create = parse_create(text, utf8)) check_mailbox(create->mailbox);
  if (const auto rename = parse_rename(text, utf8)) check_mailbox(rename->to);
  if (const auto copy = parse_copy(text, utf8)) check_set(copy->set);
  if (const auto store = parse_store(text)) check_set(store->set);
  if (const auto set = parse_uid_expunge(text)) check_set(*set);
  if (const auto list = parse_list(text, utf8))
    for (const auto& pattern : list->patterns)
      static_cast<void>(matches_pattern("INBOX/Lists/asio", list->reference + pattern));
  static_cast<void>(parse_lsub(text, utf8));
  static_cast<void>(parse_status(text, utf8));
  static_cast<void>(parse_append_head(text, utf8));
  static_cast<void>(parse_append_next(text));
  static_cast<void>(ends_with_message(text, utf8));
  if (const auto replace = parse_replace_head(text, utf8)) check_mailbox(replace->head.mailbox);
  for (const bool first : {false, true})
    if (const auto parts = parse_cat_parts(text, first))
      require(parts->rest <= text.size() && parts->open == (parts->rest == 0));
  static_cast<void>(parse_compress(text));
  static_cast<void>(parse_uidbatches(text));
  static_cast<void>(parse_genurlauth(text));
  if (const auto urls = parse_urlfetch(text)) {
    constexpr unsigned k_both = url_item::body | url_item::binary;
    for (const auto& url : *urls) require(url.what <= 7 && (url.what & k_both) != k_both);
  }
  if (const auto ranges = parse_language(text))
    for (const auto& range : *ranges) require(!range.empty() && !range.contains(' '));
  if (const auto reset = parse_resetkey(text, utf8); reset && reset->mailbox)
    check_mailbox(*reset->mailbox);
  static_cast<void>(parse_login(text));
  static_cast<void>(parse_authenticate(text));
  static_cast<void>(parse_sasl_response(text));
  static_cast<void>(parse_enable(text));
  static_cast<void>(parse_id(text));
  static_cast<void>(literal_mark(text));
  static_cast<void>(Lexer(text).date_time());
  static_cast<void>(Lexer(text).date());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto head = parse_command_head(bytes)) {
    require(head->arguments <= bytes.size());
    require(!head->tag.empty());
    if (!head->name.empty()) check_arguments(bytes.substr(head->arguments), false);
  }
  check_arguments(bytes, true);
  return 0;
}
