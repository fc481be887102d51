// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/connection.hpp"

#include <poll.h>

#include <cerrno>

#include "base/core/text.hpp"
#include "directory/ldap/handle.hpp"

namespace kontor::directory {
namespace {

constexpr ber_int_t k_page = 500;  // Windows gives at most 1,000
constexpr const char* k_extended_dn_oid = "1.2.840.113556.1.4.529";
constexpr const char* k_show_deleted_oid = "1.2.840.113556.1.4.417";
constexpr const char* k_notification_oid = "1.2.840.113556.1.4.528";
constexpr const char* k_dirsync_oid = "1.2.840.113556.1.4.841";

// {flag 1}: GUIDs as text ([MS-ADTS] 3.1.1.3.4.1.5).
berval extended_dn_as_text() { return {5, const_cast<char*>("\x30\x03\x02\x01\x01")}; }

// Request controls of one search; the list is freed as a whole.
class Controls {
 public:
  ~Controls() {
    for (auto* one : list_)
      if (one != nullptr) ldap_control_free(one);
  }
  Controls() = default;
  Controls(const Controls&) = delete;
  Controls& operator=(const Controls&) = delete;

  void add(LDAPControl* control) { list_.push_back(control); }
  void add(const char* oid, berval* value) {
    LDAPControl* control = nullptr;
    if (ldap_control_create(oid, 1, value, 1, &control) == LDAP_SUCCESS) list_.push_back(control);
  }
  LDAPControl** get() {
    list_.push_back(nullptr);
    return list_.data();
  }

 private:
  std::vector<LDAPControl*> list_;
};

struct ControlsFree {
  void operator()(LDAPControl** controls) const { ldap_controls_free(controls); }
};
using AnswerControls = std::unique_ptr<LDAPControl*, ControlsFree>;  // of a search's last message

class LdapConnection final : public Connection {
 public:
  LdapConnection(LdapHandle handle, std::chrono::milliseconds timeout, Watchdog& dog)
      : handle_(std::move(handle)), timeout_(timeout), dog_(&dog) {}
  ~LdapConnection() override {
    const Watchdog::Limit limit(*dog_, timeout_);  // the unbind may flush to a hung peer
    handle_.reset();
    dog_->watch(-1);
  }

  Result<void> search(const Search& what, const EntryTaker& take) override;
  Result<DirSyncAnswer> sync(const Search& what,
                             std::int32_t flags,
                             const std::string& cookie,
                             const EntryTaker& take) override;
  Result<void> watch(const std::string& base) override;
  Result<bool> wait_change(int other_fd, std::chrono::milliseconds limit) override;

 private:
  Result<std::string> search_page(const Search& what,
                                  const std::string& cookie,
                                  const EntryTaker& take);
  Result<int> send(const Search& what, LDAPControl** controls);
  Result<AnswerControls> run(const Search& what, LDAPControl** controls, const EntryTaker& take);
  int next_message(int id, std::chrono::milliseconds patience, bool is_late, LDAPMessage*& message);
  Result<AnswerControls> finish(LDAPMessage* message, const std::string& base);
  Result<bool> take_notice();

  LdapHandle handle_;
  std::chrono::milliseconds timeout_;
  Watchdog* dog_;
  int notice_ = -1;  // message id of the notification search
};

Result<int> LdapConnection::send(const Search& what, LDAPControl** controls) {
  std::vector<char*> names;
  for (const auto& name : what.attributes) names.push_back(const_cast<char*>(name.c_str()));
  names.push_back(nullptr);
  int id = 0;
  const int code =
      ldap_search_ext(handle_.get(), what.base.c_str(),
                      what.scope == Scope::base ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
                      what.filter.c_str(), what.attributes.empty() ? nullptr : names.data(), 0,
                      controls, nullptr, nullptr, LDAP_NO_LIMIT, &id);
  if (code != LDAP_SUCCESS) return fail(ldap_error(handle_.get(), "searching " + what.base, code));
  return id;
}

Result<AnswerControls> LdapConnection::finish(LDAPMessage* message, const std::string& base) {
  int code = 0;
  LDAPControl** raw = nullptr;
  if (const int parsed =
          ldap_parse_result(handle_.get(), message, &code, nullptr, nullptr, nullptr, &raw, 0);
      parsed != LDAP_SUCCESS)
    return fail(ldap_error(handle_.get(), "searching " + base, parsed));
  AnswerControls answers(raw);
  if (code != LDAP_SUCCESS) return fail(ldap_error(handle_.get(), "searching " + base, code));
  return answers;
}

// As ldap_result(); `is_late`: only what is there already.
int LdapConnection::next_message(int id,
                                 std::chrono::milliseconds patience,
                                 bool is_late,
                                 LDAPMessage*& message) {
  const Watchdog::Limit limit(*dog_, 2 * patience);
  timeval left = to_timeval(is_late ? std::chrono::milliseconds(0) : patience);
  return ldap_result(handle_.get(), id, LDAP_MSG_ONE, &left, &message);
}

Result<AnswerControls> LdapConnection::run(const Search& what,
                                           LDAPControl** controls,
                                           const EntryTaker& take) {
  KONTOR_TRY(const int id, send(what, controls));
  const auto patience = what.limit.value_or(timeout_);
  bool is_last = false;
  auto heard = std::chrono::steady_clock::now();
  while (true) {
    LDAPMessage* raw = nullptr;
    const int type = next_message(id, patience, is_last, raw);
    const LdapMessage message(raw);
    if (type == 0 && !is_last && what.is_worth_waiting) {
      is_last = !what.is_worth_waiting(std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - heard));
      continue;
    }
    heard = std::chrono::steady_clock::now();
    is_last = false;
    if (type == 0) return fail(Errc::timed_out, "searching " + what.base + ": no answer in time");
    if (type < 0) {
      int code = LDAP_SERVER_DOWN;
      ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
      return fail(ldap_error(handle_.get(), "searching " + what.base, code));
    }
    if (type == LDAP_RES_SEARCH_RESULT) return finish(raw, what.base);
    if (type == LDAP_RES_SEARCH_ENTRY) {
      KONTOR_TRY(take(read_entry_message(handle_.get(), raw)));
    }
  }
}

Result<std::string> LdapConnection::search_page(const Search& what,
                                                const std::string& cookie,
                                                const EntryTaker& take) {
  Controls controls;
  berval from{cookie.size(), const_cast<char*>(cookie.data())};
  LDAPControl* page = nullptr;
  if (ldap_create_page_control(handle_.get(), k_page, &from, 0, &page) == LDAP_SUCCESS)
    controls.add(page);
  berval string_form = extended_dn_as_text();
  if (what.extended_dn) controls.add(k_extended_dn_oid, &string_form);
  if (what.show_deleted) controls.add(k_show_deleted_oid, nullptr);
  KONTOR_TRY(const auto answers, run(what, controls.get(), take));
  auto* found = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, answers.get(), nullptr);
  ber_int_t estimate = 0;
  berval raw{};
  if (found == nullptr ||
      ldap_parse_pageresponse_control(handle_.get(), found, &estimate, &raw) != LDAP_SUCCESS)
    return std::string();
  std::string next = text_of(raw);
  ber_memfree(raw.bv_val);
  return next;
}

