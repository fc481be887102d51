// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of `domain check` as they are made.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

class Rows {
 public:
  void add(Verdict verdict, std::string name, std::string sentence, std::string remedy) {
    rows_.push_back({std::move(name), verdict, std::move(sentence), std::move(remedy)});
  }
  void ok(std::string name, std::string sentence) {
    add(Verdict::ok, std::move(name), std::move(sentence), {});
  }
  void warning(std::string name, std::string sentence, std::string remedy) {
    add(Verdict::warning, std::move(name), std::move(sentence), std::move(remedy));
  }
  void wrong(std::string name, std::string sentence, std::string remedy) {
    add(Verdict::wrong, std::move(name), std::move(sentence), std::move(remedy));
  }
  std::vector<CheckRow> take() { return std::move(rows_); }

 private:
  std::vector<CheckRow> rows_;
};

}  // namespace kontor::directory
