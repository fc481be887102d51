// SPDX-License-Identifier: GPL-3.0-or-later
// Which object of the directory a property sheet is about, as Active Directory Users and Computers
// says it (dsclient.h: DSOBJECTNAMES, DSDISPLAYSPECOPTIONS).
#pragma once
#include <optional>
#include <string>

#include "admin-mmc/base/com.hpp"

namespace kontor::admin {

enum class ObjectKind { user, group, contact };

struct ObjectName {
  std::wstring dn;
  ObjectKind kind = ObjectKind::user;
  std::wstring controller;  // the one that the console works with; empty: any of the domain
};

// Of the one object that is chosen. Nothing: none is, several are, it is of another class, or the
// block is damaged.
std::optional<ObjectName> object_of(IDataObject* data);

// The parts of "LDAP://dc1.example.test:389/CN=A\/B,DC=example,DC=test": name and controller.
std::optional<ObjectName> parse_path(const std::wstring& path);

}  // namespace kontor::admin
