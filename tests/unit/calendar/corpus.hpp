// SPDX-License-Identifier: GPL-3.0-or-later
// Files of real programs, when they are there: below KONTOR_CORPUS, or ../shared/corpora beside the
// checkout.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace kontor::calendar {

// The files of a folder of the corpus, sorted; none when there is no corpus.
inline std::vector<std::filesystem::path> corpus_files(const std::string& folder) {
  const char* named = std::getenv("KONTOR_CORPUS");
  const std::filesystem::path corpus =
      named != nullptr
          ? std::filesystem::path(named)
          : std::filesystem::path(KONTOR_SOURCE_DIR).parent_path() / "shared" / "corpora";
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(corpus / folder, error))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace kontor::calendar
