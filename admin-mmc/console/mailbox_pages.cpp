// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/text.hpp"
#include "admin-mmc/console/dialogs.hpp"
#include "admin-mmc/console/pages.hpp"

namespace kontor::admin {
namespace {

using FieldKind = Field::Kind;

class GeneralPage : public Page {
 public:
  enum { name = 1001, address, kind, state, login, addresses, groups, goes_to, messages, size, id };
  explicit GeneralPage(Mailbox mailbox) : mailbox_(std::move(mailbox)) {}

  std::wstring title() const override { return say(Word::general); }
  std::vector<Field> fields() const override {
    return {{FieldKind::value, name, say(Word::name)},
            {FieldKind::value, address, say(Word::address)},
            {FieldKind::value, kind, say(Word::kind)},
            {FieldKind::value, state, say(Word::state)},
            {FieldKind::value, login, say(Word::login)},
            {FieldKind::value, addresses, say(Word::addresses), 4},
            {FieldKind::value, groups, say(Word::member_of), 3},
            {FieldKind::value, goes_to, say(Word::goes_to)},
            {FieldKind::value, messages, say(Word::messages)},
            {FieldKind::value, size, say(Word::size)},
            {FieldKind::value, id, say(Word::account)}};
  }
  void fill() override {
    const Json said = mailbox_.api->get(mailbox_.path());
    set(name, text_of(said, "name"));
    set(address, text_of(said, "address"));
    set(kind, spoken(narrow(text_of(said, "kind"))));
    set(state, spoken(narrow(text_of(said, "state"))));
    set(login, text_of(said, "login"));
    set(addresses, lines(said, "addresses"));
    set(groups, lines(said, "groups"));
    set(goes_to, text_of(said, "mail_goes_to"));
    set(messages, text_of(said, "messages"));
    if (said.contains("bytes"))
      set(size, size_text(static_cast<std::uint64_t>(number_of(said, "bytes"))));
    set(id, text_of(said, "account"));
  }

 private:
  static std::wstring lines(const Json& object, const char* member) {
    std::vector<std::wstring> all;
    if (object.contains(member) && object[member].is_array()) {
      for (const auto& one : object[member]) {
        all.push_back(one.is_object() ? text_of(one, "address") : formatted(one, Format::text));
      }
    }
    return joined(all, L"\r\n");
  }

  Mailbox mailbox_;
};

class QuotaPage : public Page {
 public:
  enum { used_size = 1001, limit, limit_from, used_messages, message_limit, message_from };
  explicit QuotaPage(Mailbox mailbox) : mailbox_(std::move(mailbox)) {}

  std::wstring title() const override { return say(Word::quota); }
  std::vector<Field> fields() const override {
    return {{FieldKind::value, used_size, say(Word::used)},
            {FieldKind::edit, limit, say(Word::allowed)},
            {FieldKind::value, limit_from, say(Word::comes_from)},
            {FieldKind::gap},
            {FieldKind::value, used_messages, say(Word::messages)},
            {FieldKind::edit, message_limit, say(Word::allowed_messages)},
            {FieldKind::value, message_from, say(Word::comes_from)},
            {FieldKind::gap},
            {FieldKind::note, 0, say(Word::quota_note), 3}};
  }
  void fill() override { show(mailbox_.api->get(mailbox_.path("/quota"))); }
  bool apply() override {
    const std::string size = quota_value(get(limit));
    if (size.empty()) {
      complain(say(Word::no_size));
      return false;
    }
    Json body{{"size", size}};
    if (const auto most = trimmed(get(message_limit)); most != shown_messages_) {
      const std::string value = quota_value(most);
      body["messages"] = value;
    }
    show(mailbox_.api->send("PUT", mailbox_.path("/quota"), body));
    if (mailbox_.notice) mailbox_.notice->changed(0);
    return true;
  }

 private:
  void show(const Json& said) {
    set(used_size, size_text(static_cast<std::uint64_t>(number_of(said, "bytes"))));
    set(limit, quota_text(said.value("bytes_limit", Json())));
    set(limit_from, spoken(narrow(text_of(said, "bytes_limit_from"))));
    set(used_messages, text_of(said, "messages"));
    const Json most = said.value("messages_limit", Json());
    shown_messages_ = most.is_number() ? text_of(said, "messages_limit") : quota_text(most);
    set(message_limit, shown_messages_);
    set(message_from, spoken(narrow(text_of(said, "messages_limit_from"))));
  }

  Mailbox mailbox_;
  std::wstring shown_messages_;
};

class RightsPage : public Page {
 public:
  enum { table = 1001, who, role, send_as, add, remove };
  RightsPage(Mailbox mailbox, Word title) : mailbox_(std::move(mailbox)), title_(title) {}

