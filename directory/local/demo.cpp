// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/demo.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/core/uuid.hpp"
#include "base/crypto/password.hpp"
#include "directory/local/ldif.hpp"

namespace kontor::directory {
namespace {

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

std::string entry(const std::string& dn, const Attributes& attributes) {
  std::string out = "\n" + ldif_line("dn", dn);
  for (const auto& [name, value] : attributes) out += ldif_line(name, value);
  return out;
}

struct Person {
  std::string name, given, surname, title, department;
};

std::string person_dn(const std::string& name) {
  return "uid=" + name + ",ou=People,dc=example,dc=test";
}

std::string group_dn(const std::string& name) {
  return "cn=" + name + ",ou=Groups,dc=example,dc=test";
}

std::string person(const Person& p) {
  return entry(person_dn(p.name), {{"objectClass", "inetOrgPerson"},
                                   {"entryUUID", Uuid::random().text()},
                                   {"uid", p.name},
                                   {"cn", p.given + " " + p.surname},
                                   {"displayName", p.given + " " + p.surname},
                                   {"givenName", p.given},
                                   {"sn", p.surname},
                                   {"title", p.title},
                                   {"department", p.department},
                                   {"userPrincipalName", p.name + "@example.test"},
                                   {"mail", p.name + "@example.test"},
                                   {"proxyAddresses", "SMTP:" + p.name + "@example.test"},
                                   {"userPassword", crypto::hash_password(k_demo_password)}});
}

std::string group(const std::string& name,
                  const std::string& mail,
                  const std::vector<std::string>& members) {
  Attributes attributes{{"objectClass", "groupOfNames"},
                        {"entryUUID", Uuid::random().text()},
                        {"cn", name},
                        {"displayName", name}};
  if (!mail.empty()) attributes.emplace_back("mail", mail);
  for (const auto& member : members) attributes.emplace_back("member", member);
  return entry(group_dn(name), attributes);
}

}  // namespace

std::string make_demo_directory() {
  std::string out =
      "# The demo organisation. Everybody's password is kontor-demo; it is refused from other\n"
      "# machines. What changes here is in force within two seconds.\n"
      "version: 1\n";
  out += entry("dc=example,dc=test", {{"objectClass", "domain"}, {"dc", "example"}});
  for (const char* unit : {"People", "Groups", "Rooms"})
    out += entry("ou=" + std::string(unit) + ",dc=example,dc=test",
                 {{"objectClass", "organizationalUnit"}, {"ou", unit}});
  out += person({"anna", "Анна", "Кузнецова", "Системный администратор", "ИТ"});
  out += person({"boris", "Boris", "Johansson", "Accountant", "Finance"});
  out += person({"clara", "Clara", "Schmidt", "Sales manager", "Sales"});
  out += person({"dmitri", "Дмитрий", "Соколов", "Менеджер по продажам", "Sales"});
  out += group("sales", "sales@example.test", {person_dn("clara"), person_dn("dmitri")});
  out += group("staff", "staff@example.test",
               {person_dn("anna"), person_dn("boris"), group_dn("sales")});
  out += group("Kontor Admins", "", {person_dn("anna")});
  out += entry("cn=meeting-room,ou=Rooms,dc=example,dc=test",
               {{"objectClass", "kontorRoom"},
                {"entryUUID", Uuid::random().text()},
                {"cn", "meeting-room"},
                {"displayName", "Переговорная / Meeting room"},
                {"mail", "meeting-room@example.test"}});
  return out;
}

Result<void> ensure_demo_directory(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return {};
  const std::string text = make_demo_directory();
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (errno == EEXIST) return {};
    return fail(errno_error("making " + path, errno));
  }
  const ssize_t written = write(fd, text.data(), text.size());
  const int write_error = errno;
  close(fd);
  if (written == static_cast<ssize_t>(text.size())) return {};
  unlink(path.c_str());
  return fail(errno_error("writing " + path, written < 0 ? write_error : ENOSPC));
}

}  // namespace kontor::directory
