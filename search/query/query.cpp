// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/query.hpp"

namespace kontor::search {
namespace {

TextOp text_op(QueryOp op) {
  switch (op) {
    case QueryOp::any:
      return TextOp::any;
    case QueryOp::none_of:
      return TextOp::none_of;
    default:
      return TextOp::all;
  }
}

void gather(const Query& query, TextQuery& out) {
  if (query.op == QueryOp::none_of) return;
  if (const auto* text = std::get_if<TextQuery>(&query.leaf);
      text != nullptr && query.op == QueryOp::leaf && text->op != TextOp::has_attachment)
    out.children.push_back(*text);
  for (const auto& child : query.children) gather(child, out);
}

}  // namespace

std::optional<TextQuery> as_text(const Query& query) {
  if (query.op == QueryOp::leaf) {
    const auto* text = std::get_if<TextQuery>(&query.leaf);
    if (text == nullptr) return std::nullopt;
    return *text;
  }
  TextQuery out;
  out.op = text_op(query.op);
  for (const auto& child : query.children) {
    auto text = as_text(child);
    if (!text) return std::nullopt;
    out.children.push_back(*std::move(text));
  }
  return out;
}

TextQuery wanted_texts(const Query& query) {
  TextQuery out;
  out.op = TextOp::any;
  gather(query, out);
  return out;
}

}  // namespace kontor::search
