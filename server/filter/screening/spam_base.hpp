// SPDX-License-Identifier: GPL-3.0-or-later
// SpamBase: addresses of servers whose mail was learnt as spam again and again.
//
// screening.spam_base_count messages within screening.spam_base_period put an address in; it goes
// screening.spam_base_keep after the last of them. An administrator may put addresses in, for good,
// and take them out. Of IPv6 the network of 64 bits is meant. In memory, bounded: when it is full
// what has been silent longest goes. Times are UTC so that it lasts over a restart
// (docs/formats/spam-base.md). Any thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/networks.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::filter::screening {

struct SpamSource {
  IpAddress address;
  std::vector<std::int64_t> times;  // of messages learnt, ascending; the last ones
  bool by_administrator = false;
  std::string why;  // sender of the last message, or the administrator's words

  bool operator==(const SpamSource&) const = default;
};

class SpamBase {
 public:
  explicit SpamBase(const config::Screening& settings, std::size_t most = 100'000)
      : settings_(settings), most_(most) {}

  bool is_listed(const IpAddress& client, UtcSeconds now) const;
  // A message of this server was learnt as spam. True: with it the server is in the base.
  bool note(const IpAddress& client, std::string_view sender, UtcSeconds now);
  // exists: an administrator did already. limit: full of such.
  Result<void> add(const IpAddress& address, std::string_view why);
  bool remove(const IpAddress& address);  // false: nothing is known of it
  // Those that are in the base, and with `all` those that something is known of.
  std::vector<SpamSource> list(UtcSeconds now, bool all) const;
  // In the base until then; nothing: it is not in it, or for good.
  std::optional<UtcSeconds> until(const SpamSource& source) const;

  // The bytes of the file, when something changed since they were last taken.
  std::optional<std::string> take_changed();
  // bad_input: not such a file, or damaged; then nothing of it is known. What is over is left out.
  Result<void> load(std::string_view bytes, UtcSeconds now);

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct Table {
    std::map<Key, SpamSource> sources;
    bool is_changed = false;
  };
  static IpAddress normal(const IpAddress& address);
  bool is_in(const SpamSource& source, std::int64_t now) const;
  bool is_over(const SpamSource& source, std::int64_t now) const;
  void make_room(Table& table, std::int64_t now) const;

  const config::Screening& settings_;
  std::size_t most_;
  Guarded<Table> table_;
};

// The server that brought a message, by the Received field that this server wrote at its top:
// nothing: it came from a person who signed in, from this machine's programs (LMTP), or not by
// SMTP.
std::optional<IpAddress> bringer_of(std::string_view header, std::string_view server_name);
// The id of the message in the same field; empty: there is none.
std::string trace_in(std::string_view header, std::string_view server_name);

}  // namespace kontor::filter::screening
