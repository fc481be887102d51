// SPDX-License-Identifier: GPL-3.0-or-later
// What only joining and checking a domain ask of a controller: writes, and what one may do.
//
// Nothing else of Kontor writes to a directory. Opened like Connection (connection.hpp), with the
// same failures; also exists (an object of that name), conflict (a value belongs to another
// object).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "directory/ldap/connection.hpp"

namespace kontor::directory {

struct Attribute {
  std::string name;
  std::vector<std::string> values;
};

class AdminConnection {
 public:
  static Result<std::unique_ptr<AdminConnection>> open(const Controller& controller,
                                                       const BindOptions& options,
                                                       const KdcTransport& transport);
  virtual ~AdminConnection() = default;
  virtual Result<void> add(const std::string& dn, const std::vector<Attribute>& attributes) = 0;
  // Each attribute has exactly these values afterwards.
  virtual Result<void> replace(const std::string& dn, const std::vector<Attribute>& attributes) = 0;
  // Is DirSync of the naming context `base` allowed with these flags (directory/ldap/dirsync.hpp)?
  // Asks for almost nothing.
  virtual Result<bool> may_follow_changes(const std::string& base, std::int32_t flags) = 0;
};

// unicodePwd as it is written ([MS-ADTS] 3.1.1.3.1.5): quoted, UTF-16. For ASCII passwords.
std::string password_value(const std::string& password);

}  // namespace kontor::directory
