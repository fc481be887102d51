// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/tab/mail_pages.hpp"

#include <algorithm>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/tab/addresses.hpp"

namespace kontor::admin {
namespace {

using FieldKind = Field::Kind;

// Ends with a sentence for the foot of the page.
[[noreturn]] void refuse(Word sentence, std::initializer_list<std::wstring> values = {}) {
  throw HttpError(filled(sentence, values), false);
}

std::wstring holders(const std::vector<Entry>& found) {
  std::vector<std::wstring> names;
  for (const Entry& one : found) {
    const auto shown = one.first(L"displayName");
    names.push_back(shown.empty() ? one.first(L"cn") : shown);
  }
  return joined(names, L", ");
}

std::wstring has_address(const std::wstring& address) {
  const std::wstring value = filter_value(address);
  return L"(|(proxyAddresses=smtp:" + value + L")(mail=" + value + L"))";
}

class MailPage : public Page {
 public:
  enum {
    state = 1001,
    primary,
    more,
    hidden,
    forward,
    keep,
    goes_to,
    used_size,
    allowed,
    people,
    senders,
    trace = 1020,
    sign_in,
    server
  };
  explicit MailPage(std::shared_ptr<Subject> subject) : subject_(std::move(subject)) {}

  std::wstring title() const override { return say(Word::mail_tab); }
  std::vector<Field> fields() const override {
    const ObjectKind kind = subject_->kind();
    std::vector<Field> all;
    if (kind == ObjectKind::user) all.push_back({FieldKind::value, state, say(Word::state)});
    all.push_back({FieldKind::edit, primary, say(Word::tab_primary)});
    all.push_back({FieldKind::edit, more, say(Word::tab_more), 4});
    all.push_back({FieldKind::check, hidden, say(Word::tab_hidden)});
    if (kind == ObjectKind::user) {
      all.push_back({FieldKind::edit, forward, say(Word::tab_forward)});
      all.push_back({FieldKind::check, keep, say(Word::tab_keep)});
    }
    if (kind != ObjectKind::contact)
      all.push_back({FieldKind::value, goes_to, say(Word::goes_to), 2});
    if (kind == ObjectKind::user) {
      all.push_back({FieldKind::value, used_size, say(Word::used)});
      all.push_back({FieldKind::edit, allowed, say(Word::allowed)});
    }
    if (kind == ObjectKind::group) {
      all.push_back({FieldKind::value, people, say(Word::people)});
      all.push_back({FieldKind::value, senders, say(Word::who_may_send)});
    }
    all.push_back({FieldKind::buttons,
                   trace,
                   L"",
                   1,
                   {say(Word::tab_open_trace), say(Word::tab_sign_in), say(Word::tab_server)}});
    return all;
  }

  void fill() override {
    std::wstring problem;
    try {
      fill_directory();
    } catch (const std::exception& error) {
      problem = error_text(error);
      for (const int id : {primary, more, hidden, forward, keep}) enable(id, false);
    }
    enable(allowed, false);
    try {
      fill_server();
    } catch (const std::exception& error) {
      if (problem.empty()) problem = error_text(error);
    }
    complain(problem);
  }

  void used(int id) override {
    switch (id) {
      case hidden:
      case keep:
        changed();
        break;
      case trace:
        show_messages(window(), subject_->api(), wide(subject_->key()));
        break;
      case sign_in:
        if (subject_->sign_in(window(), {})) fill();
        break;
      case server:
        if (subject_->ask_for_server(window())) fill();
        break;
      default:
        break;
    }
  }

  // All is looked at before anything is written; the server, which may refuse a quota, comes first.
  bool apply() override {
    std::vector<Change> changes;
    if (filled_) {
      add_addresses(changes);
      add_hidden(changes);
      if (subject_->kind() == ObjectKind::user) add_forwarding(changes);
    }
    const std::string size = quota_to_write();
    if (!size.empty()) {
      subject_->api()->send("PUT", subject_->mailbox().path("/quota"), Json{{"size", size}});
      shown_allowed_ = trimmed(get(allowed));
    }
    subject_->directory().change(subject_->dn(), changes);
    if (!changes.empty()) {
      subject_->forget();
      fill_directory();
    }
    return true;
  }

