// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/keytab.hpp"

#include <algorithm>

namespace kontor::directory {

std::string keytab_name(const std::string& file) { return "FILE:" + file; }

Result<std::vector<std::string>> keytab_principals(const Kerberos& kerberos, krb5_keytab keytab) {
  krb5_context context = kerberos.get();
  krb5_kt_cursor cursor = nullptr;
  if (const auto code = krb5_kt_start_seq_get(context, keytab, &cursor); code != 0)
    return fail(kerberos.error("keytab", code));
  std::vector<std::string> names;
  krb5_keytab_entry entry{};
  while (krb5_kt_next_entry(context, keytab, &entry, &cursor) == 0) {
    char* name = nullptr;
    if (krb5_unparse_name(context, entry.principal, &name) == 0) {
      if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
      krb5_free_unparsed_name(context, name);
    }
    krb5_free_keytab_entry_contents(context, &entry);
  }
  krb5_kt_end_seq_get(context, keytab, &cursor);
  if (names.empty()) return fail(Errc::unavailable, "keytab: there is no key in it");
  std::vector<std::string> ordered;
  for (const bool machine : {true, false})
    for (const auto& name : names)
      if ((name.find("$@") != std::string::npos) == machine) ordered.push_back(name);
  return ordered;
}

}  // namespace kontor::directory
