// SPDX-License-Identifier: GPL-3.0-or-later
// DAV:sync-collection (RFC 6578): what changed in a collection since a token.
//
// A token is the UIDVALIDITY of the folder and a modseq. An answer that is cut goes up to a modseq:
// its token is that, and what left behind it is told again with the next.
#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "server/dav/data.hpp"
#include "server/dav/names.hpp"
#include "server/dav/properties.hpp"
#include "server/dav/reports.hpp"

namespace kontor::dav {
namespace {

constexpr std::string_view k_token = "urn:kontor:sync:";

// The modseq of a token of this folder; 0 for an empty one. Nothing: it is not valid.
std::optional<store::ModSeq> parse_token(std::string_view text, const store::FolderInfo& folder) {
  text = trim(text);
  if (text.empty()) return 0;
  if (!text.starts_with(k_token)) return std::nullopt;
  text.remove_prefix(k_token.size());
  const auto dash = std::min(text.find('-'), text.size());
  const auto validity = parse_number<std::uint32_t>(text.substr(0, dash));
  const auto modseq = parse_number<store::ModSeq>(text.substr(std::min(dash + 1, text.size())));
  if (!validity || !modseq || *validity != folder.uid_validity || *modseq > folder.highest_modseq)
    return std::nullopt;
  return modseq;
}

std::size_t limit_of(const xml::Element& body, std::size_t most) {
  const auto* limit = body.child(dav_name("limit"));
  const auto* results = limit == nullptr ? nullptr : limit->child(dav_name("nresults"));
  if (results == nullptr) return most;
  const auto wanted = parse_number<std::uint32_t>(trim(results->content()));
  return wanted ? std::clamp<std::size_t>(*wanted, 1, most) : most;
}

// The changes in the order of their modseq, cut behind `most`; those of one modseq stay together.
bool cut(std::vector<store::Entry>& changed, std::size_t most) {
  std::ranges::sort(changed, {}, &store::Entry::modseq);
  if (changed.size() <= most) return false;
  auto end = most;
  while (end < changed.size() && changed[end].modseq == changed[end - 1].modseq) ++end;
  const bool is_cut = end < changed.size();
  changed.resize(end);
  return is_cut;
}

void append_gone(std::string& out, const Context& context, const std::vector<store::Uid>& gone) {
  const auto& folder = *context.resource.folder;
  std::set<std::string_view> told;
  for (const auto uid : gone) {
    const auto* object = folder.object(uid);
    // Under the name of something that is there again nothing is gone.
    if (object == nullptr || folder.find_object(object->name) != nullptr ||
        !told.insert(object->name).second)
      continue;
    Path path = context.resource.path;
    path.segments.push_back(object->name);
    path.has_slash = false;
    append_status(out, href_of(path), 404);
  }
}

// The global address book tells whether it is as it was; what differs programs find by the tags.
// There is no token of a part of it: as many as the client takes, and dav.max_answer holds.
Task<Answer> sync_book(ContextPtr context, BodyPtr body) {
  const auto& resource = context->resource;
  const auto* token = body->child(dav_name("sync-token"));
  const auto text = token == nullptr ? std::string() : std::string(trim(token->content()));
  if (!text.empty() && text != resource.book->token)
    co_return refusal(403, dav_name("valid-sync-token"));
  std::vector<Resource> resources;
  if (text.empty()) resources = co_await list_children(context);
  if (resources.size() > limit_of(*body, SIZE_MAX))
    co_return refusal(507, dav_name("number-of-matches-within-limits"));
  auto question = with_data(context, question_of(body->child(dav_name("prop"))));
  question.is_minimal = wants_minimal(context->request);
  const auto count = resources.size();
  KONTOR_CO_TRY(const auto shown,
                co_await describe_objects(context, std::move(resources), std::move(question)));
  if (shown.count < count) co_return refusal(507, dav_name("number-of-matches-within-limits"));
  std::string tail;
  xml::write(tail, xml::Element(dav_name("sync-token"), resource.book->token));
  co_return multistatus(shown.text, tail);
}

struct Changed {
  std::vector<Resource> resources;
  std::vector<store::ModSeq> modseqs;  // of them
  std::string gone;                    // responses
};

Changed find_changed(const Context& context,
                     const std::vector<store::Entry>& entries,
                     const std::vector<store::Uid>& gone) {
  Changed out;
  append_gone(out.gone, context, gone);
  for (const auto& entry : entries) {
    const auto* object = context.resource.folder->object(entry.uid);
    if (object == nullptr) continue;
    out.resources.push_back(object_resource(context, context.resource, *object));
    out.modseqs.push_back(entry.modseq);
  }
  return out;
}

}  // namespace

Task<Answer> report_sync(ContextPtr context, BodyPtr body) {
  const auto& resource = context->resource;
  if (resource.kind != Kind::collection) co_return refusal(403, dav_name("supported-report"));
  if (resource.book) co_return co_await sync_book(context, body);
  const auto& folder = *resource.folder;
  const auto* token = body->child(dav_name("sync-token"));
  const auto since = parse_token(token == nullptr ? "" : token->content(), folder.info());
  auto gone = since ? folder.vanished_since(*since) : std::nullopt;
  const bool is_first = since && *since == 0;
  if (!since || (!gone && !is_first)) co_return refusal(403, dav_name("valid-sync-token"));
  if (is_first) gone.emplace();
  auto entries = folder.changed_since(*since);
  const bool is_cut = cut(entries, limit_of(*body, context->settings().max_results));
  auto question = with_data(context, question_of(body->child(dav_name("prop"))));
  question.is_minimal = wants_minimal(context->request);
  const bool is_long = entries.size() + gone->size() > k_few_objects;
  auto find = [context, entries = std::move(entries), gone = *std::move(gone)] {
    return find_changed(*context, entries, gone);
  };
  auto changed = co_await on_workers(context, is_long, std::move(find));
  KONTOR_CO_TRY(const auto shown, co_await describe_objects(context, std::move(changed.resources),
                                                            std::move(question)));
  auto responses = std::move(changed.gone);
  responses += shown.text;
  // RFC 6578, 3.6: what did not fit is asked for with the token of what did.
  auto info = folder.info();
  const auto& modseqs = changed.modseqs;
  if (is_cut || shown.count < modseqs.size()) {
    auto end = shown.count;  // what has one modseq is told together
    while (end > 0 && end < modseqs.size() && modseqs[end] == modseqs[end - 1]) --end;
    if (end == 0) co_return refusal(507, dav_name("number-of-matches-within-limits"));
    info.highest_modseq = modseqs[end - 1];
    append_status(responses, resource.href(), 507);
  }
  std::string tail;
  xml::write(tail, xml::Element(dav_name("sync-token"), sync_token(info)));
  co_return multistatus(responses, tail);
}

}  // namespace kontor::dav