Result<DirSyncAnswer> LdapConnection::sync(const Search& what,
                                           std::int32_t flags,
                                           const std::string& cookie,
                                           const EntryTaker& take) {
  std::string request = encode_dirsync(flags, cookie);
  berval value{request.size(), request.data()};
  berval string_form = extended_dn_as_text();
  Controls controls;
  controls.add(k_dirsync_oid, &value);
  if (what.extended_dn) controls.add(k_extended_dn_oid, &string_form);
  KONTOR_TRY(const auto answers, run(what, controls.get(), take));
  const auto* found = ldap_control_find(k_dirsync_oid, answers.get(), nullptr);
  if (found == nullptr) return fail(Errc::bad_input, "the controller gave no DirSync cookie");
  return parse_dirsync(text_of(found->ldctl_value));
}

Result<void> LdapConnection::search(const Search& what, const EntryTaker& take) {
  std::string cookie;
  do {
    KONTOR_TRY(cookie, search_page(what, cookie, take));
  } while (!cookie.empty());
  return {};
}

Result<void> LdapConnection::watch(const std::string& base) {
  Search what;
  what.base = base;
  what.attributes = {"objectGUID"};
  Controls controls;
  controls.add(k_notification_oid, nullptr);
  KONTOR_TRY(notice_, send(what, controls.get()));
  return {};
}

// Takes all notices that have come; true: there was one.
Result<bool> LdapConnection::take_notice() {
  bool any = false;
  while (notice_ >= 0) {
    timeval now{};
    LDAPMessage* raw = nullptr;
    const Watchdog::Limit limit(*dog_, timeout_);
    const int type = ldap_result(handle_.get(), notice_, LDAP_MSG_ONE, &now, &raw);
    const LdapMessage message(raw);
    if (type == 0) break;
    if (type < 0) return fail(Errc::unavailable, "the controller closed the connection");
    if (type == LDAP_RES_SEARCH_RESULT) {
      notice_ = -1;  // a controller may refuse or end it: what is asked regularly is enough
      break;
    }
    any = true;
  }
  return any;
}

Result<bool> LdapConnection::wait_change(int other_fd, std::chrono::milliseconds limit) {
  KONTOR_TRY(const bool waiting, take_notice());
  if (waiting) return true;
  int fd = -1;
  ldap_get_option(handle_.get(), LDAP_OPT_DESC, &fd);
  pollfd entries[] = {{fd, POLLIN, 0}, {other_fd, POLLIN, 0}};
  if (poll(entries, 2, static_cast<int>(limit.count())) < 0 && errno != EINTR)
    return fail(errno_error("waiting for the controller", errno));
  if (entries[0].revents == 0) return false;
  if (notice_ < 0 && (entries[0].revents & (POLLHUP | POLLERR)) != 0)
    return fail(Errc::unavailable, "the controller closed the connection");
  return take_notice();
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Controller& controller,
                                                     const BindOptions& options,
                                                     const KdcTransport& transport,
                                                     Watchdog& dog) {
  KONTOR_TRY(auto handle, open_handle(controller, options, transport, dog));
  return std::make_unique<LdapConnection>(std::move(handle), options.timeout, dog);
}

Result<Entry> read_entry(Connection& connection,
                         const std::string& dn,
                         std::vector<std::string> attributes,
                         std::optional<std::chrono::milliseconds> limit,
                         Patience is_worth_waiting) {
  Search what;
  what.limit = limit;
  what.is_worth_waiting = std::move(is_worth_waiting);
  what.base = dn;
  what.scope = Scope::base;
  what.attributes = std::move(attributes);
  std::optional<Entry> found;
  const auto take = [&found](Entry entry) -> Result<void> {
    found = std::move(entry);
    return {};
  };
  KONTOR_TRY(connection.search(what, take));
  if (!found) return fail(Errc::not_found, dn);
  return std::move(*found);
}

}  // namespace kontor::directory
