// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/print.hpp"

#include <limits>

#include "search/query/keys.hpp"
#include "search/query/periods.hpp"
#include "search/query/scanner.hpp"

namespace kontor::search {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string with_key(std::string_view key, std::string_view value) {
  return std::string(key) + ':' + std::string(value);
}

struct PrintLeaf {
  std::string operator()(const TextQuery& text) const {
    if (text.op == TextOp::has_attachment) return "has:attachment";
    const bool exact = text.op == TextOp::literal && has_word(text.text);
    std::string value = text.text;
    if (text.op == TextOp::phrase || text.op == TextOp::literal) value = quoted(text.text);
    if (text.op == TextOp::prefix) value += '*';
    if (exact) return with_key(name_of(Key::exact), value);
    if (text.fields == k_people_fields) return value;
    return with_key(name_of(text.fields), value);
  }
  std::string operator()(const FolderIs& folder) const {
    return with_key(name_of(folder.with_children ? Key::folder : Key::only_in),
                    quoted(folder.name));
  }
  std::string operator()(const FlagIs& flag) const {
    return with_key(name_of(Key::is), name_of(flag));
  }
  std::string operator()(const KeywordIs& keyword) const {
    return with_key(name_of(Key::keyword), quoted(keyword.name));
  }
  std::string operator()(const ReceivedIn& when) const {
    if (!when.from) return with_key(name_of(Key::before), print_instant(*when.to));
    if (!when.to) return with_key(name_of(Key::since), print_instant(*when.from));
    return with_key(name_of(Key::on), print_instant(*when.from) + ".." +
                                          print_instant(*when.to - std::chrono::seconds(1)));
  }
  std::string operator()(const SizeIn& size) const {
    if (size.most == std::numeric_limits<std::uint64_t>::max())
      return "size>=" + std::to_string(size.least);
    if (size.least == 0) return "size<=" + std::to_string(size.most);
    return with_key(name_of(Key::size),
                    std::to_string(size.least) + ".." + std::to_string(size.most));
  }
  std::string operator()(const ListIs& list) const {
    return with_key(name_of(Key::list), quoted(list.name));
  }
  std::string operator()(const IdIs& id) const { return with_key(name_of(Key::id), quoted(id.id)); }
  std::string operator()(const KindIs& kind) const {
    return with_key(name_of(Key::kind), name_of(kind.kind));
  }
};

std::string joined(const Query& query, std::string_view between) {
  std::string out;
  for (const auto& child : query.children) {
    if (!out.empty()) out += between;
    const bool inner_or = child.op == QueryOp::any && query.op == QueryOp::all;
    out += inner_or ? '(' + print_query(child) + ')' : print_query(child);
  }
  return out;
}

std::string negated(const Query& child) {
  const auto inner = print_query(child);
  if (child.op == QueryOp::all || child.op == QueryOp::any) return "-(" + inner + ')';
  return inner.starts_with('-') ? "NOT " + inner : '-' + inner;
}

}  // namespace

std::string print_query(const Query& query) {
  switch (query.op) {
    case QueryOp::leaf:
      return std::visit(PrintLeaf{}, query.leaf);
    case QueryOp::any:
      return joined(query, " OR ");
    case QueryOp::none_of:
      return negated(query.children.front());
    default:
      return query.children.empty() ? "*" : joined(query, " ");
  }
}

}  // namespace kontor::search
