// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in the text format of Prometheus (version 0.0.4): a family has a type and a help, then a
// line for each set of labels. Pure.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/timings.hpp"

namespace kontor::app {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;

  // Begins a family; `type` is counter or gauge.
  void family(std::string_view name, std::string_view type, std::string_view help);
  // A line of it.
  void value(double number, const Labels& labels = {});
  // Family and its only line.
  void gauge(std::string_view name, std::string_view help, double number);
  void counter(std::string_view name, std::string_view help, double number);
  void histogram(std::string_view name, std::string_view help, const timings::Histogram& of);

  const std::string& text() const noexcept { return text_; }

 private:
  void line(std::string_view suffix, double number, const Labels& labels);
  std::string name_, text_;
};

}  // namespace kontor::app
