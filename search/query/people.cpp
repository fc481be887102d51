// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/people.hpp"

#include <algorithm>

namespace kontor::search {
namespace {

bool asks_for_people(const Query& query) {
  const auto* kind = std::get_if<KindIs>(&query.leaf);
  return query.op == QueryOp::leaf && kind != nullptr && kind->kind == ItemKind::person;
}

const TextQuery* words_of(const Query& query) {
  const auto* text = std::get_if<TextQuery>(&query.leaf);
  const bool has_words =
      query.op == QueryOp::leaf && text != nullptr &&
      (text->op == TextOp::words || text->op == TextOp::prefix || text->op == TextOp::phrase);
  return has_words ? text : nullptr;
}

QueryProblem refuse(const Query& query, std::string english, std::string russian) {
  return QueryProblem{query.range, std::move(english), std::move(russian), {}};
}

}  // namespace

std::expected<std::optional<std::string>, QueryProblem> people_words(const Query& query) {
  const bool is_alone = asks_for_people(query);
  if (!is_alone &&
      (query.op != QueryOp::all || std::ranges::none_of(query.children, asks_for_people)))
    return std::nullopt;
  std::string words;
  for (const auto& child : query.children) {
    if (asks_for_people(child)) continue;
    const auto* text = words_of(child);
    if (text == nullptr)
      return std::unexpected(refuse(child, "Beside kind:person there are words alone.",
                                    "Рядом с вид:сотрудник пишут только слова."));
    if (!words.empty()) words += ' ';
    words += text->text;
  }
  if (words.empty())
    return std::unexpected(refuse(query, "Say whom: kind:person ivanov.",
                                  "Скажите, кого искать: вид:сотрудник иванов."));
  return words;
}

}  // namespace kontor::search