  std::wstring title() const override { return say(title_); }
  std::vector<Field> fields() const override {
    return {{FieldKind::table,
             table,
             L"",
             11,
             {say(Word::who), say(Word::folder), say(Word::rights)},
             {45, 30, 25}},
            {FieldKind::edit, who, say(Word::who)},
            {FieldKind::choice, role, say(Word::rights), 1, role_words()},
            {FieldKind::check, send_as, say(Word::send_as)},
            {FieldKind::buttons, add, L"", 1, {say(Word::give), say(Word::take_away)}}};
  }
  void fill() override {
    set_choice(role, 2);
    mailbox_.ready();
    show();
  }
  // Rights are given and taken at once, as the buttons say.
  bool apply() override { return true; }
  void used(int id) override {
    if (id == table) {
      const int row = selected_row(table);
      if (row >= 0) set(who, text_of(rows_[static_cast<size_t>(row)], "who"));
      return;
    }
    if (id != add && id != remove) return;
    mailbox_.ready();
    const std::string person = narrow(trimmed(get(who)));
    if (person.empty()) {
      complain(say(Word::nobody_named));
      return;
    }
    if (id == add) {
      Json body{{"who", person}, {"rights", roles()[static_cast<size_t>(choice(role))]}};
      if (checked(send_as)) body["send-as"] = true;
      mailbox_.api->send("POST", mailbox_.path("/rights"), body);
    } else {
      mailbox_.api->send("DELETE", mailbox_.path("/rights?who=") + percent(person));
    }
    show();
    if (mailbox_.notice) mailbox_.notice->changed(0);
  }

 private:
  void show() {
    const Json said = mailbox_.api->get(mailbox_.path("/rights?limit=500"));
    const Json items = said.is_object() && said.contains("items") ? said["items"] : said;
    rows_.clear();
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& one : items) {
      rows_.push_back(one);
      cells.push_back({text_of(one, "who"), text_of(one, "folder"), text_of(one, "rights")});
    }
    set_rows(table, cells);
  }

  Mailbox mailbox_;
  Word title_;
  std::vector<Json> rows_;
};

class PolicyPage : public Page {
 public:
  enum { table = 1001, why };
  PolicyPage(Mailbox mailbox, Word title) : mailbox_(std::move(mailbox)), title_(title) {}

  std::wstring title() const override { return say(title_); }
  std::vector<Field> fields() const override {
    return {{FieldKind::note, 0, say(Word::policy_note), 2},
            {FieldKind::table,
             table,
             L"",
             17,
             {say(Word::value_name), say(Word::value), say(Word::level), say(Word::rule),
              say(Word::kept_by)},
             {25, 20, 17, 25, 13}}};
  }
  void fill() override {
    mailbox_.ready();
    const Json said = mailbox_.api->get("/people/" + percent(mailbox_.key) + "/policy");
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& one : said.value("values", Json::array())) {
      cells.push_back({spoken(narrow(text_of(one, "name"))), spoken(narrow(text_of(one, "value"))),
                       spoken(narrow(text_of(one, "level"))), text_of(one, "rule"),
                       spoken(narrow(text_of(one, "kept_by")))});
    }
    set_rows(table, cells);
  }

 private:
  Mailbox mailbox_;
  Word title_;
};

}  // namespace

std::string Mailbox::path(const char* rest) const { return "/mailboxes/" + percent(key) + rest; }

void Mailbox::ready() {
  if (!find) return;
  const Mailbox found = find();
  api = found.api;
  key = found.key;
  find = nullptr;
}

std::unique_ptr<Page> general_page(const Mailbox& mailbox) {
  return std::make_unique<GeneralPage>(mailbox);
}
std::unique_ptr<Page> quota_page(const Mailbox& mailbox) {
  return std::make_unique<QuotaPage>(mailbox);
}
std::unique_ptr<Page> rights_page(const Mailbox& mailbox, Word title) {
  return std::make_unique<RightsPage>(mailbox, title);
}
std::unique_ptr<Page> policy_page(const Mailbox& mailbox, Word title) {
  return std::make_unique<PolicyPage>(mailbox, title);
}

std::string quota_value(const std::wstring& text) {
  std::wstring value = trimmed(text);
  if (value.empty()) return {};
  if (same_text(value, say(Word::none))) return "none";
  if (same_text(value, say(Word::by_default))) return "default";
  std::wstring digits = value.substr(0, value.find_first_not_of(L"0123456789.,"));
  std::wstring unit = trimmed(std::wstring_view(value).substr(digits.size()));
  for (const auto& [word, name] : {std::pair{Word::kilobytes, L"KB"},
                                   {Word::megabytes, L"MB"},
                                   {Word::gigabytes, L"GB"},
                                   {Word::terabytes, L"TB"}}) {
    if (same_text(unit, say(word))) unit = name;
  }
  if (unit.empty() || digits.empty()) return narrow(value);
  // The interface takes whole numbers: "1.5 GB" is 1536 MB.
  for (auto& letter : digits) letter = letter == L',' ? L'.' : letter;
  if (digits.find(L'.') == digits.npos) return narrow(digits + unit);
  static constexpr const wchar_t* units[] = {L"KB", L"MB", L"GB", L"TB"};
  for (int i = 1; i < 4; ++i) {
    if (same_text(unit, units[i])) {
      const double smaller = std::stod(digits) * 1024;
      return std::to_string(static_cast<long long>(smaller + 0.5)) + narrow(units[i - 1]);
    }
  }
  return narrow(value);
}

std::wstring quota_text(const Json& limit) {
  if (limit.is_number()) return size_text(limit.get<std::uint64_t>());
  if (!limit.is_string()) return {};
  const auto& text = limit.get_ref<const std::string&>();
  return text == "none" ? std::wstring(say(Word::none)) : spoken(text);
}

}  // namespace kontor::admin
