// SPDX-License-Identifier: GPL-3.0-or-later
// Objects of Active Directory by wldap32, with the rights of whoever is signed in to Windows, or of
// a name and password. What is sent is signed and sealed by the sign-in (Negotiate), as "LDAP
// server signing requirements" asks for. Belongs to one thread; a call waits for its answer, with
// limits of time.
#pragma once
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "admin-mmc/client/credentials.hpp"

namespace kontor::admin {

// The directory was not reached, or said no. text() is for people.
class DirectoryError : public std::runtime_error {
 public:
  DirectoryError(std::wstring text, bool may_sign_in);
  const std::wstring& text() const { return text_; }
  // Another name and password could help.
  bool may_sign_in() const { return may_sign_in_; }

 private:
  std::wstring text_;
  bool may_sign_in_;
};

using Values = std::vector<std::wstring>;

struct Entry {
  std::wstring dn;
  std::map<std::wstring, Values> values;  // names of attributes in lower case

  // The first value, or nothing.
  std::wstring first(const std::wstring& attribute) const;
  const Values& all(const std::wstring& attribute) const;
};

// These values and no others; none of them: the attribute goes away.
struct Change {
  std::wstring attribute;
  Values values;
};

class Directory {
 public:
  // `controller`: a controller's name, or that of a domain (any controller of it).
  Directory(std::wstring controller, Credentials credentials);
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // Signs in again with the next call.
  void use(Credentials credentials);

  // All of these throw DirectoryError. Values are text; binary ones are not asked for.
  Entry read(const std::wstring& dn, const std::vector<std::wstring>& attributes);
  // At most so many; referrals to other domains are not followed.
  std::vector<Entry> find(const std::wstring& base,
                          const std::wstring& filter,
                          const std::vector<std::wstring>& attributes,
                          unsigned most);
  void change(const std::wstring& dn, const std::vector<Change>& changes);

 private:
  struct State;
  State& connected();

  std::wstring controller_;
  Credentials credentials_;
  std::unique_ptr<State> state_;
};

// A value inside a filter (RFC 4515, 3).
std::wstring filter_value(const std::wstring& value);
// The domain that a name belongs to: "CN=a,OU=b,DC=example,DC=test" is in "example.test", whose
// own name is "DC=example,DC=test".
std::wstring domain_of(const std::wstring& dn);
std::wstring domain_name(const std::wstring& dn);

}  // namespace kontor::admin
