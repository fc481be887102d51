// SPDX-License-Identifier: GPL-3.0-or-later
// Greylist: who hands mail over for the first time is asked to come again (RFC 6647).
//
// A first mail is known by the client's network (24 bits of IPv4, 64 of IPv6), its sender and its
// recipient; who came again in time is known by his network and the sender's domain, for all
// recipients, as long as mail keeps coming. Only digests are kept. In memory, bounded: when it is
// full the oldest first attempts go. Times are UTC so that it lasts over a restart
// (docs/formats/greylist.md); what is lost delays mail and loses none. Any thread.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/networks.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::filter::screening {

class Greylist {
 public:
  explicit Greylist(const config::Screening& settings, std::size_t most = 200'000)
      : settings_(settings), most_(most) {}

  // How long this one has to wait; nothing: he is taken, and known from now on.
  std::optional<std::chrono::seconds> judge(const IpAddress& client,
                                            std::string_view sender,
                                            std::string_view recipient,
                                            UtcSeconds now);

  // The bytes of the file, when something changed since they were last taken.
  std::optional<std::string> take_changed();
  // bad_input: not such a file, or damaged; then nothing of it is known. What is over is left out.
  Result<void> load(std::string_view bytes, UtcSeconds now);
  std::size_t size() const;

 private:
  using Key = std::array<char, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Entry {
    std::int64_t at = 0;  // a first attempt: when; one who is known: when last
    bool is_known = false;
  };
  struct Table {
    std::unordered_map<Key, Entry, KeyHash> entries;
    bool is_changed = false;
  };

  static Key key_of(std::string_view kind,
                    const IpAddress& client,
                    std::string_view one,
                    std::string_view other);
  bool is_over(const Entry& entry, std::int64_t now) const;
  void make_room(Table& table, std::int64_t now) const;

  const config::Screening& settings_;
  std::size_t most_;
  Guarded<Table> table_;
};

}  // namespace kontor::filter::screening
