// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/values.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "search/query/periods.hpp"

namespace kontor::search {
namespace {

using Leaf = std::expected<QueryLeaf, QueryProblem>;

constexpr std::size_t k_max_value = 1'000;

std::unexpected<QueryProblem> refuse(const Piece& value,
                                     std::string english,
                                     std::string russian,
                                     std::string instead = {}) {
  return std::unexpected(
      QueryProblem{value.where, std::move(english), std::move(russian), std::move(instead)});
}

Leaf text_leaf(const KeyWord& key, const Piece& value) {
  TextQuery text;
  text.fields = key.fields;
  text.text = value.text;
  text.op = value.quoted ? TextOp::phrase : TextOp::words;
  if (key.key == Key::exact || !has_word(value.text)) text.op = TextOp::literal;
  if (value.quoted || key.key == Key::exact) return text;
  const auto star = value.text.find('*');
  if (star == std::string::npos) return text;
  if (star + 1 < value.text.size())
    return refuse(value, "A * stands at the end of a word only: dogov*.",
                  "Звёздочка ставится только в конце слова: догов*.");
  text.text.pop_back();
  if (!has_word(text.text))
    return refuse(value, "There is no beginning of a word before this *.",
                  "Перед звёздочкой нет начала слова.");
  text.op = TextOp::prefix;
  return text;
}

Leaf mark_leaf(const Piece& value) {
  if (auto mark = find_mark(value.text)) return *std::move(mark);
  return refuse(value,
                "is: and has: know unread, read, flagged, unflagged, answered, unanswered, draft, "
                "deleted, forwarded and attachment.",
                "После это: и есть: пишут непрочитанное, прочитанное, помеченное, непомеченное, "
                "отвеченное, неотвеченное, черновик, удалённое, пересланное или вложение.",
                std::string(nearest_mark(value.text)));
}

Leaf kind_leaf(const Piece& value) {
  if (const auto kind = find_kind(value.text)) return KindIs{*kind};
  return refuse(value, "kind: knows mail, event, task, contact, note and person.",
                "После вид: пишут письмо, событие, задача, контакт, заметка или сотрудник.",
                std::string(nearest_kind(value.text)));
}

Leaf time_problem(const Piece& value) {
  return refuse(value,
                "This is no time: write 2026-03-15, 2026-03, 2026, 15.03.2026, 7d, yesterday, "
                "last-week or 2026-03-01..2026-03-15.",
                "Это не время: пишут 2026-03-15, 2026-03, 2026, 15.03.2026, 7д, вчера, "
                "прошлая-неделя или 2026-03-01..2026-03-15.");
}

Key compared_key(Key key, std::string_view comparison) {
  if (comparison == "<") return Key::before;
  if (comparison == ">") return Key::after;
  if (comparison == "<=") return Key::until;
  if (comparison == ">=") return Key::since;
  return key;
}

Leaf time_leaf(Key key, std::string_view comparison, const Piece& value, const QueryTime& time) {
  key = compared_key(key, comparison);
  if (key == Key::older || key == Key::newer) {
    if (const auto then = read_age(value.text, time))
      return key == Key::older ? ReceivedIn{std::nullopt, *then} : ReceivedIn{*then, std::nullopt};
  }
  const auto period = read_period(value.text, time);
  if (!period) return time_problem(value);
  switch (key) {
    case Key::before:
    case Key::older:
      return ReceivedIn{std::nullopt, period->begin};
    case Key::until:
      return ReceivedIn{std::nullopt, period->end};
    case Key::since:
    case Key::newer:
      return ReceivedIn{period->begin, std::nullopt};
    case Key::after:
      return ReceivedIn{period->end, std::nullopt};
    default:
      break;
  }
  if (period->begin < period->end) return ReceivedIn{period->begin, period->end};
  return refuse(value, "This period ends before it begins.",
                "Этот промежуток кончается раньше, чем начинается.");
}

Leaf size_problem(const Piece& value) {
  return refuse(value, "Write a size as size>1M, size<100K or size:1M..5M.",
                "Размер пишут так: размер>1М, размер<100К или размер:1М..5М.");
}

Leaf size_range(const Piece& value, std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) {
    const auto bytes = read_size(text);
    if (!bytes) return size_problem(value);
    return SizeIn{*bytes, *bytes};
  }
  const auto least = read_size(text.substr(0, dots));
  const auto most = read_size(text.substr(dots + 2));
  if (!least || !most) return size_problem(value);
  if (*least <= *most) return SizeIn{*least, *most};
  return refuse(value, "The first size is greater than the second.",
                "Первый размер больше второго.");
}

Leaf size_leaf(Key key, std::string_view comparison, const Piece& value) {
  auto text = std::string_view(value.text);
  for (const std::string_view mark : {">=", "<=", ">", "<", "="}) {
    if (comparison != ":" || !text.starts_with(mark)) continue;
    comparison = mark;
    text.remove_prefix(mark.size());
  }
  if (key == Key::larger) comparison = ">";
  if (key == Key::smaller) comparison = "<";
  if (comparison == ":" || comparison == "=") return size_range(value, text);
  const auto bytes = read_size(text);
  if (!bytes) return size_problem(value);
  SizeIn out;
  if (comparison == ">") out.least = std::min(*bytes + 1, k_max_size);
  if (comparison == ">=") out.least = *bytes;
  if (comparison == "<=") out.most = *bytes;
  if (comparison == "<" && *bytes == 0)
    return refuse(value, "Nothing is smaller than 0 bytes.", "Меньше 0 байтов ничего не бывает.");
  if (comparison == "<") out.most = *bytes - 1;
  return out;
}

std::string_view without_slashes(std::string_view name) {
  while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  return name;
}

}  // namespace

bool is_compared(Key key) { return key == Key::size || key == Key::on; }

bool takes_time(Key key) {
  switch (key) {
    case Key::before:
    case Key::after:
    case Key::on:
    case Key::since:
    case Key::until:
    case Key::older:
    case Key::newer:
      return true;
    default:
      return false;
  }
}

Leaf leaf_of(const KeyWord& key,
             std::string_view comparison,
             const Piece& value,
             const QueryTime& time) {
  if (value.text.empty())
    return refuse(value, "There is nothing between these quotation marks.",
                  "Между этими кавычками ничего нет.");
  if (value.text.size() > k_max_value)
    return refuse(value, "No word or phrase may be longer than 1000 bytes.",
                  "Слово или фраза не может быть длиннее 1000 байтов.");
  if (takes_time(key.key)) return time_leaf(key.key, comparison, value, time);
  switch (key.key) {
    case Key::text:
    case Key::exact:
      return text_leaf(key, value);
    case Key::is:
      return mark_leaf(value);
    case Key::folder:
      return FolderIs{std::string(without_slashes(value.text)), true};
    case Key::only_in:
      return FolderIs{std::string(without_slashes(value.text)), false};
    case Key::keyword:
      return KeywordIs{value.text};
    case Key::list:
      return ListIs{value.text};
    case Key::id:
      return IdIs{value.text};
    case Key::kind:
      return kind_leaf(value);
    default:
      return size_leaf(key.key, comparison, value);
  }
}

}  // namespace kontor::search
