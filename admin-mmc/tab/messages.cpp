// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/text.hpp"
#include "admin-mmc/tab/mail_pages.hpp"

namespace kontor::admin {
namespace {

using FieldKind = Field::Kind;

constexpr Column messages[] = {{Word::time, "time", Format::time, 23},
                               {Word::sender, "sender", Format::text, 21},
                               {Word::recipient, "recipients/recipient", Format::text, 21},
                               {Word::result, "recipients/status", Format::text, 15},
                               {Word::subject, "subject", Format::text, 20}};
constexpr Column steps[] = {{Word::time, "time", Format::time, 24},
                            {Word::recipient, "recipient", Format::text, 26},
                            {Word::what, "what", Format::text, 16},
                            {Word::text, "text", Format::text, 34}};
constexpr const char* most = "&limit=200";

Field table_of(int id, Word title, int lines, std::span<const Column> columns) {
  Field field{FieldKind::table, id, say(title), lines};
  for (const Column& column : columns) {
    field.words.push_back(say(column.title));
    field.widths.push_back(column.width);
  }
  return field;
}

std::vector<std::wstring> cells_of(const Json& row, std::span<const Column> columns) {
  std::vector<std::wstring> cells;
  for (const Column& column : columns) cells.push_back(cell(row, column));
  return cells;
}

class MessagesPage : public Page {
 public:
  enum { which = 1001, list, path };
  MessagesPage(std::shared_ptr<Api> api, std::wstring address)
      : api_(std::move(api)), address_(std::move(address)) {}

  std::wstring title() const override { return filled(Word::tab_trace_title, {address_}); }
  std::vector<Field> fields() const override {
    return {{FieldKind::choice,
             which,
             say(Word::messages_which),
             1,
             {say(Word::messages_to), say(Word::messages_from)}},
            table_of(list, Word::tab_open_trace, 11, messages),
            table_of(path, Word::steps, 7, steps)};
  }
  void fill() override {
    set_choice(which, 0);
    show();
  }
  void used(int id) override {
    if (id == which) show();
    if (id == list) show_steps();
  }

 private:
  void show() {
    const char* member = choice(which) == 1 ? "sender=" : "recipient=";
    const Json said = api_->get(std::string("/trace?") + member + percent(narrow(address_)) + most);
    rows_ = said.value("messages", Json::array());
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& row : rows_) cells.push_back(cells_of(row, messages));
    set_rows(list, cells);
    set_rows(path, {});
  }
  void show_steps() {
    const int row = selected_row(list);
    if (row < 0 || static_cast<std::size_t>(row) >= rows_.size()) return;
    const std::string id = percent(narrow(text_of(rows_[static_cast<std::size_t>(row)], "id")));
    Json said = api_->get("/trace/messages/" + id);
    if (said.is_object() && said.contains("messages") && !said["messages"].empty())
      said = Json(said["messages"].front());
    std::vector<std::vector<std::wstring>> cells;
    for (const Json& step : said.value("steps", Json::array()))
      cells.push_back(cells_of(step, steps));
    set_rows(path, cells);
  }

  std::shared_ptr<Api> api_;
  std::wstring address_;
  Json rows_ = Json::array();
};

}  // namespace

void show_messages(HWND parent, const std::shared_ptr<Api>& api, const std::wstring& address) {
  MessagesPage page(api, address);
  run_dialog(parent, page);
}

}  // namespace kontor::admin
