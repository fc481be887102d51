// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages of one sheet share: the object, the directory it is in, and the mail server that
// serves it. Nothing is asked before the first page is shown. Belongs to the sheet's thread.
#pragma once
#include <windows.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "admin-mmc/client/api.hpp"
#include "admin-mmc/client/directory.hpp"
#include "admin-mmc/console/pages.hpp"
#include "admin-mmc/tab/object_name.hpp"

namespace kontor::admin {

class Subject {
 public:
  explicit Subject(ObjectName name);

  ObjectKind kind() const { return name_.kind; }
  const std::wstring& dn() const { return name_.dn; }

  // The object with what the pages need of it, read once. Throws DirectoryError.
  const Entry& entry();
  void forget() { entry_.reset(); }
  Directory& directory() { return directory_; }
  // May the administrator write this attribute of the object? False also when the schema has none.
  bool may_write(const std::wstring& attribute);

  // The mail server; throws HttpError, also when none is known.
  std::shared_ptr<Api> api();
  bool has_server();
  // How the server calls the mailbox or group. Throws when the object has no address.
  std::string key();
  // Which attribute the server reads in place of this one (directory.attributes).
  std::wstring attribute(const std::wstring& usual);
  // May that one be written? Not while there is a server that did not say which it is.
  bool may_write_its(const std::wstring& usual);

  // Asks for a name and password, and signs in with them wherever that was refused; false: given
  // up. They are kept in memory till the console ends.
  bool sign_in(HWND parent, const std::wstring& why);
  // Asks for a server and remembers it.
  bool ask_for_server(HWND parent);

  Mailbox mailbox();

 private:
  void locate();

  ObjectName name_;
  Directory directory_;
  std::optional<Entry> entry_;
  std::shared_ptr<Api> api_;
  bool located_ = false;
  enum class Names { not_asked, known, not_told } asked_names_ = Names::not_asked;
  std::map<std::wstring, std::wstring> names_;  // of attributes: the usual one and the server's
};

}  // namespace kontor::admin
