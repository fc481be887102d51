// SPDX-License-Identifier: GPL-3.0-or-later
// The items are given: they match. What remains is their weight, so the query that Xapian gets is
// any of them, with what it finds of the words in them.
#include "search/index/ranking.hpp"

#include <memory>

#include "search/index/index_terms.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_most_words = 100;         // further ones weigh nothing
constexpr Xapian::termcount k_most_endings = 50;  // of a prefix

// BM25: how soon a repeated word stops counting, and how much the length of a document counts.
constexpr double k_saturation = 1.2, k_length = 0.4;

double weight_of(Field field) {
  switch (field) {
    case Field::subject:
      return 4;
    case Field::from:
    case Field::attachment_name:
      return 3;
    case Field::to:
    case Field::cc:
    case Field::bcc:
      return 2;
    case Field::header:
    case Field::body:
      return 1;
    case Field::attachment:
      return 0.7;
  }
  return 1;
}

// The documents of `items`, one shard of the database at a time.
class Given final : public Xapian::PostingSource {
 public:
  explicit Given(const ItemBits& items) : items_(items), count_(items.count()) {}

  void init(const Xapian::Database& shard) override {
    const auto first = shard.postlist_begin("");
    const bool empty = first == shard.postlist_end("");
    at_ = empty ? 1 : *first;
    last_ = empty ? 0 : shard.get_lastdocid();
    started_ = false;
  }
  Given* clone() const override { return std::make_unique<Given>(items_).release(); }
  Xapian::doccount get_termfreq_min() const override { return 0; }
  Xapian::doccount get_termfreq_est() const override {
    return static_cast<Xapian::doccount>(count_);
  }
  Xapian::doccount get_termfreq_max() const override { return get_termfreq_est(); }
  void next(double /*least*/) override { go_to(started_ ? at_ + 1 : at_); }
  void skip_to(Xapian::docid id, double /*least*/) override { go_to(std::max(at_, id)); }
  bool at_end() const override { return at_ > last_; }
  Xapian::docid get_docid() const override { return at_; }

 private:
  void go_to(Xapian::docid id) {
    started_ = true;
    at_ = id;
    while (at_ <= last_ && !items_.has(at_)) ++at_;
  }

  const ItemBits& items_;
  std::size_t count_;
  Xapian::docid at_ = 1;
  Xapian::docid last_ = 0;
  bool started_ = false;
};

class Words {
 public:
  Words(const Database& database, Analyzer& analyzer) : database_(database), analyzer_(analyzer) {}

  void gather(const TextQuery& query) {
    switch (query.op) {
      case TextOp::all:
      case TextOp::any:
        for (const auto& child : query.children) gather(child);
        return;
      case TextOp::words:
      case TextOp::phrase:
      case TextOp::prefix:
      case TextOp::literal:
        return add_leaf(query);
      case TextOp::none_of:
      case TextOp::has_attachment:
        return;
    }
  }
  Xapian::Query query() const { return {Xapian::Query::OP_OR, words_.begin(), words_.end()}; }

 private:
  void add_leaf(const TextQuery& leaf) {
    const auto words = analyzer_.query_words(leaf.text);
    for (const auto& word : words) {
      if (words_.size() >= k_most_words) return;
      const bool open_end = leaf.op == TextOp::prefix && &word == &words.back();
      std::vector<Xapian::Query> in_fields;
      for_each_field(leaf.fields, [&](Field field) {
        in_fields.emplace_back(Xapian::Query::OP_SCALE_WEIGHT, in_field(word, field, open_end),
                               weight_of(field));
      });
      words_.emplace_back(Xapian::Query::OP_MAX, in_fields.begin(), in_fields.end());
    }
  }

  // All forms of a word count as one word.
  Xapian::Query in_field(const QueryWord& word, Field field, bool open_end) {
    std::vector<Xapian::Query> ways;
    for (const auto& term : word.terms) ways.emplace_back(term_of(TermSpace::word, field, term));
    if (!word.whole.empty()) ways.emplace_back(term_of(TermSpace::whole, field, word.whole));
    for (const auto& name : word.names) ways.emplace_back(term_of(TermSpace::name, field, name));
    for (const auto& stem : word.stems)
      for (const auto& form : database_.noted(stem))
        ways.emplace_back(term_of(TermSpace::word, field, form));
    if (open_end)
      ways.emplace_back(Xapian::Query::OP_WILDCARD,
                        term_of(TermSpace::word, field, word.terms.back()), k_most_endings,
                        Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT, Xapian::Query::OP_SYNONYM);
    return {Xapian::Query::OP_SYNONYM, ways.begin(), ways.end()};
  }

  const Database& database_;
  Analyzer& analyzer_;
  std::vector<Xapian::Query> words_;
};

}  // namespace

std::vector<Hit> ranked(const TextQuery& query,
                        const Database& database,
                        Analyzer& analyzer,
                        const ItemBits& items,
                        std::size_t most) {
  Given given(items);
  Words words(database, analyzer);
  words.gather(query);
  Xapian::Enquire enquire(database.all());
  enquire.set_weighting_scheme(Xapian::BM25Weight(k_saturation, 0, 1, k_length, 0.5));
  enquire.set_docid_order(Xapian::Enquire::DESCENDING);
  enquire.set_query({Xapian::Query::OP_AND_MAYBE, Xapian::Query(&given), words.query()});
  const auto found =
      enquire.get_mset(0, static_cast<Xapian::doccount>(std::min<std::size_t>(most, UINT32_MAX)));
  std::vector<Hit> out;
  for (auto it = found.begin(); it != found.end(); ++it)
    out.push_back({database.item_of(*it), it.get_weight()});
  return out;
}

}  // namespace kontor::search
