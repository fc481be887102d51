// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/dialogs.hpp"

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/base/words.hpp"
#include "admin-mmc/forms/page.hpp"

namespace kontor::admin {
namespace {

using Kind = Field::Kind;

class ConnectPage : public Page {
 public:
  enum { address = 1001, user, password, ca_file, subject, issuer, until, print, trust };

  std::wstring title() const override { return say(Word::connect_title); }
  std::vector<Field> fields() const override {
    return {{Kind::note, 0, say(Word::connect_note), 2},
            {Kind::edit, address, say(Word::server_address)},
            {Kind::note, 0, say(Word::user_note), 2},
            {Kind::edit, user, say(Word::user)},
            {Kind::password, password, say(Word::password)},
            {Kind::edit, ca_file, say(Word::ca_file)},
            {Kind::gap},
            {Kind::value, subject, say(Word::certificate)},
            {Kind::value, issuer, say(Word::issuer)},
            {Kind::value, until, say(Word::valid_until)},
            {Kind::value, print, L"SHA-256", 2},
            {Kind::check, trust, say(Word::trust_it)}};
  }
  void fill() override {
    set(ca_file, registry_text(L"CaFile"));
    set(address, registry_text(L"Server"));
    enable(trust, false);
  }
  bool apply() override {
    if (!parse_address(get(address), server)) {
      complain(say(Word::no_address));
      return false;
    }
    server.credentials = {trimmed(get(user)), get(password)};
    server.trust = {checked(trust) ? shown_ : registry_text(L"Pin"), trimmed(get(ca_file))};
    try {
      Api(server).session();
      return true;
    } catch (const HttpError& error) {
      if (!error.untrusted()) throw;
      const CertificateText text = Http(server).certificate();
      set(subject, text.subject);
      set(issuer, text.issuer);
      set(until, text.until);
      set(print, text.fingerprint);
      shown_ = text.fingerprint;
      set_checked(trust, false);
      enable(trust, true);
      complain(error.text());
      return false;
    }
  }

  Server server;

 private:
  std::wstring shown_;  // the fingerprint that the person was shown
};

class SignInPage : public Page {
 public:
  enum { where = 1001, user, password };
  using Try = std::function<void(const Credentials&)>;
  SignInPage(std::wstring where, std::wstring user, std::wstring why, Try try_it)
      : where_(std::move(where)),
        user_(std::move(user)),
        why_(std::move(why)),
        try_(std::move(try_it)) {}

  std::wstring title() const override { return say(Word::sign_in_title); }
  std::vector<Field> fields() const override {
    return {{Kind::value, where, say(Word::server)},
            {Kind::edit, user, say(Word::user)},
            {Kind::password, password, say(Word::password)}};
  }
  void fill() override {
    set(where, where_);
    set(user, user_);
    complain(why_);
  }
  bool apply() override {
    try_({trimmed(get(user)), get(password)});
    return true;
  }

 private:
  std::wstring where_, user_, why_;
  Try try_;
};

class FilterPage : public Page {
 public:
  enum { text = 1001 };
  explicit FilterPage(std::wstring& filter) : filter_(filter) {}

  std::wstring title() const override { return say(Word::filter_title); }
  std::vector<Field> fields() const override {
    return {{Kind::note, 0, say(Word::filter_note), 2}, {Kind::edit, text, say(Word::text)}};
  }
  void fill() override { set(text, filter_); }
  bool apply() override {
    filter_ = trimmed(get(text));
    return true;
  }

 private:
  std::wstring& filter_;
};

class TracePage : public Page {
 public:
  enum { sender = 1001, recipient, subject, message_id, since, status };
  static constexpr const char* members[] = {"sender", "recipient", "subject", "message-id",
                                            "since"};
  static constexpr const char* statuses[] = {"",      "delivered", "relayed", "refused",
                                             "waits", "failed",    "junk",    "virus"};

  std::wstring title() const override { return say(Word::trace_title); }
  std::vector<Field> fields() const override {
    std::vector<std::wstring> words;
    for (const char* one : statuses)
      words.push_back(*one ? spoken(one) : std::wstring(say(Word::any)));
    return {{Kind::edit, sender, say(Word::sender)},
            {Kind::edit, recipient, say(Word::recipient)},
            {Kind::edit, subject, say(Word::subject)},
            {Kind::edit, message_id, L"Message-ID"},
            {Kind::edit, since, say(Word::since_day)},
            {Kind::choice, status, say(Word::result), 1, words}};
  }
  void fill() override { set_choice(status, 0); }
  bool apply() override {
    question.clear();
    int id = sender;
    for (const char* member : members) {
      const std::string value = narrow(trimmed(get(id++)));
      if (!value.empty()) add(member, value);
    }
    if (const int at = choice(status); at > 0) add("status", statuses[at]);
    return true;
  }
  void add(const char* member, const std::string& value) {
    if (!question.empty()) question += '&';
    question += std::string(member) + '=' + percent(value);
  }

