// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/document_reader.hpp"

#include <utility>

#include "server/indexer/object_document.hpp"

namespace kontor::indexer {
namespace {

constexpr std::size_t k_most_attachments = 100;  // of one message that are read

std::uint64_t bytes_of(const store::AccountView& view, const std::vector<store::ItemId>& items) {
  std::uint64_t bytes = 0;
  for (const auto item : items)
    if (const auto found = view.item(item)) bytes += found->size;
  return bytes;
}

}  // namespace

mime::Limits DocumentReader::limits() const {
  return mime::Limits{.max_depth = settings_.mime.max_depth, .max_parts = settings_.mime.max_parts};
}

Task<std::vector<search::Extracted>> DocumentReader::extract(
    std::shared_ptr<const std::string> raw,
    std::vector<search::AttachmentPart> parts,
    io::WorkPool& pool) const {
  std::vector<search::Extracted> out;
  for (auto& part : parts) {
    if (out.size() == k_most_attachments) break;
    auto decode = [raw, &part] { return search::attachment_bytes(*raw, part); };
    const auto bytes = co_await io::on_pool(pool, std::move(decode));
    search::Attachment attachment;
    attachment.bytes = bytes;
    attachment.media_type = part.media_type;
    attachment.file_name = part.file_name;
    out.push_back(co_await extractor_->extract(attachment));
    if (out.back().outcome == search::Extraction::unavailable) break;  // nor will the others be
  }
  co_return out;
}

// All of them in one trip to the pool.
Task<std::vector<search::MadeDocument>> DocumentReader::make(std::shared_ptr<const Raws> raws,
                                                             io::WorkPool& pool) const {
  auto work = [raws, limits = limits()] {
    std::vector<search::MadeDocument> made;
    made.reserve(raws->size());
    for (const auto& [item, raw] : *raws) {
      if (raw == nullptr)
        made.emplace_back().document.item = item.id;
      else if (is_object(item, *raw))
        made.push_back({make_object_document(item.id, *raw), {}});
      else
        made.push_back(search::make_document(item.id, *raw, limits));
    }
    return made;
  };
  co_return co_await io::on_pool(pool, std::move(work));
}

Task<void> DocumentReader::read_attachments(search::MadeDocument& made,
                                            std::shared_ptr<const std::string> raw,
                                            io::WorkPool& pool,
                                            const std::vector<search::FieldText>* known) const {
  auto& document = made.document;
  if (known != nullptr && !known->empty()) {
    document.reading = search::Reading::whole;
    for (const auto& text : *known) document.texts.push_back(text);
  } else if (extractor_ == nullptr) {
    document.reading = search::Reading::none;  // search.attachments is off
  } else if (known == nullptr) {
    const auto count = made.attachments.size();
    auto read = co_await extract(std::move(raw), std::move(made.attachments), pool);
    const bool all = read.size() == count;
    search::add_attachments(document, std::move(read), all);
  }
}

Task<Result<std::vector<search::Document>>> DocumentReader::read(
    std::shared_ptr<store::Account> account,
    std::vector<store::ItemId> items,
    io::WorkPool& pool,
    KnownAttachments known) const {
  const auto view = account->view();
  const auto turn = co_await large_turns_.enter(bytes_of(view, items));
  auto read = co_await account->read_messages(items);
  account.reset();
  const auto raws = std::make_shared<Raws>();
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!read[i] && read[i].error().code() == Errc::not_found) continue;  // purged meanwhile
    store::Item item;
    item.id = items[i];
    if (const auto row = view.item(items[i])) item = *row;
    if (!read[i] && read[i].error().code() == Errc::corrupt) {
      raws->push_back({item, nullptr});
      continue;
    }
    KONTOR_CO_TRY(auto bytes, std::move(read[i]));
    raws->push_back({item, std::make_shared<const std::string>(std::move(bytes))});
  }
  auto made = co_await make(raws, pool);
  std::vector<search::Document> out;
  out.reserve(made.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    auto raw = std::move((*raws)[i].bytes);
    if (!made[i].attachments.empty()) {
      const auto found = known.find(made[i].document.item);
      co_await read_attachments(made[i], std::move(raw), pool,
                                found == known.end() ? nullptr : &found->second);
    }
    out.push_back(std::move(made[i].document));
  }
  co_return out;
}

Task<std::vector<std::string>> DocumentReader::attachments(std::shared_ptr<const std::string> raw,
                                                           io::WorkPool& pool) const {
  std::vector<std::string> out;
  if (extractor_ == nullptr) co_return out;
  auto work = [raw, limits = limits()] {
    return search::attachment_parts(*raw, mime::parse(*raw, limits));
  };
  auto parts = co_await io::on_pool(pool, std::move(work));
  for (auto& one : co_await extract(std::move(raw), std::move(parts), pool))
    if (!one.text.empty()) out.push_back(std::move(one.text));
  co_return out;
}

}  // namespace kontor::indexer