 private:
  void fill_directory() {
    filled_ = false;
    entry_ = subject_->entry();
    addresses_ = addresses_of(entry_);
    set(primary, addresses_.primary);
    set(more, joined(addresses_.more, L"\r\n"));
    const std::wstring hide = subject_->attribute(L"msExchHideFromAddressLists");
    shown_hidden_ = same_text(entry_.first(hide), L"TRUE");
    set_checked(hidden, shown_hidden_);
    const bool writes = subject_->may_write(L"mail") && subject_->may_write(L"proxyAddresses");
    enable(primary, writes);
    enable(more, writes);
    enable(hidden, subject_->may_write_its(L"msExchHideFromAddressLists"));
    filled_ = true;
    if (subject_->kind() != ObjectKind::user) return;
    shown_forward_ = forwarding();
    set(forward, shown_forward_);
    shown_keep_ = same_text(entry_.first(subject_->attribute(L"deliverAndRedirect")), L"TRUE");
    set_checked(keep, shown_keep_);
    enable(forward, may_redirect() || subject_->may_write_its(L"targetAddress"));
    enable(keep, may_redirect());
  }

  // Does the schema have what Exchange forwards inside the organisation with?
  bool may_redirect() {
    return subject_->may_write_its(L"altRecipient") &&
           subject_->may_write_its(L"deliverAndRedirect");
  }

  std::wstring forwarding() {
    const std::wstring target = entry_.first(subject_->attribute(L"targetAddress"));
    if (!target.empty()) {
      const auto address = without_kind(target);
      return address.empty() ? target : address;
    }
    const std::wstring other = entry_.first(subject_->attribute(L"altRecipient"));
    if (other.empty()) return {};
    try {
      return addresses_of(subject_->directory().read(other, {L"mail", L"proxyAddresses"})).primary;
    } catch (const DirectoryError&) {
      return other;  // it may not be read: its name then
    }
  }

  void fill_server() {
    const ObjectKind kind = subject_->kind();
    if (kind == ObjectKind::contact) {
      subject_->api()->session();
      return;
    }
    try {
      if (kind == ObjectKind::group) {
        const Json said = subject_->api()->get("/groups/" + percent(subject_->key()));
        set(goes_to, text_of(said, "mail_goes_to"));
        set(senders, spoken(narrow(text_of(said, "who_may_send"))));
        const Json list = said.value("people", Json::array());
        set(people, std::to_wstring(list.size()));
        return;
      }
      const Mailbox mailbox = subject_->mailbox();
      const Json said = mailbox.api->get(mailbox.path());
      set(state,
          spoken(narrow(text_of(said, "kind"))) + L", " + spoken(narrow(text_of(said, "state"))));
      set(goes_to, text_of(said, "mail_goes_to"));
      const Json quota = mailbox.api->get(mailbox.path("/quota"));
      set(used_size,
          filled(Word::tab_used, {size_text(static_cast<std::uint64_t>(number_of(quota, "bytes"))),
                                  text_of(quota, "messages")}));
      shown_allowed_ = quota_text(quota.value("bytes_limit", Json()));
      set(allowed, shown_allowed_);
      enable(allowed, true);
    } catch (const ApiError& error) {
      if (error.status() != 404) throw;
      set(state, say(Word::tab_no_mailbox));
      set(goes_to, L"");
    }
  }

  void add_addresses(std::vector<Change>& changes) {
    Addresses now;
    now.primary = trimmed(get(primary));
    now.others = addresses_.others;
    for (const auto& line : parts(get(more), L"\r\n,;")) {
      if (same_text(line, now.primary)) continue;
      if (std::none_of(now.more.begin(), now.more.end(),
                       [&](const auto& one) { return same_text(one, line); }))
        now.more.push_back(line);
    }
    std::sort(now.more.begin(), now.more.end());
    if (now == addresses_) return;
    if (now.primary.empty() && !now.more.empty()) refuse(Word::tab_no_primary);
    std::vector<std::wstring> all = now.more;
    if (!now.primary.empty()) all.push_back(now.primary);
    for (const auto& address : all) {
      if (!is_address(address)) refuse(Word::tab_bad_address, {address});
      const auto others =
          subject_->directory().find(domain_name(subject_->dn()),
                                     L"(&" + has_address(address) + L"(!(distinguishedName=" +
                                         filter_value(subject_->dn()) + L")))",
                                     {L"displayName", L"cn"}, 3);
      if (!others.empty()) refuse(Word::tab_not_unique, {address, holders(others)});
    }
    for (auto& change : address_changes(entry_, addresses_, now))
      changes.push_back(std::move(change));
  }

