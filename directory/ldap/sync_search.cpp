// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/sync_search.hpp"

#include <poll.h>

#include <cerrno>

#include "directory/ldap/handle.hpp"

namespace kontor::directory {
namespace {

struct ControlsFree {
  void operator()(LDAPControl** controls) const { ldap_controls_free(controls); }
};
using Controls = std::unique_ptr<LDAPControl*, ControlsFree>;

class LdapSyncSearch final : public SyncSearch {
 public:
  LdapSyncSearch(LdapHandle handle, std::chrono::milliseconds timeout, Watchdog& dog)
      : handle_(std::move(handle)), timeout_(timeout), dog_(&dog) {}
  ~LdapSyncSearch() override {
    const Watchdog::Limit limit(*dog_, timeout_);
    handle_.reset();
    dog_->watch(-1);
  }

  Result<void> begin(const What& what);
  Result<SyncMessage> next() override;
  Result<bool> wait(int other_fd, std::chrono::milliseconds limit) override;
  Result<void> ping() override;

 private:
  Result<SyncMessage> read_entry_with_state(LDAPMessage* message);
  Result<SyncMessage> read_info(LDAPMessage* message);
  Error end_of(LDAPMessage* message);
  Error lost(const std::string& doing);

  LdapHandle handle_;
  std::chrono::milliseconds timeout_;
  Watchdog* dog_;
  int id_ = -1;
  bool has_cookie_ = false;
};

Error LdapSyncSearch::lost(const std::string& doing) {
  int code = LDAP_SERVER_DOWN;
  ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
  if (code == LDAP_SUCCESS) code = LDAP_SERVER_DOWN;
  return {Errc::unavailable, ldap_error(handle_.get(), doing, code).detail()};
}

Result<void> LdapSyncSearch::begin(const What& what) {
  has_cookie_ = !what.cookie.empty();
  std::string request = encode_sync_request(what.cookie);
  berval value{request.size(), request.data()};
  LDAPControl control{const_cast<char*>(k_sync_request_oid), value, 1};
  LDAPControl* controls[] = {&control, nullptr};
  std::vector<char*> names;
  for (const auto& name : what.attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  const int code =
      ldap_search_ext(handle_.get(), what.base.c_str(), LDAP_SCOPE_SUBTREE, "(objectClass=*)",
                      names.data(), 0, controls, nullptr, nullptr, LDAP_NO_LIMIT, &id_);
  if (code != LDAP_SUCCESS) return fail(ldap_error(handle_.get(), "following the server", code));
  return {};
}

Result<SyncMessage> LdapSyncSearch::read_entry_with_state(LDAPMessage* message) {
  LDAPControl** raw = nullptr;
  if (ldap_get_entry_controls(handle_.get(), message, &raw) != LDAP_SUCCESS || raw == nullptr)
    return fail(Errc::unavailable, "an entry without its state of synchronisation");
  const Controls controls(raw);
  const auto* control = ldap_control_find(k_sync_state_oid, controls.get(), nullptr);
  if (control == nullptr)
    return fail(Errc::unavailable, "an entry without its state of synchronisation");
  auto state = parse_sync_state(text_of(control->ldctl_value));
  if (!state) return fail(Errc::unavailable, state.error().detail());
  SyncEntry entry;
  entry.state = *std::move(state);
  entry.entry = read_entry_message(handle_.get(), message);
  return SyncMessage(std::move(entry));
}

Result<SyncMessage> LdapSyncSearch::read_info(LDAPMessage* message) {
  char* oid = nullptr;
  berval* value = nullptr;
  const int code = ldap_parse_intermediate(handle_.get(), message, &oid, &value, nullptr, 0);
  const std::string name = oid == nullptr ? "" : oid;
  const std::string bytes = value == nullptr ? "" : text_of(*value);
  ldap_memfree(oid);
  ber_bvfree(value);
  if (code != LDAP_SUCCESS)
    return fail(Errc::unavailable, ldap_error(handle_.get(), "a message", code).detail());
  if (name != k_sync_info_oid) return SyncMessage();
  auto info = parse_sync_info(bytes);
  if (!info) return fail(Errc::unavailable, info.error().detail());
  return SyncMessage(*std::move(info));
}

// The search has no end of its own: what an end means (RFC 4533, 2.6 and 3.3.2).
Error LdapSyncSearch::end_of(LDAPMessage* message) {
  int code = LDAP_SUCCESS;
  if (ldap_parse_result(handle_.get(), message, &code, nullptr, nullptr, nullptr, nullptr, 0) !=
      LDAP_SUCCESS)
    return lost("following the server");
  const auto error = ldap_error(handle_.get(), "following the server", code);
  // slapd says unwillingToPerform when it was restored from an older backup.
  if (code == k_sync_refresh_required || (code == LDAP_UNWILLING_TO_PERFORM && has_cookie_))
    return {Errc::conflict, error.detail()};
  if (code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION)
    return {Errc::unsupported,
            "the server does not let changes be followed: it needs the overlay syncprov"};
  return {Errc::unavailable, error.detail()};
}

Result<SyncMessage> LdapSyncSearch::next() {
  for (;;) {
    const Watchdog::Limit limit(*dog_, 2 * timeout_);
    timeval now{};
    LDAPMessage* raw = nullptr;
    const int type = ldap_result(handle_.get(), id_, LDAP_MSG_ONE, &now, &raw);
    const LdapMessage message(raw);
    if (type == 0) return SyncMessage();
    if (type < 0) return fail(lost("following the server"));
    if (type == LDAP_RES_SEARCH_ENTRY) return read_entry_with_state(raw);
    if (type == LDAP_RES_INTERMEDIATE) return read_info(raw);
    if (type == LDAP_RES_SEARCH_RESULT) return fail(end_of(raw));
  }
}

Result<bool> LdapSyncSearch::wait(int other_fd, std::chrono::milliseconds limit) {
  int fd = -1;
  ldap_get_option(handle_.get(), LDAP_OPT_DESC, &fd);
  pollfd entries[] = {{fd, POLLIN, 0}, {other_fd, POLLIN, 0}};
  if (poll(entries, 2, static_cast<int>(limit.count())) < 0 && errno != EINTR)
    return fail(errno_error("waiting for the LDAP server", errno));
  return entries[0].revents != 0;
}

Result<void> LdapSyncSearch::ping() {
  const Watchdog::Limit limit(*dog_, 2 * timeout_);
  char none[] = "1.1";  // RFC 4511, 4.5.1.8: no attributes
  char* names[] = {none, nullptr};
  int id = 0;
  int code = ldap_search_ext(handle_.get(), "", LDAP_SCOPE_BASE, "(objectClass=*)", names, 0,
                             nullptr, nullptr, nullptr, LDAP_NO_LIMIT, &id);
  if (code != LDAP_SUCCESS) return fail(lost("asking the server"));
  timeval most{};
  most.tv_sec = std::chrono::ceil<std::chrono::seconds>(timeout_).count();
  LDAPMessage* raw = nullptr;
  code = ldap_result(handle_.get(), id, LDAP_MSG_ALL, &most, &raw);
  const LdapMessage message(raw);
  if (code == 0) return fail(Errc::timed_out, "the server does not answer any more");
  if (code < 0) return fail(lost("asking the server"));
  return {};
}

}  // namespace

Result<std::unique_ptr<SyncSearch>> SyncSearch::open(const Controller& server,
                                                     const BindOptions& options,
                                                     const KdcTransport& transport,
                                                     Watchdog& dog,
                                                     const What& what) {
  KONTOR_TRY(auto handle, open_handle(server, options, transport, dog));
  auto search = std::make_unique<LdapSyncSearch>(std::move(handle), options.timeout, dog);
  KONTOR_TRY(search->begin(what));
  return search;
}

}  // namespace kontor::directory
