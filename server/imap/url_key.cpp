// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/url_key.hpp"

#include <limits>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::imap {
namespace {

constexpr std::string_view k_entry = "/kontor/urlauth/key";
constexpr std::size_t k_key = 32;
constexpr std::string_view k_hmac_sha256 = "01";

Task<Result<void>> set_key(std::shared_ptr<store::Account> account,
                           store::FolderId folder,
                           std::optional<std::string> value) {
  std::vector<store::AnnotationChange> changes(1);
  changes.front().entry = k_entry;
  changes.front().value = std::move(value);
  co_return co_await account->set_annotations(folder, std::move(changes),
                                              std::numeric_limits<std::size_t>::max());
}

}  // namespace

std::string sign_url(std::string_view key, std::string_view rump) {
  return std::string(k_hmac_sha256) + hex_encode(crypto::hmac_sha256(key, rump));
}

std::optional<std::string> find_url_key(const store::AccountView& view, store::FolderId folder) {
  const auto& annotations = view.annotations(folder);
  const auto found = annotations.find(k_entry);
  if (found == annotations.end()) return std::nullopt;
  auto key = hex_decode(found->second);
  if (!key || key->size() != k_key) return std::nullopt;
  return *std::move(key);
}

Task<Result<std::string>> make_url_key(std::shared_ptr<store::Account> account,
                                       store::FolderId folder) {
  if (auto key = find_url_key(account->view(), folder)) co_return *std::move(key);
  std::string key(k_key, '\0');
  random_bytes(key.data(), key.size());
  KONTOR_CO_TRY(co_await set_key(account, folder, hex_encode(key)));
  // Of two sessions that made one at the same time, the later one's counts.
  auto kept = find_url_key(account->view(), folder);
  if (!kept) co_return fail(Errc::not_found, "the mailbox is gone");
  co_return *std::move(kept);
}

Task<Result<void>> drop_url_key(std::shared_ptr<store::Account> account, store::FolderId folder) {
  co_return co_await set_key(std::move(account), folder, std::nullopt);
}

}  // namespace kontor::imap
