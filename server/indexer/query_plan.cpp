// SPDX-License-Identifier: GPL-3.0-or-later
// The texts among the operands of an AND or OR are one question: an index joins them itself.
#include "server/indexer/query_plan.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/indexer/item_kind.hpp"

namespace kontor::indexer {
namespace {

using search::QueryOp;

Verdict as_verdict(bool holds) { return holds ? Verdict::yes : Verdict::no; }

store::FlagBits bit_of(search::MessageMark mark) {
  switch (mark) {
    case search::MessageMark::answered:
      return store::k_answered;
    case search::MessageMark::flagged:
      return store::k_flagged;
    case search::MessageMark::draft:
      return store::k_draft;
    case search::MessageMark::deleted:
      return store::k_deleted;
    default:
      return store::k_seen;
  }
}

}  // namespace

struct QueryPlan::Subject {
  store::FolderId folder;
  const store::Entry& entry;
};

struct QueryPlan::Tester {
  const QueryPlan& plan;
  const Subject& subject;

  Verdict operator()(const Ask& ask) const {
    const auto& answer = plan.answers_[ask.question];
    if (!answer) return Verdict::open;
    return as_verdict(std::ranges::binary_search(*answer, subject.entry.item));
  }
  Verdict operator()(const FolderSet& folders) const {
    return as_verdict(folders.contains(subject.folder));
  }
  Verdict operator()(const search::FlagIs& flag) const {
    const bool is_set = (subject.entry.flags & bit_of(flag.mark)) != 0;
    return as_verdict(is_set == flag.set);
  }
  Verdict operator()(const search::KeywordIs& keyword) const {
    return as_verdict(
        std::ranges::any_of(plan.view_.keywords(subject.entry.keywords),
                            [&](const auto& name) { return iequals(name, keyword.name); }));
  }
  Verdict operator()(const search::ReceivedIn& when) const {
    const auto date = subject.entry.internal_date;
    return as_verdict((!when.from || date >= *when.from) && (!when.to || date < *when.to));
  }
  Verdict operator()(const KindTest& test) const {
    const auto folder = test.folders.find(subject.folder);
    return as_verdict(folder != test.folders.end() &&
                      kind_of(*folder->second, subject.entry.uid) == test.kind);
  }
  Verdict operator()(const search::SizeIn& size) const {
    const auto item = plan.view_.item(subject.entry.item);
    return as_verdict(item && item->size >= size.least && item->size <= size.most);
  }
};

QueryPlan::QueryPlan(const search::Query& query,
                     store::AccountView view,
                     const std::vector<store::FolderInfo>& folders)
    : view_(std::move(view)), root_(make(query, folders)) {}

QueryPlan::Node QueryPlan::ask(Question question) {
  Node node;
  node.op = QueryOp::leaf;
  node.test = Ask{questions_.size()};
  if (const auto* id = std::get_if<search::IdIs>(&question)) node.guid = to_lower(id->id);
  questions_.push_back(std::move(question));
  answers_.emplace_back();
  return node;
}

QueryPlan::KindTest QueryPlan::kind_test(search::ItemKind kind,
                                         const std::vector<store::FolderInfo>& folders) const {
  KindTest test;
  test.kind = kind;
  for (const auto& folder : folders)
    if (auto view = view_.open(folder.id)) test.folders.emplace(folder.id, std::move(view));
  return test;
}

QueryPlan::Node QueryPlan::make_leaf(const search::QueryLeaf& leaf,
                                     const std::vector<store::FolderInfo>& folders) {
  Node node;
  node.op = QueryOp::leaf;
  if (const auto* folder = std::get_if<search::FolderIs>(&leaf)) {
    auto called = folders_called(*folder, folders);
    if (called.empty()) unknown_folders_.push_back(folder->name);
    node.test = std::move(called);
  } else if (const auto* flag = std::get_if<search::FlagIs>(&leaf)) {
    node.test = *flag;
  } else if (const auto* keyword = std::get_if<search::KeywordIs>(&leaf)) {
    node.test = *keyword;
  } else if (const auto* when = std::get_if<search::ReceivedIn>(&leaf)) {
    node.test = *when;
  } else if (const auto* size = std::get_if<search::SizeIn>(&leaf)) {
    node.test = *size;
  } else if (const auto* kind = std::get_if<search::KindIs>(&leaf)) {
    node.test = kind_test(kind->kind, folders);
  } else if (const auto* list = std::get_if<search::ListIs>(&leaf)) {
    return ask(*list);
  } else if (const auto* id = std::get_if<search::IdIs>(&leaf)) {
    return ask(*id);
  }
  return node;
}

QueryPlan::Node QueryPlan::make(const search::Query& query,
                                const std::vector<store::FolderInfo>& folders) {
  const bool asks_nothing = query.op != QueryOp::leaf && query.children.empty();
  if (!asks_nothing)
    if (auto text = search::as_text(query)) return ask(*std::move(text));
  if (query.op == QueryOp::leaf) return make_leaf(query.leaf, folders);
  Node node;
  node.op = query.op;
  search::TextQuery texts;
  texts.op = query.op == QueryOp::any ? search::TextOp::any : search::TextOp::all;
  for (const auto& child : query.children) {
    auto text = search::as_text(child);
    if (text && query.op != QueryOp::none_of)
      texts.children.push_back(*std::move(text));
    else
      node.children.push_back(make(child, folders));
  }
  if (!texts.children.empty()) node.children.push_back(ask(std::move(texts)));
  return node;
}

Verdict QueryPlan::of(store::FolderId folder, const store::Entry& entry) const {
  return run(root_, Subject{folder, entry});
}

// One `no` decides all and one `yes` decides any; what is open counts only when nothing does.
Verdict QueryPlan::run(const Node& node, const Subject& subject) const {
  if (node.op == QueryOp::leaf) {
    if (!node.guid.empty())
      if (const auto item = view_.item(subject.entry.item); item && item->guid.hex() == node.guid)
        return Verdict::yes;
    return std::visit(Tester{*this, subject}, node.test);
  }
  const auto decisive = node.op == QueryOp::all ? Verdict::no : Verdict::yes;
  auto joined = node.op == QueryOp::all ? Verdict::yes : Verdict::no;
  for (const auto& child : node.children) {
    const auto one = run(child, subject);
    if (one == Verdict::open) joined = Verdict::open;
    if (one != decisive) continue;
    joined = decisive;
    break;
  }
  if (node.op != QueryOp::none_of || joined == Verdict::open) return joined;
  return as_verdict(joined == Verdict::no);
}

}  // namespace kontor::indexer
