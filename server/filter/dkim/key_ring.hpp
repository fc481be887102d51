// SPDX-License-Identifier: GPL-3.0-or-later
// KeyRing: the keys that mail of our domains is signed with, in DATA/dkim (docs/formats/dkim.md).
//
// A new key waits until its record is seen in the DNS, and the keys before it sign meanwhile. A
// change is on the disk before it is in force. Files are readable by the server's user alone, and
// their bytes appear in no event and no error. Threads: any; what waits for the disk is a Task.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/resolver.hpp"
#include "server/filter/dkim/key_file.hpp"
#include "server/filter/dkim/sign.hpp"

namespace kontor::filter::dkim {

struct Looked {
  StoredKey key;
  Seen seen = Seen::unknown;
  std::vector<std::string> texts;  // what the DNS has
};

class KeyRing {
 public:
  struct Environment {
    io::FileSystem& files;
    io::WorkPool& disk;
    const Clock& clock;
    log::Context log;
  };
  // `folder` is DATA/dkim; need not be there. A file that cannot be read is an event, and its key
  // does not sign. Blocking.
  static std::unique_ptr<KeyRing> open(Environment environment, std::string folder);

  bool is_empty() const;
  // Active ones of the domain or, without any, of the nearest domain above it: an RSA key and an
  // Ed25519 key, where there are both.
  std::vector<SigningKey> keys_for(std::string_view domain) const;
  // Active ones of some domain: whoever has only to show that it was this server.
  std::vector<SigningKey> any_keys() const;
  std::vector<StoredKey> list() const;  // by domain, state and selector
  bool has_waiting() const;

  // An RSA and an Ed25519 key; `at_once`: active, and those before retired. bad_input: no domain;
  // limit: it has too many.
  Task<Result<std::vector<StoredKey>>> add(std::string domain, bool at_once);
  // Others of its domain and kind retire. not_found.
  Task<Result<void>> activate(std::string domain, std::string selector);
  Task<Result<void>> retire(std::string domain, std::string selector);
  // busy: it signs.
  Task<Result<void>> remove(std::string domain, std::string selector);

  // What the DNS has of these; of one after the other. The resolver outlives the task.
  static Task<std::vector<Looked>> look_up(std::vector<StoredKey> keys, net::Resolver& resolver);
  // Activates waiting keys whose record is there; removes those retired before `oldest`.
  Task<void> look_after(net::Resolver& resolver, UtcSeconds oldest);

 private:
  using StoredKeys = std::vector<StoredKey>;
  KeyRing(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}
  void load();
  void load_domain(const std::string& domain, StoredKeys& keys) const;
  std::string path_of(const StoredKey& key) const;
  Result<void> write(const StoredKey& key) const;
  // Under the lock, on the disk pool: `step` writes what it changes.
  template <class Change>
  auto change(Change step);
  Result<void> set_state(StoredKey& key, KeyState state) const;
  Result<void> activate_in(StoredKeys& keys, StoredKey& key) const;

  Environment environment_;
  std::string folder_;
  Guarded<StoredKeys> changing_;                     // as on the disk; one change at a time
  Guarded<std::shared_ptr<const StoredKeys>> keys_;  // in force
};

inline constexpr std::size_t k_most_keys = 32;  // of one domain

// How long the record of a retired key is needed: as long as mail may be under way, here and at
// the next server.
constexpr std::chrono::seconds record_life(const config::Settings& settings) {
  return settings.queue.lifetime + std::chrono::days(7);
}

}  // namespace kontor::filter::dkim
