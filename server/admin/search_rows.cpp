// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/search_rows.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "search/query/keys.hpp"
#include "server/indexer/item_kind.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_snippet = 160;          // code points
constexpr std::size_t k_looked_at = 1U << 16U;  // bytes of a text

std::string field_text(std::string_view header, std::string_view name) {
  const auto value = mime::field_value(header, name);
  if (!value) return {};
  return to_valid_utf8(trim(mime::decode_words(*value)));
}

}  // namespace

json::object search_row(const SearchedMailbox& mailbox,
                        const store::AccountView& view,
                        const indexer::FoundMessage& found,
                        std::string_view header) {
  const auto folder = view.folder(found.folder);
  const auto item = view.item(found.entry.item);
  json::object row;
  row["account"] = mailbox.account.text();
  row["address"] = mailbox.address;
  row["folder"] = folder ? folder->name : std::string();
  row["uid_validity"] = folder ? folder->uid_validity : 0;
  row["uid"] = found.entry.uid;
  row["emailid"] = item ? item->guid.hex() : std::string();
  row["date"] = store::show_moment(found.entry.internal_date);
  row["size"] = item ? item->size : 0;
  row["from"] = field_text(header, "From");
  row["subject"] = field_text(header, "Subject");
  row["message_id"] = field_text(header, "Message-ID");
  const auto rows = view.open(found.folder);
  if (rows == nullptr) return row;
  row["kind"] = search::name_of(indexer::kind_of(*rows, found.entry.uid));
  if (rows->info().folder_class == store::FolderClass::mail) return row;
  const auto* object = rows->object(found.entry.uid);
  row["name"] = object == nullptr ? std::string() : object->name;
  return row;
}

void add_object(json::object& row, const search::Document& document) {
  using search::Field;
  for (const auto& [key, field] :
       {std::pair("subject", Field::subject), std::pair("from", Field::from)}) {
    const auto text = std::ranges::find(document.texts, field, &search::FieldText::field);
    if (text != document.texts.end()) row[key] = text->text;
  }
}

void add_marks(json::object& row,
               const store::AccountView& view,
               const indexer::FoundMessage& found) {
  row["flags"] = found.entry.flags;
  json::array keywords;
  for (const auto& keyword : view.keywords(found.entry.keywords)) keywords.emplace_back(keyword);
  row["keywords"] = std::move(keywords);
}

void add_snippet(json::object& row, search::Document document, const search::SnippetMaker& maker) {
  for (auto& text : document.texts)
    if (text.text.size() > k_looked_at)
      text.text = to_valid_utf8(std::string_view(text.text).substr(0, k_looked_at));
  const auto snippet = maker.of(document, k_snippet);
  if (snippet.text.empty()) return;
  row["snippet"] = snippet.text;
  json::array marks;
  for (const auto& mark : snippet.marks) marks.emplace_back(json::array{mark.begin, mark.end});
  row["marks"] = std::move(marks);
}

}  // namespace kontor::admin
