// SPDX-License-Identifier: GPL-3.0-or-later
// A keytab as a list of keys, read and replaced as a whole.
//
// The file is written beside its place with mode 0600, synced and renamed: readers have the old
// keys or the new ones, never half of them. Format: MIT Kerberos keytab, version 0x0502.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::directory {

inline constexpr std::int32_t k_aes256 = 18, k_aes128 = 17, k_rc4 = 23;  // RFC 3962, RFC 4757

struct Key {
  std::int32_t type = 0;  // an encryption type
  std::string bytes;
};

struct KeytabEntry {
  std::string realm;
  std::vector<std::string> components;  // "imap", "mail.example.com"; or "MAIL$"
  std::uint32_t kvno = 0;
  std::uint32_t added = 0;  // UTC seconds
  Key key;

  // "imap/mail.example.com", without the realm.
  std::string name() const;
  bool is_service() const { return components.size() > 1; }
};

// A name with its components as the file has them; "imap/mail" are two.
std::vector<std::string> components_of(const std::string& name);

// "AES-256", "AES-128", "RC4", "type 3".
std::string encryption_name(std::int32_t type);

// RC4 and DES are what an attacker can break offline.
inline bool is_aes(std::int32_t type) { return type >= k_aes128 && type <= 20 && type != 0; }

// not_found, no_permission; corrupt: not a keytab.
Result<std::vector<KeytabEntry>> read_keytab(const std::string& file);
// The file's bytes. Pure.
std::string print_keytab(const std::vector<KeytabEntry>& entries);

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};
// Replaces or makes the file; its folder must be there. Only root can give it to another owner.
Result<void> write_keytab(const std::string& file,
                          const std::vector<KeytabEntry>& entries,
                          Owner owner);

// Keeps other writers of the keytab away while it lives. busy: there is one.
class KeytabLock {
 public:
  static Result<KeytabLock> take(const std::string& file);
  KeytabLock(KeytabLock&& other) noexcept;
  KeytabLock& operator=(KeytabLock&&) = delete;
  ~KeytabLock();

 private:
  explicit KeytabLock(int fd) : fd_(fd) {}
  int fd_;  // of the folder
};

}  // namespace kontor::directory
