// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/fingerprint_keeper.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/rules.hpp"
#include "base/mime/lower.hpp"

namespace kontor::rules {
namespace {

constexpr std::string_view k_ending = ".fingerprint";
constexpr std::uint64_t k_longest = 8 * k_most_hashes + 4'096;
constexpr std::size_t k_longest_name = 200;

}  // namespace

// A name may have any letters; its file has hexadecimal digits.
std::string FingerprintKeeper::path_of(std::string_view name) const {
  const auto digest = crypto::sha256(mime::lower_utf8(name));
  return folder_ + '/' + hex_encode(digest).substr(0, 32) + std::string(k_ending);
}

void FingerprintKeeper::put_in_force(std::vector<std::shared_ptr<const Fingerprint>> all) {
  std::ranges::sort(all, {}, [](const auto& one) -> const std::string& { return one->name; });
  auto set = std::make_shared<const FingerprintSet>(std::move(all));
  current_.with([&](auto& current) { current = std::move(set); });
}

Result<std::unique_ptr<FingerprintKeeper>> FingerprintKeeper::open(io::FileSystem& files,
                                                                   std::string folder,
                                                                   io::WorkPool& pool,
                                                                   const log::Context& log) {
  auto keeper =
      std::unique_ptr<FingerprintKeeper>(new FingerprintKeeper(files, std::move(folder), pool));
  const auto names = files.list(keeper->folder_);
  if (!names && names.error().code() == Errc::not_found) return keeper;
  if (!names) return fail(names.error());
  std::vector<std::shared_ptr<const Fingerprint>> all;
  for (const auto& name : *names) {
    if (!name.ends_with(k_ending)) continue;
    const auto bytes = io::read_file(files, keeper->folder_ + '/' + name, k_longest);
    auto read = bytes ? parse_fingerprint(*bytes) : Result<Fingerprint>(fail(bytes.error()));
    if (!read) {
      log.emit(log::events::k_fingerprint_unreadable, read.error(), {{log::Keys::file, name}});
      continue;
    }
    all.push_back(std::make_shared<const Fingerprint>(*std::move(read)));
  }
  keeper->put_in_force(std::move(all));
  return keeper;
}

std::shared_ptr<const FingerprintSet> FingerprintKeeper::current() const {
  return current_.with([](const auto& current) { return current; });
}

Result<void> FingerprintKeeper::add_now(const Fingerprint& fingerprint) {
  return changing_.with([&](int&) -> Result<void> {
    KONTOR_TRY(io::make_directories(files_, folder_));
    KONTOR_TRY(
        io::write_file_durably(files_, path_of(fingerprint.name), format_fingerprint(fingerprint)));
    auto all = current()->all();
    std::erase_if(all,
                  [&](const auto& one) { return path_of(one->name) == path_of(fingerprint.name); });
    all.push_back(std::make_shared<const Fingerprint>(fingerprint));
    put_in_force(std::move(all));
    return {};
  });
}

Result<void> FingerprintKeeper::remove_now(const std::string& name) {
  return changing_.with([&](int&) -> Result<void> {
    auto all = current()->all();
    const auto path = path_of(name);
    if (std::erase_if(all, [&](const auto& one) { return path_of(one->name) == path; }) == 0)
      return fail(Errc::not_found, "there is no fingerprint \"" + name + "\"");
    KONTOR_TRY(files_.remove(path));
    KONTOR_TRY(files_.sync_directory(folder_));
    put_in_force(std::move(all));
    return {};
  });
}

Task<Result<void>> FingerprintKeeper::add(Fingerprint fingerprint) {
  const auto& name = fingerprint.name;
  const bool is_name = !trim(name).empty() && name.size() <= k_longest_name && is_utf8(name) &&
                       std::ranges::none_of(name, [](char c) {
                         return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
                       });
  if (!is_name) co_return fail(Errc::bad_input, "a name is one line of 1 to 200 bytes");
  if (fingerprint.hashes.size() < k_fewest_hashes)
    co_return fail(Errc::bad_input, "the document has too little text to be known by it");
  if (fingerprint.hashes.size() > k_most_hashes)
    co_return fail(Errc::limit, "the document is too long");
  auto work = [this, fingerprint = std::move(fingerprint)] { return add_now(fingerprint); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<Result<void>> FingerprintKeeper::remove(std::string name) {
  auto work = [this, name = std::move(name)] { return remove_now(name); };
  co_return co_await io::on_pool(pool_, std::move(work));
}

}  // namespace kontor::rules
