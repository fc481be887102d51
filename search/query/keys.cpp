// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/keys.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::search {
namespace {

constexpr Fields k_recipients = fields_of(Field::to) | fields_of(Field::cc) | fields_of(Field::bcc);
constexpr Fields k_attachments = fields_of(Field::attachment_name) | fields_of(Field::attachment);

// The first of a key is the one it is printed with.
constexpr auto k_keys = std::to_array<KeyWord>({
    {"from", Key::text, fields_of(Field::from)},
    {"от", Key::text, fields_of(Field::from)},
    {"отправитель", Key::text, fields_of(Field::from)},
    {"to", Key::text, fields_of(Field::to)},
    {"кому", Key::text, fields_of(Field::to)},
    {"cc", Key::text, fields_of(Field::cc)},
    {"копия", Key::text, fields_of(Field::cc)},
    {"bcc", Key::text, fields_of(Field::bcc)},
    {"скрытая", Key::text, fields_of(Field::bcc)},
    {"recipient", Key::text, k_recipients},
    {"получатель", Key::text, k_recipients},
    {"with", Key::text, k_recipients | fields_of(Field::from)},
    {"участник", Key::text, k_recipients | fields_of(Field::from)},
    {"subject", Key::text, fields_of(Field::subject)},
    {"тема", Key::text, fields_of(Field::subject)},
    {"body", Key::text, fields_of(Field::body)},
    {"text", Key::text, fields_of(Field::body)},
    {"текст", Key::text, fields_of(Field::body)},
    {"file", Key::text, fields_of(Field::attachment_name)},
    {"файл", Key::text, fields_of(Field::attachment_name)},
    {"filename", Key::text, fields_of(Field::attachment_name)},
    {"attachment", Key::text, k_attachments},
    {"вложение", Key::text, k_attachments},
    {"exact", Key::exact},
    {"точно", Key::exact},
    {"is", Key::is},
    {"это", Key::is},
    {"has", Key::is},
    {"есть", Key::is},
    {"in", Key::folder},
    {"в", Key::folder},
    {"folder", Key::only_in},
    {"папка", Key::only_in},
    {"before", Key::before},
    {"до", Key::before},
    {"after", Key::after},
    {"после", Key::after},
    {"on", Key::on},
    {"date", Key::on},
    {"за", Key::on},
    {"дата", Key::on},
    {"since", Key::since},
    {"с", Key::since},
    {"until", Key::until},
    {"по", Key::until},
    {"older", Key::older},
    {"старше", Key::older},
    {"newer", Key::newer},
    {"новее", Key::newer},
    {"size", Key::size},
    {"размер", Key::size},
    {"larger", Key::larger},
    {"больше", Key::larger},
    {"smaller", Key::smaller},
    {"меньше", Key::smaller},
    {"keyword", Key::keyword},
    {"tag", Key::keyword},
    {"label", Key::keyword},
    {"метка", Key::keyword},
    {"list", Key::list},
    {"рассылка", Key::list},
    {"id", Key::id},
    {"message-id", Key::id},
    {"номер", Key::id},
    {"kind", Key::kind},
    {"вид", Key::kind},
});

struct KindWord {
  std::string_view name;
  ItemKind kind;
};

// The first of a kind is the one it is printed with.
constexpr auto k_kinds = std::to_array<KindWord>({
    {"mail", ItemKind::mail},     {"message", ItemKind::mail},     {"письмо", ItemKind::mail},
    {"почта", ItemKind::mail},    {"event", ItemKind::event},      {"meeting", ItemKind::event},
    {"событие", ItemKind::event}, {"встреча", ItemKind::event},    {"task", ItemKind::task},
    {"todo", ItemKind::task},     {"задача", ItemKind::task},      {"contact", ItemKind::contact},
    {"card", ItemKind::contact},  {"контакт", ItemKind::contact},  {"note", ItemKind::note},
    {"journal", ItemKind::note},  {"заметка", ItemKind::note},     {"person", ItemKind::person},
    {"people", ItemKind::person}, {"сотрудник", ItemKind::person}, {"человек", ItemKind::person},
    {"люди", ItemKind::person},
});

struct MarkWord {
  std::string_view name;
  FlagIs flag;
};

// The first of a meaning is the one it is printed with.
constexpr auto k_marks = std::to_array<MarkWord>({
    {"unread", {MessageMark::seen, false}},
    {"unseen", {MessageMark::seen, false}},
    {"непрочитанное", {MessageMark::seen, false}},
    {"непрочитанные", {MessageMark::seen, false}},
    {"новое", {MessageMark::seen, false}},
    {"read", {MessageMark::seen, true}},
    {"seen", {MessageMark::seen, true}},
    {"прочитанное", {MessageMark::seen, true}},
    {"прочитанные", {MessageMark::seen, true}},
    {"flagged", {MessageMark::flagged, true}},
    {"starred", {MessageMark::flagged, true}},
    {"помеченное", {MessageMark::flagged, true}},
    {"помеченные", {MessageMark::flagged, true}},
    {"отмеченное", {MessageMark::flagged, true}},
    {"флаг", {MessageMark::flagged, true}},
    {"unflagged", {MessageMark::flagged, false}},
    {"непомеченное", {MessageMark::flagged, false}},
    {"answered", {MessageMark::answered, true}},
    {"replied", {MessageMark::answered, true}},
    {"отвеченное", {MessageMark::answered, true}},
    {"отвеченные", {MessageMark::answered, true}},
    {"ответ", {MessageMark::answered, true}},
    {"unanswered", {MessageMark::answered, false}},
    {"неотвеченное", {MessageMark::answered, false}},
    {"неотвеченные", {MessageMark::answered, false}},
    {"draft", {MessageMark::draft, true}},
    {"черновик", {MessageMark::draft, true}},
    {"undraft", {MessageMark::draft, false}},
    {"deleted", {MessageMark::deleted, true}},
    {"удаленное", {MessageMark::deleted, true}},
    {"undeleted", {MessageMark::deleted, false}},
    {"неудаленное", {MessageMark::deleted, false}},
});

constexpr auto k_attachment_words =
    std::to_array<std::string_view>({"attachment", "attachments", "вложение", "вложения", "файл"});
constexpr auto k_forwarded_words =
    std::to_array<std::string_view>({"forwarded", "пересланное", "пересланные"});
constexpr std::string_view k_forwarded = "$Forwarded";  // RFC 5788

}  // namespace