  void add_hidden(std::vector<Change>& changes) {
    const bool now = checked(hidden);
    if (now == shown_hidden_) return;
    changes.push_back(
        {subject_->attribute(L"msExchHideFromAddressLists"), now ? Values{L"TRUE"} : Values()});
  }

  void add_forwarding(std::vector<Change>& changes) {
    const std::wstring now = trimmed(get(forward));
    const bool stays = checked(keep) && !now.empty();
    if (now == shown_forward_ && stays == shown_keep_) return;
    Change target{subject_->attribute(L"targetAddress"), {}},
        other{subject_->attribute(L"altRecipient"), {}},
        copy{subject_->attribute(L"deliverAndRedirect"), {}};
    if (!now.empty()) {
      if (!is_address(now)) refuse(Word::tab_bad_address, {now});
      const auto found =
          subject_->directory().find(domain_name(subject_->dn()), has_address(now), {L"cn"}, 2);
      if (found.size() == 1 && may_redirect()) {
        other.values = {found.front().dn};
        if (stays) copy.values = {L"TRUE"};
      } else if (stays) {
        refuse(Word::tab_keep_inside);
      } else {
        target.values = {L"SMTP:" + now};
      }
    }
    for (Change* change : {&target, &other, &copy}) {
      if (entry_.all(change->attribute) != change->values) changes.push_back(std::move(*change));
    }
  }

  // What the server is to be told; empty: nothing was changed.
  std::string quota_to_write() {
    if (subject_->kind() != ObjectKind::user) return {};
    const std::wstring now = trimmed(get(allowed));
    if (now == shown_allowed_) return {};
    const std::string size = quota_value(now);
    if (size.empty()) refuse(Word::no_size);
    return size;
  }

  std::shared_ptr<Subject> subject_;
  Entry entry_;
  Addresses addresses_;
  std::wstring shown_forward_, shown_allowed_;
  bool filled_ = false, shown_hidden_ = false, shown_keep_ = false;
};

// What a group was given, in whose mailboxes.
class GivenPage : public Page {
 public:
  enum { table = 1001 };
  explicit GivenPage(std::shared_ptr<Subject> subject) : subject_(std::move(subject)) {}

  std::wstring title() const override { return say(Word::mail_rights); }
  std::vector<Field> fields() const override {
    return {{FieldKind::note, 0, say(Word::tab_given_note), 2},
            {FieldKind::table,
             table,
             L"",
             17,
             {say(Word::mailbox), say(Word::folder), say(Word::rights)},
             {45, 30, 25}}};
  }
  void fill() override {
    const Json said = subject_->api()->get("/shares?limit=500&who=" + percent(subject_->key()));
    const Json items = said.is_object() && said.contains("items") ? said["items"] : said;
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& one : items)
      cells.push_back({text_of(one, "mailbox"), text_of(one, "folder"), text_of(one, "rights")});
    set_rows(table, cells);
  }

 private:
  std::shared_ptr<Subject> subject_;
};

}  // namespace

std::vector<std::unique_ptr<Page>> pages_of(const std::shared_ptr<Subject>& subject) {
  std::vector<std::unique_ptr<Page>> pages;
  pages.push_back(std::make_unique<MailPage>(subject));
  if (subject->kind() == ObjectKind::user) {
    Mailbox mailbox;
    mailbox.find = [subject] { return subject->mailbox(); };
    pages.push_back(rights_page(mailbox, Word::mail_rights));
    pages.push_back(policy_page(mailbox, Word::mail_policies));
  }
  if (subject->kind() == ObjectKind::group) pages.push_back(std::make_unique<GivenPage>(subject));
  return pages;
}

}  // namespace kontor::admin
