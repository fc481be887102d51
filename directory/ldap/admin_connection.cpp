// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/admin_connection.hpp"

#include "directory/ldap/dirsync.hpp"
#include "directory/ldap/handle.hpp"

namespace kontor::directory {
namespace {

constexpr const char* k_dirsync_oid = "1.2.840.113556.1.4.841";

// LDAPMod rows that point into `attributes`, which outlives them.
class Modifications {
 public:
  Modifications(const std::vector<Attribute>& attributes, int operation) {
    values_.reserve(attributes.size());
    lists_.reserve(attributes.size());
    rows_.reserve(attributes.size());
    for (const auto& attribute : attributes) add(attribute, operation);
    for (auto& row : rows_) pointers_.push_back(&row);
    pointers_.push_back(nullptr);
  }
  LDAPMod** get() { return pointers_.data(); }

 private:
  void add(const Attribute& attribute, int operation) {
    auto& values = values_.emplace_back();
    for (const auto& value : attribute.values)
      values.push_back({value.size(), const_cast<char*>(value.data())});
    auto& list = lists_.emplace_back();
    for (auto& value : values) list.push_back(&value);
    list.push_back(nullptr);
    LDAPMod row{};
    row.mod_op = operation | LDAP_MOD_BVALUES;
    row.mod_type = const_cast<char*>(attribute.name.c_str());
    row.mod_bvalues = list.data();
    rows_.push_back(row);
  }
  std::vector<std::vector<berval>> values_;
  std::vector<std::vector<berval*>> lists_;
  std::vector<LDAPMod> rows_;
  std::vector<LDAPMod*> pointers_;
};

class LdapAdmin final : public AdminConnection {
 public:
  explicit LdapAdmin(std::chrono::milliseconds timeout) : timeout_(timeout) {}
  ~LdapAdmin() override {
    const Watchdog::Limit limit(dog_, timeout_);
    handle_.reset();
    dog_.watch(-1);
  }

  Result<void> connect(const Controller& controller,
                       const BindOptions& options,
                       const KdcTransport& transport) {
    KONTOR_TRY(handle_, open_handle(controller, options, transport, dog_));
    return {};
  }
  Result<void> add(const std::string& dn, const std::vector<Attribute>& attributes) override {
    Modifications rows(attributes, LDAP_MOD_ADD);
    const Watchdog::Limit limit(dog_, 4 * timeout_);
    return outcome("creating " + dn,
                   ldap_add_ext_s(handle_.get(), dn.c_str(), rows.get(), nullptr, nullptr));
  }
  Result<void> replace(const std::string& dn, const std::vector<Attribute>& attributes) override {
    Modifications rows(attributes, LDAP_MOD_REPLACE);
    const Watchdog::Limit limit(dog_, 4 * timeout_);
    return outcome("changing " + dn,
                   ldap_modify_ext_s(handle_.get(), dn.c_str(), rows.get(), nullptr, nullptr));
  }
  Result<bool> may_follow_changes(const std::string& base, std::int32_t flags) override;

 private:
  Result<void> outcome(const std::string& what, int code) {
    if (code == LDAP_SUCCESS) return {};
    auto error = ldap_error(handle_.get(), what, code);
    if (code == LDAP_ALREADY_EXISTS) return fail(Errc::exists, error.detail());
    if (code == LDAP_CONSTRAINT_VIOLATION) return fail(Errc::conflict, error.detail());
    return fail(std::move(error));
  }

  std::chrono::milliseconds timeout_;
  Watchdog dog_;
  LdapHandle handle_;
};

Result<bool> LdapAdmin::may_follow_changes(const std::string& base, std::int32_t flags) {
  auto bytes = encode_dirsync(flags, {});
  LDAPControl control{};
  control.ldctl_oid = const_cast<char*>(k_dirsync_oid);
  control.ldctl_value = {bytes.size(), bytes.data()};
  control.ldctl_iscritical = 1;
  LDAPControl* controls[] = {&control, nullptr};
  char name[] = "objectGUID";
  char* names[] = {name, nullptr};
  LDAPMessage* raw = nullptr;
  const Watchdog::Limit limit(dog_, 4 * timeout_);
  const int code =
      ldap_search_ext_s(handle_.get(), base.c_str(), LDAP_SCOPE_SUBTREE, "(objectClass=domainDNS)",
                        names, 0, controls, nullptr, nullptr, LDAP_NO_LIMIT, &raw);
  const LdapMessage message(raw);
  if (code == LDAP_SUCCESS) return true;
  if (code == LDAP_INSUFFICIENT_ACCESS || code == LDAP_UNWILLING_TO_PERFORM) return false;
  return fail(ldap_error(handle_.get(), "asking for changes of " + base, code));
}

}  // namespace

Result<std::unique_ptr<AdminConnection>> AdminConnection::open(const Controller& controller,
                                                               const BindOptions& options,
                                                               const KdcTransport& transport) {
  auto made = std::make_unique<LdapAdmin>(options.timeout);
  KONTOR_TRY(made->connect(controller, options, transport));
  return made;
}

std::string password_value(const std::string& password) {
  std::string out;
  for (const char c : '"' + password + '"') {
    out += c;
    out += '\0';
  }
  return out;
}

}  // namespace kontor::directory
