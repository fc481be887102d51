// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/publish/links.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::publish {
namespace {

// "/kontor/link/ID": hash in base 16, detail, when it was made; ".../used": when it was used.
constexpr std::string_view k_entry = "/kontor/link/";
constexpr std::string_view k_used = "/used";
constexpr std::size_t k_uuid = 16, k_secret = 20;
constexpr std::size_t k_id = 16, k_account_part = 8;
constexpr std::size_t k_most_annotations = 10'000;
constexpr std::chrono::hours k_between_uses{1};

std::string random_text(std::size_t size) {
  std::string out(size, '\0');
  random_bytes(out.data(), out.size());
  return out;
}

std::string account_part(const store::AccountId& account) {
  return account.hex().substr(0, k_account_part);
}

std::string entry_of(const Link& link) { return std::string(k_entry) + link.id; }

std::optional<UtcSeconds> moment_of(std::string_view text) {
  const auto seconds = parse_number<std::uint64_t>(text);
  if (!seconds) return std::nullopt;
  return UtcSeconds(std::chrono::seconds(*seconds));
}

std::string text_of(UtcSeconds moment) { return std::to_string(moment.time_since_epoch().count()); }

std::string value_of(const Link& link) {
  return hex_encode(link.hash) + ' ' + std::string(word_of(link.detail)) + ' ' + text_of(link.made);
}

// Nothing: bytes that this server did not write.
std::optional<Link> parse_link(std::string_view id, std::string_view value) {
  const auto words = split(value, ' ');
  if (words.size() != 3) return std::nullopt;
  const auto hash = hex_decode(words[0]);
  const auto detail = detail_of(words[1]);
  const auto made = moment_of(words[2]);
  if (!hash || hash->size() != 32 || !detail || !made) return std::nullopt;
  Link out;
  out.id = id;
  out.detail = *detail;
  out.made = *made;
  out.hash = *hash;
  return out;
}

void add_links(const store::AnnotationMap& notes, store::FolderId folder, std::vector<Link>& out) {
  for (auto at = notes.lower_bound(k_entry); at != notes.end() && at->first.starts_with(k_entry);
       ++at) {
    const auto id = std::string_view(at->first).substr(k_entry.size());
    auto link = id.size() == k_id ? parse_link(id, at->second) : std::nullopt;
    if (!link) continue;
    link->folder = folder;
    const auto used = notes.find(entry_of(*link) + std::string(k_used));
    if (used != notes.end()) link->used = moment_of(used->second);
    out.push_back(*std::move(link));
  }
}

// RFC 4648, 5, without padding.
std::string url_text(std::string_view bytes) {
  auto out = base64_encode(bytes);
  std::erase(out, '=');
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

}  // namespace

std::string_view word_of(Detail detail) noexcept {
  return detail == Detail::full ? "full" : "free-busy";
}

std::optional<Detail> detail_of(std::string_view word) {
  for (const auto one : {Detail::full, Detail::free_busy})
    if (word_of(one) == word) return one;
  return std::nullopt;
}

bool is_calendar(const store::FolderInfo& folder) { return scheduling::is_calendar(folder); }

Task<Result<NewLink>> make_link(store::Account& account,
                                store::FolderId folder,
                                Detail detail,
                                UtcSeconds now) {
  const auto view = account.view();
  if (!view.folder(folder)) co_return fail(Errc::not_found, "no such calendar");
  const auto links = links_of(view);
  const auto is_of_it = [&](const Link& link) { return link.folder == folder; };
  if (static_cast<std::size_t>(std::ranges::count_if(links, is_of_it)) >= k_most_links)
    co_return fail(Errc::limit, "a calendar has 100 links at the most; revoke one first");
  const auto secret = random_text(k_secret);
  NewLink out;
  out.link.id = account_part(account.id()) + hex_encode(random_text((k_id - k_account_part) / 2));
  out.link.folder = folder;
  out.link.detail = detail;
  out.link.made = now;
  out.link.hash = crypto::sha256(secret);
  out.token = url_text(account.id().bytes() + secret);
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = entry_of(out.link);
  changes[0].value = value_of(out.link);
  KONTOR_CO_TRY(co_await account.set_annotations(folder, std::move(changes), k_most_annotations));
  co_return out;
}

std::vector<Link> links_of(const store::AccountView& view) {
  std::vector<Link> out;
  for (const auto& folder : view.folders()) add_links(view.annotations(folder.id), folder.id, out);
  std::ranges::sort(out, {}, [](const Link& one) {
    return std::tuple(one.folder, one.made, std::string_view(one.id));
  });
  return out;
}

Task<Result<Link>> revoke_link(store::Account& account, std::string id) {
  const auto links = links_of(account.view());
  const auto found = std::ranges::find(links, id, &Link::id);
  if (found == links.end()) co_return fail(Errc::not_found, "there is no link " + id);
  std::vector<store::AnnotationChange> changes(2);
  changes[0].entry = entry_of(*found);
  changes[1].entry = entry_of(*found) + std::string(k_used);
  KONTOR_CO_TRY(
      co_await account.set_annotations(found->folder, std::move(changes), k_most_annotations));
  co_return *found;
}

bool may_have(const store::AccountId& account, std::string_view id) {
  return id.size() == k_id && id.starts_with(account_part(account));
}

std::optional<Token> parse_token(std::string_view text) {
  constexpr std::size_t k_size = (k_uuid + k_secret) / 3 * 4;  // no padding
  static_assert((k_uuid + k_secret) % 3 == 0);
  if (text.size() != k_size || text.find_first_of("+/=") != std::string_view::npos)
    return std::nullopt;
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  const auto bytes = base64_decode(plain);
  if (!bytes || bytes->size() != k_uuid + k_secret) return std::nullopt;
  std::array<std::uint8_t, k_uuid> account{};
  std::ranges::copy(std::string_view(*bytes).substr(0, k_uuid), account.begin());
  return Token{Uuid(account), bytes->substr(k_uuid)};
}

std::optional<Link> find_link(const store::AccountView& view, std::string_view secret) {
  const auto hash = crypto::sha256(secret);
  std::optional<Link> out;
  for (auto& link : links_of(view))
    if (crypto::equal_in_constant_time(link.hash, hash)) out = std::move(link);
  return out;
}

Task<void> note_use(std::shared_ptr<store::Account> account, Link link, UtcSeconds now) {
  if (link.used && now - *link.used < k_between_uses) co_return;
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = entry_of(link) + std::string(k_used);
  changes[0].value = text_of(now);
  static_cast<void>(
      (co_await account->set_annotations(link.folder, std::move(changes), k_most_annotations))
          .has_value());
}

}  // namespace kontor::publish
