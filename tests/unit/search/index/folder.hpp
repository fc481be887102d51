// SPDX-License-Identifier: GPL-3.0-or-later
// A folder that is removed in the end, for an index.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace kontor::search {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kontor-index-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string index() const { return path_ + "/fts"; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace kontor::search
