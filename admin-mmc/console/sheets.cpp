// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/text.hpp"
#include "admin-mmc/console/actions.hpp"
#include "admin-mmc/console/pages.hpp"

namespace kontor::admin {
namespace {

using FieldKind = Field::Kind;

constexpr Column recipients[] = {{Word::recipient, "recipient", Format::text, 28},
                                 {Word::state, "state", Format::text, 12},
                                 {Word::tries, "tries", Format::number, 8},
                                 {Word::next_try, "next_try", Format::text, 20},
                                 {Word::last_answer, "last", Format::text, 32}};
constexpr Column held_recipients[] = {{Word::recipient, "recipient", Format::text, 60},
                                      {Word::state, "state", Format::text, 40}};
constexpr Column records[] = {{Word::name, "name", Format::text, 32},
                              {Word::kind, "type", Format::text, 10},
                              {Word::value, "value", Format::text, 38},
                              {Word::what, "why", Format::text, 20}};
constexpr Column members[] = {{Word::name, "name", Format::text, 40},
                              {Word::address, "address", Format::text, 40},
                              {Word::state, "state", Format::text, 20}};
constexpr Column steps[] = {{Word::time, "time", Format::time, 26},
                            {Word::recipient, "recipient", Format::text, 26},
                            {Word::what, "what", Format::text, 16},
                            {Word::place, "place", Format::text, 12},
                            {Word::text, "text", Format::text, 20}};

// The words of members that objects of the interface have.
std::wstring member_name(const std::string& member) { return spoken(member); }

std::wstring member_text(const std::string& member, const Json& value) {
  if (value.is_string()) return spoken(value.get_ref<const std::string&>());
  const bool size = member == "bytes" || member.ends_with("_bytes");
  const bool age = member == "seconds" || member.ends_with("_seconds");
  const bool time = member == "time" || member == "since" || member == "changed";
  return formatted(value, size   ? Format::size
                          : age  ? Format::age
                          : time ? Format::time
                                 : Format::text);
}

class DetailsPage : public Page {
 public:
  enum { table = 1001 };
  DetailsPage(std::shared_ptr<Api> api, std::string path, Json known)
      : api_(std::move(api)), path_(std::move(path)), known_(std::move(known)) {}

  std::wstring title() const override { return say(Word::general); }
  std::vector<Field> fields() const override {
    return {
        {FieldKind::table, table, L"", 20, {say(Word::value_name), say(Word::value)}, {35, 65}}};
  }
  void fill() override {
    Json said = path_.empty() ? known_ : api_->get(path_);
    // What the trace says of one message stands in a list.
    if (said.is_object() && said.contains("messages") && said["messages"].is_array() &&
        !said["messages"].empty())
      said = Json(said["messages"].front());
    std::vector<std::vector<std::wstring>> cells;
    for (const auto& [member, value] : said.items()) {
      const bool deep =
          value.is_object() || (value.is_array() && !value.empty() && value.front().is_object());
      if (!deep) cells.push_back({member_name(member), member_text(member, value)});
    }
    set_rows(table, cells);
  }

 private:
  std::shared_ptr<Api> api_;
  std::string path_;
  Json known_;
};

class TablePage : public Page {
 public:
  enum { table = 1001 };
  TablePage(std::shared_ptr<Api> api,
            std::string path,
            const char* member,
            Word title,
            std::span<const Column> columns)
      : api_(std::move(api)),
        path_(std::move(path)),
        member_(member),
        title_(title),
        columns_(columns) {}

  std::wstring title() const override { return say(title_); }
  std::vector<Field> fields() const override {
    Field field{FieldKind::table, table, L"", 20};
    for (const Column& column : columns_) {
      field.words.push_back(say(column.title));
      field.widths.push_back(column.width);
    }
    return {field};
  }
  void fill() override {
    Json said = api_->get(path_);
    if (said.is_object() && said.contains("messages") && said["messages"].is_array() &&
        !said["messages"].empty())
      said = Json(said["messages"].front());
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& row : said.value(member_, Json::array())) {
      std::vector<std::wstring> line;
      for (const Column& column : columns_) line.push_back(cell(row, column));
      cells.push_back(std::move(line));
    }
    set_rows(table, cells);
  }