  std::string question;
};

struct Sharing {
  std::wstring mailbox;
};

class MailboxStep : public Page {
 public:
  enum { mailbox = 1001, name };
  MailboxStep(std::shared_ptr<Api> api, std::shared_ptr<Sharing> sharing)
      : api_(std::move(api)), sharing_(std::move(sharing)) {}

  std::wstring title() const override { return say(Word::shared_title); }
  std::vector<Field> fields() const override {
    return {{Kind::note, 0, say(Word::shared_note), 5},
            {Kind::edit, mailbox, say(Word::address)},
            {Kind::value, name, say(Word::name)}};
  }
  bool apply() override {
    const std::wstring address = trimmed(get(mailbox));
    const Json found = api_->get("/mailboxes/" + percent(narrow(address)));
    set(name, text_of(found, "name"));
    sharing_->mailbox = text_of(found, "address");
    return true;
  }

 private:
  std::shared_ptr<Api> api_;
  std::shared_ptr<Sharing> sharing_;
};

class PeopleStep : public Page {
 public:
  enum { who = 1001, role, send_as };
  PeopleStep(std::shared_ptr<Api> api, std::shared_ptr<Sharing> sharing)
      : api_(std::move(api)), sharing_(std::move(sharing)) {}

  std::wstring title() const override { return say(Word::shared_title); }
  std::vector<Field> fields() const override {
    return {{Kind::note, 0, say(Word::shared_who_note), 3},
            {Kind::edit, who, say(Word::who)},
            {Kind::choice, role, say(Word::rights), 1, role_words()},
            {Kind::check, send_as, say(Word::send_as)}};
  }
  void fill() override {
    set_choice(role, 2);
    set_checked(send_as, true);
  }
  bool apply() override {
    const std::wstring person = trimmed(get(who));
    if (person.empty()) {
      complain(say(Word::nobody_named));
      return false;
    }
    Json body{{"who", narrow(person)}, {"rights", roles()[static_cast<size_t>(choice(role))]}};
    if (checked(send_as)) body["send-as"] = true;
    api_->send("POST", "/mailboxes/" + percent(narrow(sharing_->mailbox)) + "/rights", body);
    return true;
  }

 private:
  std::shared_ptr<Api> api_;
  std::shared_ptr<Sharing> sharing_;
};

}  // namespace

const std::vector<std::string>& roles() {
  static const std::vector<std::string> all = {"reader", "author", "editor", "owner"};
  return all;
}

std::vector<std::wstring> role_words() {
  return {say(Word::role_reader), say(Word::role_author), say(Word::role_editor),
          say(Word::role_owner)};
}

std::optional<Server> ask_server(HWND parent) {
  ConnectPage page;
  if (!run_dialog(parent, page)) return std::nullopt;
  return page.server;
}

bool ask_sign_in(HWND parent, Api& api, const std::wstring& why) {
  const Server& server = api.server();
  SignInPage page(server.address(), server.credentials.user, why, [&](const Credentials& typed) {
    api.use(typed);
    api.session();
  });
  return run_dialog(parent, page);
}

bool ask_credentials(HWND parent,
                     const std::wstring& where,
                     const std::wstring& why,
                     const std::function<void(const Credentials&)>& try_it) {
  SignInPage page(where, {}, why, try_it);
  return run_dialog(parent, page);
}

bool ask_filter(HWND parent, std::wstring& text) {
  FilterPage page(text);
  return run_dialog(parent, page);
}

bool ask_trace(HWND parent, std::string& question) {
  TracePage page;
  if (!run_dialog(parent, page)) return false;
  question = page.question;
  return true;
}

std::string trace_of(const std::wstring& address) {
  return "recipient=" + percent(narrow(address));
}

bool share_mailbox(HWND parent, const std::shared_ptr<Api>& api) {
  const auto sharing = std::make_shared<Sharing>();
  std::vector<std::unique_ptr<Page>> pages;
  pages.push_back(std::make_unique<MailboxStep>(api, sharing));
  pages.push_back(std::make_unique<PeopleStep>(api, sharing));
  return run_wizard(parent, say(Word::shared_title), std::move(pages));
}

}  // namespace kontor::admin
