// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/metrics_text.hpp"

#include <fmt/format.h>

namespace kontor::app {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

}  // namespace

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void MetricsText::line(std::string_view suffix, double number, const Labels& labels) {
  text_.append(name_).append(suffix);
  const char* before = "{";
  for (const auto& [name, value] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", before, name, escaped(value));
    before = ",";
  }
  text_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", number);
}

void MetricsText::value(double number, const Labels& labels) { line("", number, labels); }

void MetricsText::gauge(std::string_view name, std::string_view help, double number) {
  family(name, "gauge", help);
  value(number);
}

void MetricsText::counter(std::string_view name, std::string_view help, double number) {
  family(name, "counter", help);
  value(number);
}

void MetricsText::histogram(std::string_view name,
                            std::string_view help,
                            const timings::Histogram& of) {
  family(name, "histogram", help);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < of.counts.size(); ++i) {
    sum += of.counts[i];
    const auto end =
        i < timings::k_bounds.size() ? fmt::format("{}", timings::k_bounds[i]) : "+Inf";
    line("_bucket", static_cast<double>(sum), {{"le", end}});
  }
  line("_sum", of.seconds, {});
  line("_count", static_cast<double>(sum), {});
}

}  // namespace kontor::app
