// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/lists.hpp"

#include <array>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin {
namespace {

constexpr Column services[] = {{Word::name, "name", Format::text, 200},
                               {Word::state, "state", Format::text, 140},
                               {Word::connections, "sessions", Format::number, 120}};
constexpr Column domains[] = {{Word::domain, "name", Format::text, 220},
                              {Word::kind, "kind", Format::text, 100},
                              {Word::mailboxes, "mailboxes", Format::number, 100},
                              {Word::groups, "groups", Format::number, 80},
                              {Word::signing, "dkim_keys", Format::number, 100},
                              {Word::paused, "paused", Format::yes, 120}};
constexpr Column sessions[] = {
    {Word::person, "user", Format::text, 240},       {Word::protocol, "protocol", Format::text, 90},
    {Word::from_address, "peer", Format::text, 170}, {Word::encrypted, "tls", Format::yes, 90},
    {Word::state, "state", Format::text, 130},       {Word::since, "seconds", Format::age, 100}};
constexpr Column queue[] = {{Word::number, "id", Format::number, 60},
                            {Word::sender, "sender", Format::text, 220},
                            {Word::recipient, "recipient", Format::text, 220},
                            {Word::recipients_left, "recipients_left", Format::number, 90},
                            {Word::age, "age_seconds", Format::age, 90},
                            {Word::size, "bytes", Format::size, 80},
                            {Word::next_try, "next_try_seconds", Format::age, 90},
                            {Word::last_answer, "last", Format::text, 320},
                            {Word::held, "held", Format::text, 100}};
constexpr Column mailboxes[] = {{Word::name, "name", Format::text, 220},
                                {Word::address, "address", Format::text, 240},
                                {Word::kind, "kind", Format::text, 90},
                                {Word::state, "state", Format::text, 90},
                                {Word::problem, "problem", Format::text, 260}};
constexpr Column groups[] = {{Word::name, "name", Format::text, 200},
                             {Word::address, "address", Format::text, 240},
                             {Word::direct_members, "direct_members", Format::number, 110},
                             {Word::people, "people", Format::number, 80},
                             {Word::who_may_send, "senders", Format::text, 160},
                             {Word::owner, "owner", Format::text, 200}};
constexpr Column shares[] = {{Word::mailbox, "mailbox", Format::text, 220},
                             {Word::folder, "folder", Format::text, 180},
                             {Word::who, "who", Format::text, 220},
                             {Word::rights, "rights", Format::text, 120}};
constexpr Column trace[] = {{Word::time, "time", Format::time, 140},
                            {Word::sender, "sender", Format::text, 210},
                            {Word::recipient, "recipients/recipient", Format::text, 210},
                            {Word::result, "recipients/status", Format::text, 100},
                            {Word::subject, "subject", Format::text, 260},
                            {Word::size, "bytes", Format::size, 80},
                            {Word::protocol, "protocol", Format::text, 90},
                            {Word::client, "client", Format::text, 120}};
constexpr Column policies[] = {{Word::rule_for, "rule", Format::text, 260},
                               {Word::level, "level", Format::text, 120},
                               {Word::values, "values", Format::text, 320},
                               {Word::kept_by, "kept_by", Format::text, 120},
                               {Word::problem, "problem", Format::text, 260}};
constexpr Column quarantine[] = {{Word::since, "since", Format::text, 140},
                                 {Word::reason, "reason", Format::text, 90},
                                 {Word::sender, "sender", Format::text, 220},
                                 {Word::recipient, "recipient", Format::text, 220},
                                 {Word::subject, "subject", Format::text, 260},
                                 {Word::size, "bytes", Format::size, 80}};

constexpr List lists[] = {
    {Kind::services, Word::services, "/services", "", "name", services, true, true},
    {Kind::domains, Word::domains, "/domains", "domains", "name", domains, true, true},
    {Kind::sessions, Word::sessions, "/sessions", "sessions", "user", sessions, true, true},
    {Kind::queue, Word::queue, "/queue", "queue", "id", queue, true, true},
    {Kind::mailboxes, Word::mailboxes, "/mailboxes", "mailboxes", "address", mailboxes, true, true},
    {Kind::groups, Word::groups, "/groups", "groups", "address", groups, true, true},
    {Kind::shares, Word::shared_folders, "/shares", "", "mailbox", shares, true, true},
    {Kind::trace, Word::message_trace, "/trace", "", "id", trace, false, false},
    {Kind::policies, Word::policies, "/policies", "", "rule", policies, true, true},
    {Kind::quarantine, Word::quarantine, "/quarantine", "quarantine", "id", quarantine, false,
     true}};

constexpr Kind server_kinds[] = {Kind::services,  Kind::domains,   Kind::sessions, Kind::queue,
                                 Kind::mailboxes, Kind::groups,    Kind::shares,   Kind::trace,
                                 Kind::policies,  Kind::quarantine};

// The value that a member's path leads to; null when there is none.
Json value_at(const Json& row, std::string_view path) {
  const auto cut = path.find_first_of("./");
  const auto found = row.is_object() ? row.find(std::string(path.substr(0, cut))) : row.end();
  if (!row.is_object() || found == row.end()) return nullptr;
  if (cut == path.npos) return *found;
  if (path[cut] == '.') return value_at(*found, path.substr(cut + 1));
  return found->is_array() && !found->empty() ? value_at(found->front(), path.substr(cut + 1))
                                              : Json();
}

std::wstring plain(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return wide(value.get_ref<const std::string&>());
  if (value.is_boolean()) return say(value.get<bool>() ? Word::yes : Word::no);
  if (!value.is_array()) return wide(value.dump());
  std::vector<std::wstring> all;
  for (const auto& one : value) all.push_back(plain(one));
  return joined(all, L", ");
}

}  // namespace

const List* list_of(Kind kind) {
  for (const List& list : lists) {
    if (list.kind == kind) return &list;
  }
  return nullptr;
}

std::span<const Kind> kinds_of_server() { return server_kinds; }

std::wstring formatted(const Json& value, Format format) {
  const std::int64_t number = value.is_number() ? value.get<std::int64_t>() : 0;
  switch (value.is_number() ? format : Format::text) {
    case Format::size:
      return size_text(static_cast<std::uint64_t>(number));
    case Format::age:
      return age_text(number);
    case Format::time:
      return time_text(number);
    default:
      return plain(value);
  }
}

std::wstring cell(const Json& row, const Column& column) {
  const Json value = value_at(row, column.member);
  if (column.format == Format::text && value.is_string())
    return spoken(value.get_ref<const std::string&>());
  return formatted(value, column.format);
}

}  // namespace kontor::admin