 private:
  std::shared_ptr<Api> api_;
  std::string path_;
  const char* member_;
  Word title_;
  std::span<const Column> columns_;
};

HRESULT add(IPropertySheetCallback* callback, std::unique_ptr<Page> page) {
  const HPROPSHEETPAGE made = make_page(std::move(page));
  if (!made) return E_OUTOFMEMORY;
  const HRESULT done = callback->AddPage(made);
  if (FAILED(done)) DestroyPropertySheetPage(made);
  return done;
}

HRESULT add_all(IPropertySheetCallback* callback, std::vector<std::unique_ptr<Page>> pages) {
  for (auto& page : pages) {
    if (const HRESULT done = add(callback, std::move(page)); FAILED(done)) return done;
  }
  return S_OK;
}

std::string mailbox_key(const Json& row) {
  const auto address = narrow(text_of(row, "address"));
  return address.empty() ? narrow(text_of(row, "account")) : address;
}

}  // namespace

std::unique_ptr<Page> details_page(std::shared_ptr<Api> api, std::string path, Json known) {
  return std::make_unique<DetailsPage>(std::move(api), std::move(path), std::move(known));
}

std::unique_ptr<Page> table_page(std::shared_ptr<Api> api,
                                 std::string path,
                                 const char* member,
                                 Word title,
                                 std::span<const Column> columns) {
  return std::make_unique<TablePage>(std::move(api), std::move(path), member, title, columns);
}

bool has_sheet(const Selection& selection) {
  if (!selection.node) return false;
  if (selection.rows_chosen) return selection.rows.size() == 1 && !selection.rows.front().is_null();
  return selection.node->kind == Kind::server;
}

HRESULT add_pages(Snapin&,
                  const Selection& selection,
                  IPropertySheetCallback* callback,
                  LONG_PTR handle) {
  const auto notice = std::make_shared<SheetNotice>(handle);
  if (!has_sheet(selection)) return S_FALSE;
  const auto& api = selection.node->api;
  std::vector<std::unique_ptr<Page>> pages;
  if (!selection.rows_chosen) {
    pages.push_back(details_page(api, "/status", nullptr));
    return add_all(callback, std::move(pages));
  }
  const Json& row = selection.rows.front();
  const List& list = *list_of(selection.node->kind);
  const std::string key = percent(narrow(text_of(row, list.key)));
  switch (list.kind) {
    case Kind::mailboxes:
    case Kind::shares: {
      const Mailbox mailbox{
          api, list.kind == Kind::shares ? narrow(text_of(row, "mailbox")) : mailbox_key(row),
          notice};
      if (list.kind == Kind::mailboxes || mailbox.key != "public") {
        pages.push_back(general_page(mailbox));
        pages.push_back(quota_page(mailbox));
      }
      pages.push_back(rights_page(mailbox));
      if (list.kind == Kind::mailboxes) pages.push_back(policy_page(mailbox));
      break;
    }
    case Kind::domains: {
      const std::string path = "/domains/" + key;
      pages.push_back(details_page(api, path, nullptr));
      pages.push_back(table_page(api, path, "records", Word::dns_records, records));
      break;
    }
    case Kind::queue: {
      const std::string path = "/queue/messages/" + key;
      pages.push_back(details_page(api, path, nullptr));
      pages.push_back(table_page(api, path, "recipients", Word::recipients, recipients));
      break;
    }
    case Kind::quarantine: {
      const std::string path = "/quarantine/messages/" + key;
      pages.push_back(details_page(api, path, nullptr));
      pages.push_back(table_page(api, path, "recipients", Word::recipients, held_recipients));
      break;
    }
    case Kind::groups: {
      const std::string path = "/groups/" + key;
      pages.push_back(details_page(api, path, nullptr));
      pages.push_back(table_page(api, path, "people", Word::people, members));
      break;
    }
    case Kind::trace: {
      const std::string path = "/trace/messages/" + key;
      pages.push_back(details_page(api, path, nullptr));
      pages.push_back(table_page(api, path, "steps", Word::steps, steps));
      break;
    }
    default:
      pages.push_back(details_page(api, "", row));
  }
  return add_all(callback, std::move(pages));
}

}  // namespace kontor::admin
