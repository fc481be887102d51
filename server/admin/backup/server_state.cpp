// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/backup/server_state.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kontor::admin::backup {
namespace {

struct Place {
  std::string_view folder;
  std::string_view ending;   // of the names of its files
  bool has_folders = false;  // the files lie one level deeper
};
constexpr Place k_untold{"untold", ".untold"};
constexpr std::array k_collector{Place{"collector", ".source"}, Place{"collector", ".state"}};
constexpr std::array k_places{
    Place{"audit", ".log"}, Place{"dkim", ".key", true}, Place{"fingerprints", ".fingerprint"},
    Place{"tls", ".key"},   Place{"tls", ".pem"},
};
constexpr std::array<std::string_view, 7> k_files{"blocks", "domains",  "queue/paused", "roles",
                                                  "rules",  "services", "spam-base"};
constexpr std::string_view k_full_audit = "audit/audit-";  // docs/formats/audit.md

// Nothing where there is no such folder.
Result<std::vector<std::string>> names_in(io::FileSystem& files, const std::string& folder) {
  auto names = files.list(folder);
  if (!names && names.error().code() == Errc::not_found) return std::vector<std::string>();
  return names;
}

bool is_folder(io::FileSystem& files, const std::string& path) {
  const auto info = files.stat(path);
  return info && info->directory;
}

Result<void> find_files(io::FileSystem& files,
                        const std::string& data_folder,
                        const Place& place,
                        std::vector<StateFile>& out) {
  std::vector<std::string> folders{std::string(place.folder)};
  if (place.has_folders) {
    folders.clear();
    KONTOR_TRY(const auto names, names_in(files, data_folder + '/' + std::string(place.folder)));
    for (const auto& name : names) {
      auto folder = std::string(place.folder) + '/' + name;
      if (is_folder(files, data_folder + '/' + folder)) folders.push_back(std::move(folder));
    }
  }
  for (const auto& folder : folders) {
    KONTOR_TRY(const auto names, names_in(files, data_folder + '/' + folder));
    for (const auto& name : names) {
      if (!name.ends_with(place.ending)) continue;
      auto path = folder + '/' + name;
      const bool is_constant = path.starts_with(k_full_audit);
      out.push_back({std::move(path), is_constant});
    }
  }
  return {};
}

}  // namespace

Result<std::vector<StateFile>> collector_files(io::FileSystem& files,
                                               const std::string& data_folder) {
  std::vector<StateFile> out;
  for (const auto& place : k_collector) {
    KONTOR_TRY(find_files(files, data_folder, place, out));
  }
  return out;
}

Result<std::vector<StateFile>> untold_files(io::FileSystem& files, const std::string& data_folder) {
  std::vector<StateFile> out;
  KONTOR_TRY(find_files(files, data_folder, k_untold, out));
  return out;
}

Result<std::vector<StateFile>> state_files(io::FileSystem& files, const std::string& data_folder) {
  std::vector<StateFile> out;
  for (const auto& place : k_places) {
    KONTOR_TRY(find_files(files, data_folder, place, out));
  }
  for (const auto name : k_files) out.push_back({std::string(name)});
  return out;
}

}  // namespace kontor::admin::backup
