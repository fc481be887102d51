// SPDX-License-Identifier: GPL-3.0-or-later
// QueryPlan: a Query made ready for one mailbox. What columns decide is decided at once; the rest
// are its questions, each asked of all messages that are still open, one after the other.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "search/index/account_index.hpp"
#include "search/query/query.hpp"
#include "server/indexer/candidates.hpp"
#include "server/indexer/folder_names.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::indexer {

// Asked of texts, or of the header as the store has it.
using Question = std::variant<search::TextQuery, search::ListIs, search::IdIs>;

class QueryPlan {
 public:
  // `folders` are those that are looked through; `view` is asked as long as the plan lives.
  QueryPlan(const search::Query& query,
            store::AccountView view,
            const std::vector<store::FolderInfo>& folders);

  const std::vector<Question>& questions() const { return questions_; }
  // Of which messages the question is true; those that were open are all decided by it.
  void answer(std::size_t question, search::Items items) { answers_[question] = std::move(items); }
  Verdict of(store::FolderId folder, const store::Entry& entry) const;
  // Names of folders in the query that fit none.
  const std::vector<std::string>& unknown_folders() const { return unknown_folders_; }

 private:
  struct Ask {
    std::size_t question;
  };
  struct KindTest {
    search::ItemKind kind;
    std::map<store::FolderId, std::shared_ptr<const store::FolderView>> folders;
  };
  using Test = std::variant<FolderSet,
                            Ask,
                            search::FlagIs,
                            search::KeywordIs,
                            search::ReceivedIn,
                            search::SizeIn,
                            KindTest>;
  struct Node {
    search::QueryOp op = search::QueryOp::all;
    Test test;
    std::string guid;  // with a question of IdIs: the EMAILID it may be as well
    std::vector<Node> children;
  };
  struct Subject;
  struct Tester;

  Node make(const search::Query& query, const std::vector<store::FolderInfo>& folders);
  Node ask(Question question);
  KindTest kind_test(search::ItemKind kind, const std::vector<store::FolderInfo>& folders) const;
  Node make_leaf(const search::QueryLeaf& leaf, const std::vector<store::FolderInfo>& folders);
  Verdict run(const Node& node, const Subject& subject) const;

  store::AccountView view_;
  std::vector<Question> questions_;
  std::vector<std::optional<search::Items>> answers_;
  std::vector<std::string> unknown_folders_;
  Node root_;  // made last
};

}  // namespace kontor::indexer
