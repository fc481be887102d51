// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/console/assets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::admin::console {
namespace {

constexpr std::string_view k_index = "index.html", k_hashed = "assets/";
constexpr std::uint64_t k_max_file = 8'388'608;
constexpr std::size_t k_tag_size = 24;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> k_types{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
}};

// Empty: a kind of file that is not served.
std::string_view type_of(std::string_view name) {
  const auto found =
      std::ranges::find_if(k_types, [&](const auto& row) { return name.ends_with(row.first); });
  return found == k_types.end() ? std::string_view() : found->second;
}

// The coding that the build wrote beside a file; empty: there is none.
std::string coding_of(io::FileSystem& files, const std::string& path, std::string_view ending) {
  auto bytes = io::read_file(files, path + std::string(ending), k_max_file);
  return bytes ? *std::move(bytes) : std::string();
}

Result<void> add(io::FileSystem& files,
                 const std::string& folder,
                 const std::string& name,
                 Assets& out) {
  const auto type = type_of(name);
  if (type.empty()) return {};
  const auto path = folder + "/" + name;
  Asset asset;
  asset.type = type;
  KONTOR_TRY(asset.whole, io::read_file(files, path, k_max_file));
  asset.brotli = coding_of(files, path, ".br");
  asset.gzip = coding_of(files, path, ".gz");
  asset.tag = hex_encode(crypto::sha256(asset.whole)).substr(0, k_tag_size);
  asset.is_immutable = name.starts_with(k_hashed);
  out.emplace(name, std::move(asset));
  return {};
}

Result<void> add_folder(io::FileSystem& files,
                        const std::string& folder,
                        const std::string& below,
                        Assets& out) {
  const auto names = files.list(below.empty() ? folder : folder + "/" + below);
  if (!names) return {};
  for (const auto& name : *names) {
    KONTOR_TRY(add(files, folder, below.empty() ? name : below + "/" + name, out));
  }
  return {};
}

}  // namespace

Result<Assets> read_assets(io::FileSystem& files, const std::vector<std::string>& folders) {
  for (const auto& folder : folders) {
    if (!files.stat(folder + "/" + std::string(k_index))) continue;
    Assets out;
    KONTOR_TRY(add_folder(files, folder, "", out));
    KONTOR_TRY(add_folder(files, folder, "assets", out));
    return out;
  }
  return fail(Errc::not_found, "the web console was not built");
}

}  // namespace kontor::admin::console
