// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/profile.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/core/text.hpp"

namespace kontor::directory {

std::string realm_of(const config::ActiveDirectory& settings) { return to_upper(settings.domain); }

std::string kerberos_profile(const config::ActiveDirectory& settings,
                             const std::string& kpasswd_address) {
  // The library wants to know a controller before it asks our hook (directory/krb/kdc.hpp), which
  // answers everything. What has no hook finds nobody at port 1, at once: nothing here may wait for
  // a controller without a limit.
  std::vector<std::string> domains = {to_lower(settings.domain)};
  for (const auto& one : settings.more_domains) domains.push_back(to_lower(one));
  std::string realms, names;
  for (const auto& domain : domains) {
    const std::string realm = to_upper(domain);
    realms += "  " + realm + " = {\n    kdc = 127.0.0.1:1\n";
    if (!kpasswd_address.empty() && domain == domains.front())
      realms += "    kpasswd_server = " + kpasswd_address + "\n";
    realms += "  }\n";
    names += "  ." + domain + " = " + realm + "\n  " + domain + " = " + realm + "\n";
  }
  return "# Written by kontor-directory at each start.\n"
         "[libdefaults]\n"
         "  default_realm = " +
         realm_of(settings) +
         "\n"
         "  dns_lookup_realm = false\n"
         "  dns_lookup_kdc = false\n"
         "  dns_canonicalize_hostname = false\n"
         "  rdns = false\n"
         "  udp_preference_limit = 1\n"
         "  ignore_acceptor_hostname = true\n"
         "[realms]\n" +
         realms + "[domain_realm]\n" + names;
}

Result<void> prepare_kerberos(const config::Settings& settings) {
  const std::string path = settings.server.data_folder + "/krb5.conf";
  const std::string part = path + ".part";
  const std::string text = kerberos_profile(settings.ad);
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return fail(errno_error("creating " + part, errno));
  const auto written = write(fd, text.data(), text.size());
  const int problem = errno;
  close(fd);
  if (written != static_cast<ssize_t>(text.size()))
    return fail(errno_error("writing " + part, problem));
  if (rename(part.c_str(), path.c_str()) != 0) return fail(errno_error("renaming " + part, errno));
  setenv("KRB5_CONFIG", path.c_str(), 1);
  return {};
}

}  // namespace kontor::directory
