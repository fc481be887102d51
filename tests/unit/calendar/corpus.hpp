// SPDX-License-Identifier: GPL-3.0-or-later
// Files of real programs: below KONTOR_CORPUS, or ../shared/corpora beside the checkout. Where
// there are none, our own samples take their place.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/source_dir.hpp"

namespace kontor::calendar {

// The files of a folder of the corpus, sorted; else the samples of a fuzz target.
inline std::vector<std::filesystem::path> corpus_files(const std::string& folder,
                                                       const std::string& samples) {
  const char* named = std::getenv("KONTOR_CORPUS");
  const std::filesystem::path corpus = named != nullptr
                                           ? std::filesystem::path(named)
                                           : source_dir().parent_path() / "shared" / "corpora";
  std::vector<std::filesystem::path> files;
  const std::filesystem::path own = source_dir() / "tests/fuzz/corpus";
  const bool is_there = std::filesystem::is_directory(corpus / folder);
  if (!is_there)
    std::cout << "NO CORPUS of " << folder << ": our own samples. Set KONTOR_CORPUS.\n";
  for (const auto& entry :
       std::filesystem::directory_iterator(is_there ? corpus / folder : own / samples))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace kontor::calendar
