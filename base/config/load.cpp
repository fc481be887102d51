// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/load.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>

#include "base/config/table.hpp"
#include "base/config/values.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

std::unexpected<Error> wrong_kind(const Field& field) {
  const auto kind = kind_of(field);
  const bool is_flag = std::holds_alternative<bool*>(field);
  return fail(Errc::bad_input, fmt::format("must be {}{}", is_flag ? "" : "a ", kind));
}

// The number a node stands for in the unit of the field.
Result<std::int64_t> number_of(const toml::node& node, const Field& field) {
  if (const auto* number = node.as_integer()) return number->get();
  const auto* text = node.as_string();
  if (text != nullptr && std::holds_alternative<ByteCount*>(field)) {
    KONTOR_TRY(const ByteCount size, parse_size(text->get()));
    return static_cast<std::int64_t>(size);
  }
  if (text != nullptr && std::holds_alternative<std::chrono::milliseconds*>(field)) {
    KONTOR_TRY(const auto duration, parse_duration(text->get()));
    return duration.count();
  }
  if (text != nullptr && std::holds_alternative<std::chrono::seconds*>(field)) {
    KONTOR_TRY(const auto duration, parse_duration(text->get()));
    if (duration.count() % 1'000 != 0)
      return fail(Errc::bad_input,
                  fmt::format("\"{}\" is not a whole number of seconds", text->get()));
    return duration.count() / 1'000;
  }
  return wrong_kind(field);
}

Result<void> check_choice(const Row& row, const Field& field, const std::string& text) {
  const auto choices = row.range.choices();
  if (choices.empty() || std::ranges::find(choices, text) != choices.end()) return {};
  return fail(Errc::bad_input, fmt::format("\"{}\" is not {}", text, show_range(row, field)));
}

class Setter {
 public:
  Setter(const Row& row, const Field& field, const toml::node& node)
      : row_(row), field_(field), node_(node) {}

  Result<void> operator()(bool* to) const {
    const auto* value = node_.as_boolean();
    if (value == nullptr) return wrong_kind(field_);
    *to = value->get();
    return {};
  }

  Result<void> operator()(std::string* to) const {
    const auto* value = node_.as_string();
    if (value == nullptr) return wrong_kind(field_);
    KONTOR_TRY(check_choice(row_, field_, value->get()));
    *to = value->get();
    return {};
  }

  Result<void> operator()(std::vector<std::string>* to) const {
    const auto* array = node_.as_array();
    if (array == nullptr) return wrong_kind(field_);
    std::vector<std::string> values;
    for (const toml::node& element : *array) {
      const auto* value = element.as_string();
      if (value == nullptr) return wrong_kind(field_);
      KONTOR_TRY(check_choice(row_, field_, value->get()));
      values.push_back(value->get());
    }
    *to = std::move(values);
    return {};
  }

  Result<void> operator()(std::chrono::seconds* to) const {
    KONTOR_TRY(const auto number, number_in_range());
    *to = std::chrono::seconds(number);
    return {};
  }
  Result<void> operator()(std::chrono::milliseconds* to) const {
    KONTOR_TRY(const auto number, number_in_range());
    *to = std::chrono::milliseconds(number);
    return {};
  }
  template <std::unsigned_integral T>
  Result<void> operator()(T* to) const {
    KONTOR_TRY(const auto number, number_in_range());
    *to = static_cast<T>(number);
    return {};
  }

 private:
  Result<std::int64_t> number_in_range() const {
    KONTOR_TRY(const auto number, number_of(node_, field_));
    if (number < row_.range.least || number > row_.range.most)
      return fail(Errc::bad_input, fmt::format("must be {}", show_range(row_, field_)));
    return number;
  }

  const Row& row_;
  const Field& field_;
  const toml::node& node_;
};

class Loader {
 public:
  explicit Loader(std::string name) : name_(std::move(name)) {}

  void section(std::string_view section, const toml::node& node) {
    const auto* entries = node.as_table();
    if (entries == nullptr) return unknown(section, node);
    for (const auto& [key, value] : *entries)
      setting(fmt::format("{}.{}", section, key.str()), value);
  }

  Result<Settings> finish() && {
    if (mistakes_.empty()) return std::move(settings_);
    std::ranges::sort(mistakes_);
    std::vector<std::string> sentences;
    for (auto& [line, sentence] : mistakes_) sentences.push_back(std::move(sentence));
    return fail(Errc::bad_input, join(sentences, "\n"));
  }

 private:
  void setting(const std::string& key, const toml::node& node) {
    const Row* row = find_row(key);
    if (row == nullptr) return unknown(key, node);
    const Field field = row->field(settings_);
    const auto set = std::visit(Setter(*row, field, node), field);
    if (!set) mistake(node, fmt::format("{}: {}", key, set.error().detail()));
  }

  void unknown(std::string_view key, const toml::node& node) {
    const auto nearest = nearest_key(key);
    mistake(node, nearest.empty()
                      ? fmt::format("unknown setting {}", key)
                      : fmt::format("unknown setting {}; did you mean {}?", key, nearest));
  }

  void mistake(const toml::node& node, const std::string& sentence) {
    const auto line = node.source().begin.line;
    mistakes_.emplace_back(line, fmt::format("{}:{}: {}", name_, line, sentence));
  }

  std::string name_;
  Settings settings_;
  std::vector<std::pair<toml::source_index, std::string>> mistakes_;
};

constexpr std::size_t k_max_file = 1U << 20U;

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (!file) return fail(errno_error("settings file " + path, errno));
  std::string text(k_max_file + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return fail(errno_error("settings file " + path, errno));
  if (text.size() > k_max_file)
    return fail(Errc::bad_input, "settings file " + path + " is larger than 1 MB");
  return text;
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, const std::string& name) {
  try {
    const toml::table parsed = toml::parse(text, name);
    Loader loader(name);
    for (const auto& [key, node] : parsed) loader.section(key.str(), node);
    return std::move(loader).finish();
  } catch (const toml::parse_error& error) {
    return fail(Errc::bad_input,
                fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

Result<Settings> load_settings(const std::string& path) {
  KONTOR_TRY(const auto text, read_file(path));
  return parse_settings(text, path);
}

}  // namespace kontor::config
