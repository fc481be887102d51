// SPDX-License-Identifier: GPL-3.0-or-later
// Control values and messages of content synchronisation, syncrepl (RFC 4533, 2): BER to values and
// back. Pure and bounded; bad_input for whatever does not follow the standard.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"

namespace kontor::directory {

inline constexpr const char* k_sync_request_oid = "1.3.6.1.4.1.4203.1.9.1.1";
inline constexpr const char* k_sync_state_oid = "1.3.6.1.4.1.4203.1.9.1.2";
inline constexpr const char* k_sync_done_oid = "1.3.6.1.4.1.4203.1.9.1.3";
inline constexpr const char* k_sync_info_oid = "1.3.6.1.4.1.4203.1.9.1.4";
inline constexpr int k_sync_refresh_required = 4096;  // e-syncRefreshRequired, 2.6

// 2.2: the request for refreshAndPersist; an empty cookie is none.
std::string encode_sync_request(std::string_view cookie);

// 2.3: what an entry is.
struct SyncState {
  enum class Kind : unsigned char { present, add, modify, remove };
  Kind kind = Kind::present;
  Uuid uuid;
  std::string cookie;  // empty: none
};
Result<SyncState> parse_sync_state(std::string_view value);

// 2.4: the end.
struct SyncDone {
  std::string cookie;
  bool refresh_deletes = false;
};
Result<SyncDone> parse_sync_done(std::string_view value);

// 2.5: between entries.
struct SyncNewCookie {
  std::string cookie;
};
struct SyncPhase {  // refreshDelete or refreshPresent
  bool is_present = false;
  std::string cookie;
  bool done = true;
};
struct SyncIdSet {
  std::string cookie;
  bool deletes = false;  // else these are still there
  std::vector<Uuid> uuids;
};
using SyncInfo = std::variant<SyncNewCookie, SyncPhase, SyncIdSet>;
Result<SyncInfo> parse_sync_info(std::string_view value);

}  // namespace kontor::directory
