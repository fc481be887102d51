// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/sync_messages.hpp"

#include <cstdint>
#include <optional>

#include "base/core/ber.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_cookie = 65'536;
constexpr std::size_t k_max_uuids = 1'000'000;

using ber::boolean, ber::end, ber::enumerated, ber::malformed, ber::octets, ber::put, ber::sequence,
    ber::set, ber::take;

enum Choice : std::uint8_t {  // of syncInfoValue
  new_cookie = 0x80,
  refresh_delete = 0xA1,
  refresh_present = 0xA2,
  id_set = 0xA3,
};

// The next item when it has this tag.
Result<std::optional<std::string_view>> take_if(std::string_view& rest, std::uint8_t tag) {
  if (rest.empty() || static_cast<std::uint8_t>(rest[0]) != tag)
    return std::optional<std::string_view>();
  KONTOR_TRY(const auto item, take(rest));
  return std::optional(item.content);
}

Result<std::string> take_cookie(std::string_view& rest) {
  KONTOR_TRY(const auto cookie, take_if(rest, octets));
  if (cookie && cookie->size() > k_max_cookie) return malformed("a cookie too long");
  return std::string(cookie.value_or(std::string_view()));
}

Result<bool> take_flag(std::string_view& rest, bool otherwise) {
  KONTOR_TRY(const auto flag, take_if(rest, boolean));
  if (!flag) return otherwise;
  if (flag->size() != 1) return malformed("no BOOLEAN");
  return flag->front() != 0;
}

Result<SyncInfo> parse_phase(std::string_view rest, bool is_present) {
  SyncPhase phase;
  phase.is_present = is_present;
  KONTOR_TRY(phase.cookie, take_cookie(rest));
  KONTOR_TRY(phase.done, take_flag(rest, true));
  KONTOR_TRY(end(rest));
  return SyncInfo(std::move(phase));
}

Result<SyncInfo> parse_id_set(std::string_view rest) {
  SyncIdSet ids;
  KONTOR_TRY(ids.cookie, take_cookie(rest));
  KONTOR_TRY(ids.deletes, take_flag(rest, false));
  KONTOR_TRY(auto list, take(rest, set, "no set of UUIDs"));
  KONTOR_TRY(end(rest));
  while (!list.empty()) {
    if (ids.uuids.size() >= k_max_uuids) return malformed("too many UUIDs");
    KONTOR_TRY(const auto bytes, take(list, octets, "no UUID"));
    KONTOR_TRY(ids.uuids.emplace_back(), Uuid::from_bytes(bytes));
  }
  return SyncInfo(std::move(ids));
}

}  // namespace

std::string encode_sync_request(std::string_view cookie) {
  std::string fields, out;
  put(fields, enumerated, "\x03");  // refreshAndPersist
  if (!cookie.empty()) put(fields, octets, cookie);
  put(out, sequence, fields);
  return out;
}

Result<SyncState> parse_sync_state(std::string_view value) {
  KONTOR_TRY(auto rest, take(value, sequence, "no SEQUENCE"));
  KONTOR_TRY(end(value));
  KONTOR_TRY(const auto kind, take(rest, enumerated, "no state"));
  if (kind.size() != 1 || static_cast<std::uint8_t>(kind[0]) > 3)
    return malformed("an unknown state");
  SyncState state;
  state.kind = static_cast<SyncState::Kind>(kind[0]);
  KONTOR_TRY(const auto uuid, take(rest, octets, "no UUID"));
  KONTOR_TRY(state.uuid, Uuid::from_bytes(uuid));
  KONTOR_TRY(state.cookie, take_cookie(rest));
  KONTOR_TRY(end(rest));
  return state;
}

Result<SyncDone> parse_sync_done(std::string_view value) {
  KONTOR_TRY(auto rest, take(value, sequence, "no SEQUENCE"));
  KONTOR_TRY(end(value));
  SyncDone done;
  KONTOR_TRY(done.cookie, take_cookie(rest));
  KONTOR_TRY(done.refresh_deletes, take_flag(rest, false));
  KONTOR_TRY(end(rest));
  return done;
}

Result<SyncInfo> parse_sync_info(std::string_view value) {
  KONTOR_TRY(const auto item, take(value));
  KONTOR_TRY(end(value));
  switch (item.tag) {
    case new_cookie:
      if (item.content.size() > k_max_cookie) return malformed("a cookie too long");
      return SyncInfo(SyncNewCookie{std::string(item.content)});
    case refresh_delete:
      return parse_phase(item.content, false);
    case refresh_present:
      return parse_phase(item.content, true);
    case id_set:
      return parse_id_set(item.content);
    default:
      return malformed("an unknown choice");
  }
}

}  // namespace kontor::directory
