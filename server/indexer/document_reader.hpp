// SPDX-License-Identifier: GPL-3.0-or-later
// DocumentReader: items of an account as the Documents that are indexed and looked through.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "search/extract/extractor.hpp"
#include "search/fields/make_document.hpp"
#include "server/indexer/large_turns.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::indexer {

// The text of attachments by item, where it was read before.
using KnownAttachments = std::map<store::ItemId, std::vector<search::FieldText>>;

class DocumentReader {
 public:
  // All of them outlive it. Without an extractor attachments have no text.
  DocumentReader(const config::Settings& settings,
                 search::Extractor* extractor,
                 LargeTurns& large_turns)
      : settings_(settings), extractor_(extractor), large_turns_(large_turns) {}

  // In the order of `items`, without those that are purged; texts are decoded on `pool`. An item
  // whose bytes are damaged is a Document without texts. An Error: the disk could not be read.
  // Lets go of the account when the bytes are there.
  Task<Result<std::vector<search::Document>>> read(std::shared_ptr<store::Account> account,
                                                   std::vector<store::ItemId> items,
                                                   io::WorkPool& pool,
                                                   KnownAttachments known) const;
  // The texts of a message's attachments, read now.
  Task<std::vector<std::string>> attachments(std::shared_ptr<const std::string> raw,
                                             io::WorkPool& pool) const;

 private:
  struct Raw {
    store::Item item;
    std::shared_ptr<const std::string> bytes;  // empty: they are damaged
  };
  using Raws = std::vector<Raw>;
  Task<std::vector<search::MadeDocument>> make(std::shared_ptr<const Raws> raws,
                                               io::WorkPool& pool) const;
  // `known`: what is known of them; an item that is there without a text has none.
  Task<void> read_attachments(search::MadeDocument& made,
                              std::shared_ptr<const std::string> raw,
                              io::WorkPool& pool,
                              const std::vector<search::FieldText>* known) const;
  Task<std::vector<search::Extracted>> extract(std::shared_ptr<const std::string> raw,
                                               std::vector<search::AttachmentPart> parts,
                                               io::WorkPool& pool) const;
  mime::Limits limits() const;

  const config::Settings& settings_;
  search::Extractor* extractor_;
  LargeTurns& large_turns_;
};

}  // namespace kontor::indexer