std::string key_form(std::string_view text) {
  // Folded text is decomposed: what is one letter to a person becomes one again.
  struct Whole {
    std::string_view parts;
    std::string_view letter;
  };
  constexpr auto k_whole =
      std::to_array<Whole>({{"\u0438\u0306", "\u0439"}, {"\u0435\u0308", "\u0435"}});
  auto folded = mime::fold_case(text);
  for (const auto& [parts, letter] : k_whole)
    for (std::size_t at = 0; (at = folded.find(parts, at)) != std::string::npos;)
      folded.replace(at, parts.size(), letter);
  return folded;
}

const KeyWord* find_key(std::string_view name) {
  const auto found = std::ranges::find(k_keys, key_form(name), &KeyWord::name);
  return found == k_keys.end() ? nullptr : &*found;
}

bool is_near(std::string_view written, std::string_view meant, std::size_t& least) {
  const auto distance = edit_distance(written, meant);
  if (distance >= least || distance > std::max<std::size_t>(2, meant.size() / 3)) return false;
  if (distance >= meant.size()) return false;  // nothing of it is left
  least = distance;
  return true;
}

std::string_view nearest_key(std::string_view name) {
  const auto form = key_form(name.substr(0, 64));
  std::string_view nearest;
  auto least = form.size();
  for (const auto& key : k_keys)
    if (is_near(form, key.name, least)) nearest = key.name;
  return nearest;
}

std::string_view name_of(Key key) { return std::ranges::find(k_keys, key, &KeyWord::key)->name; }

std::string_view name_of(Fields fields) {
  const auto found = std::ranges::find_if(
      k_keys, [&](const KeyWord& row) { return row.key == Key::text && row.fields == fields; });
  return found == k_keys.end() ? std::string_view() : found->name;
}

std::optional<QueryLeaf> find_mark(std::string_view name) {
  const auto form = key_form(name);
  if (is_among(k_attachment_words, form)) {
    TextQuery text;
    text.op = TextOp::has_attachment;
    return QueryLeaf(std::move(text));
  }
  if (is_among(k_forwarded_words, form)) return QueryLeaf(KeywordIs{std::string(k_forwarded)});
  const auto found = std::ranges::find(k_marks, form, &MarkWord::name);
  if (found == k_marks.end()) return std::nullopt;
  return QueryLeaf(found->flag);
}

std::string_view name_of(const FlagIs& flag) {
  return std::ranges::find(k_marks, flag, &MarkWord::flag)->name;
}

std::string_view nearest_mark(std::string_view name) {
  const auto form = key_form(name.substr(0, 64));
  std::string_view nearest;
  auto least = form.size();
  for (const auto& mark : k_marks)
    if (is_near(form, mark.name, least)) nearest = mark.name;
  for (const auto word : k_attachment_words)
    if (is_near(form, word, least)) nearest = word;
  return nearest;
}

std::optional<ItemKind> find_kind(std::string_view name) {
  const auto found = std::ranges::find(k_kinds, key_form(name), &KindWord::name);
  if (found == k_kinds.end()) return std::nullopt;
  return found->kind;
}

std::string_view name_of(ItemKind kind) {
  return std::ranges::find(k_kinds, kind, &KindWord::kind)->name;
}

std::string_view nearest_kind(std::string_view name) {
  const auto form = key_form(name.substr(0, 64));
  std::string_view nearest;
  auto least = form.size();
  for (const auto& kind : k_kinds)
    if (is_near(form, kind.name, least)) nearest = kind.name;
  return nearest;
}

Operator find_operator(std::string_view word) {
  if (word == "AND" || word == "И") return Operator::both;
  if (word == "OR" || word == "ИЛИ") return Operator::either;
  if (word == "NOT" || word == "НЕ") return Operator::negated;
  return Operator::none;
}

}  // namespace kontor::search
