// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/evaluation.hpp"

#include <algorithm>

#include "base/mime/decode.hpp"
#include "search/index/word_pairs.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_most_levels = 100;
constexpr std::size_t k_most_leaves = 2'000;
constexpr std::size_t k_most_query_text = 64U << 10U;

struct Size {
  std::size_t leaves = 0;
  std::size_t text = 0;
  std::size_t levels = 0;
};

void measure(const TextQuery& query, std::size_t level, Size& size) {
  size.levels = std::max(size.levels, level);
  if (level > k_most_levels) return;
  ++size.leaves;
  size.text += query.text.size();
  for (const auto& child : query.children) measure(child, level + 1, size);
}

// Those that are dear come last: they are asked of fewer items then.
int cost(const TextQuery& query) {
  switch (query.op) {
    case TextOp::has_attachment:
    case TextOp::words:
      return 0;
    case TextOp::prefix:
      return 1;
    case TextOp::phrase:
      return 2;
    case TextOp::literal:
      return 3;
    case TextOp::all:
    case TextOp::any:
    case TextOp::none_of: {
      int out = 0;
      for (const auto& child : query.children) out = std::max(out, cost(child));
      return out;
    }
  }
  return 0;
}

std::vector<const TextQuery*> cheap_first(const std::vector<TextQuery>& children) {
  std::vector<const TextQuery*> out;
  for (const auto& child : children) out.push_back(&child);
  std::ranges::sort(out, {}, [](const TextQuery* child) { return cost(*child); });
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

Result<void> check_size(const TextQuery& query) {
  Size size;
  measure(query, 0, size);
  if (size.levels > k_most_levels) return fail(Errc::limit, "the query has too many levels");
  if (size.leaves > k_most_leaves || size.text > k_most_query_text)
    return fail(Errc::limit, "the query has too many words");
  return {};
}

Truth Evaluation::run(const TextQuery& query, const ItemBits& domain) {
  switch (query.op) {
    case TextOp::all:
      return all(query, domain);
    case TextOp::any:
      return any(query, domain);
    case TextOp::none_of:
      return negated(any(query, domain), domain);
    default:
      return leaf(query, domain);
  }
}

Truth Evaluation::all(const TextQuery& query, const ItemBits& domain) {
  Truth out(domain, ItemBits(domain.span()));
  for (const auto* child : cheap_first(query.children)) {
    const auto left = out.candidates();
    if (left.empty()) return out;
    out = both(std::move(out), run(*child, left));
  }
  return out;
}

Truth Evaluation::any(const TextQuery& query, const ItemBits& domain) {
  Truth out(domain.span());
  auto left = domain;
  for (const auto* child : cheap_first(query.children)) {
    if (left.empty()) return out;
    out = either(std::move(out), run(*child, left));
    left -= out.yes;
  }
  return out;
}

// Items whose other header fields, or attachments that nobody has read, may make the leaf true:
// they are not in the index.
ItemBits Evaluation::open_items(const TextQuery& query) {
  ItemBits out(database_.span());
  if ((query.fields & fields_of(Field::header)) != 0) {
    const bool narrow = query.op == TextOp::literal && !is_ascii(mime::fold_case(query.text));
    out |= words_.marked(narrow ? mark::wide_header : mark::header);
  }
  if ((query.fields & fields_of(Field::attachment)) != 0) out |= words_.marked(mark::untried);
  return out;
}

Truth Evaluation::leaf(const TextQuery& query, const ItemBits& domain) {
  switch (query.op) {
    case TextOp::words:
    case TextOp::prefix:
      return read(query, words_.words(query, domain), domain);
    case TextOp::phrase:
      return read(query, words_.phrase(query, domain), domain);
    case TextOp::literal:
      return read(query, words_.literal(query, domain), domain);
    default: {
      auto yes = words_.marked(mark::attachment);
      yes &= domain;
      return {std::move(yes), ItemBits(domain.span())};
    }
  }
}

bool Evaluation::is_true_of(ItemId item, TextReading& reader) {
  const auto data = database_.data_of(item);
  const auto packed = parse_packed(data);
  if (!packed) throw Xapian::DatabaseCorruptError("data of a document");
  work_.take_bytes(data.size());
  if (!may_have_pairs(packed->pair_bits, reader.pairs())) return false;
  const auto texts = unpacker_.unpack(*packed, database_.dictionaries());
  if (!texts) throw Xapian::DatabaseCorruptError("texts of a document");
  work_.take_bytes(texts->size());
  return reader.is_true_of(*texts);
}

// Decides what the terms leave open.
Truth Evaluation::read(const TextQuery& query, ByTerms found, const ItemBits& domain) {
  Truth out(domain.span());
  out.yes = std::move(found.yes);
  out.yes &= domain;
  found.read &= domain;
  found.read -= out.yes;
  out.maybe = open_items(query);
  out.maybe &= domain;
  if (!found.read.empty()) {
    const auto partial = words_.marked(mark::partial);
    TextReading reader(query, analyzer_);
    found.read.for_each([&](ItemId item) {
      if (!work_.is_left()) return out.maybe.add(item);
      if (is_true_of(item, reader)) return out.yes.add(item);
      if (found.by_name.has(item) || partial.has(item)) out.maybe.add(item);
    });
  }
  out.maybe -= out.yes;
  return out;
}

}  // namespace kontor::search
