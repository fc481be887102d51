// SPDX-License-Identifier: GPL-3.0-or-later
// Reading goes line by line: a line is unfolded into one buffer, read into a Property, and put into
// the component that is open. UTF-8 is looked at after unfolding: real programs fold between the
// bytes of a character.
#include <optional>

#include "base/core/text.hpp"
#include "calendar/text/component.hpp"

namespace kontor::calendar {
namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

constexpr bool is_name_char(char c) noexcept {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_';
}

// Unfolded content lines, blank ones passed over.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(bytes) {
    if (rest_.starts_with(k_byte_order_mark)) rest_.remove_prefix(k_byte_order_mark.size());
  }

  // The next line; valid until the next call.
  std::optional<std::string_view> next() {
    while (!rest_.empty()) {
      first_ = number_ + 1;
      std::string_view line = take();
      if (!continues()) {
        if (trim(line).empty()) continue;
        return line;
      }
      buffer_.assign(line);
      while (continues()) buffer_.append(take().substr(1));
      if (!trim(buffer_).empty()) return buffer_;
    }
    return std::nullopt;
  }
  std::size_t number() const noexcept { return first_; }

 private:
  bool continues() const noexcept {
    return !rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t');
  }
  std::string_view take() {
    ++number_;
    const auto end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    while (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::string_view rest_;
  std::string buffer_;
  std::size_t number_ = 0;
  std::size_t first_ = 0;
};

// RFC 6868, 3.2: ^n is a line break, ^^ a circumflex, ^' a quotation mark.
std::string undo_circumflex(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    if (value[i] == '^' && (next == 'n' || next == '^' || next == '\'')) {
      out.push_back(next == 'n' ? '\n' : next == '^' ? '^' : '"');
      ++i;
    } else {
      out.push_back(value[i]);
    }
  }
  return out;
}

class PropertyReader {
 public:
  PropertyReader(std::string_view line, const TextLimits& limits) : line_(line), limits_(limits) {}

  std::expected<Property, std::string> read() {
    Property property;
    if (auto fault = read_name(property)) return std::unexpected(*fault);
    while (at(';'))
      if (auto fault = read_parameter(property)) return std::unexpected(*fault);
    if (!at(':')) return std::unexpected("there is no ':' behind the name " + property.name);
    property.value = line_.substr(pos_ + 1);
    return property;
  }

 private:
  using Fault = std::optional<std::string>;

  bool at(char c) const noexcept { return pos_ < line_.size() && line_[pos_] == c; }
  std::string_view name() {
    const std::size_t begin = pos_;
    while (pos_ < line_.size() && is_name_char(line_[pos_])) ++pos_;
    return line_.substr(begin, pos_ - begin);
  }

  Fault read_name(Property& property) {
    std::string_view read = name();
    if (at('.')) {
      property.group = read;
      ++pos_;
      read = name();
    }
    if (read.empty()) return "the line does not begin with a name";
    property.name = to_upper(read);
    return std::nullopt;
  }

  Fault read_parameter(Property& property) {
    if (property.parameters.size() >= limits_.parameters)
      return property.name + " has too many parameters";
    ++pos_;
    Parameter parameter{.name = to_upper(name())};
    if (parameter.name.empty()) {
      if (at(';') || at(':')) return std::nullopt;  // "DTSTART;:2026..." of old programs
      return property.name + " has a parameter without a name";
    }
    if (!at('=')) {  // vCard 2.1 and some vCard 3.0: "TEL;HOME:"
      parameter.values.push_back(parameter.name);
      parameter.name = "TYPE";
      property.parameters.push_back(std::move(parameter));
      return std::nullopt;
    }
    do {
      if (parameter.values.size() >= limits_.parameters)
        return property.name + " has a parameter of too many values";
      ++pos_;
      if (auto fault = read_value(property, parameter)) return fault;
    } while (at(','));
    property.parameters.push_back(std::move(parameter));
    return std::nullopt;
  }

  // The end of a value without quotes. "\\;" and "\\," belong to it: some programs write TEXT
  // there.
  std::size_t plain_end(std::size_t begin) const noexcept {
    std::size_t end = line_.find_first_of(",;:", begin);
    while (end != std::string_view::npos && end > begin && line_[end - 1] == '\\' &&
           line_[end] != ':')
      end = line_.find_first_of(",;:", end + 1);
    return end;
  }

  Fault read_value(const Property& property, Parameter& parameter) {
    const bool quoted = at('"');
    const std::size_t begin = quoted ? pos_ + 1 : pos_;
    const std::size_t end = quoted ? line_.find('"', begin) : plain_end(begin);
    if (end == std::string_view::npos) return property.name + " has a parameter that does not end";
    parameter.values.push_back(undo_circumflex(line_.substr(begin, end - begin)));
    pos_ = quoted ? end + 1 : end;
    return std::nullopt;
  }

  std::string_view line_;
  const TextLimits& limits_;
  std::size_t pos_ = 0;
};

bool has_controls(std::string_view line) noexcept {
  for (const char c : line)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return true;
  return false;
}

class TreeReader {
 public:
  TreeReader(std::string_view bytes, const TextLimits& limits) : lines_(bytes), limits_(limits) {}

  std::expected<std::vector<Component>, std::string> read() {
    while (const auto line = lines_.next()) {
      if (auto fault = take(*line))
        return std::unexpected("Line " + std::to_string(lines_.number()) + ": " + *fault + ".");
    }
    if (!open_.empty())
      return std::unexpected("The component " + open_.back().name + " does not end.");
    return std::move(done_);
  }

 private:
  using Fault = std::optional<std::string>;

  Fault take(std::string_view line) {
    if (line.size() > limits_.line) return "it is too long";
    if (has_controls(line)) return "it has control characters";
    if (!is_utf8(line)) return "it is not UTF-8";
    auto property = PropertyReader(line, limits_).read();
    if (!property) return std::move(property.error());
    if (property->name == "BEGIN") return begin(to_upper(trim(property->value)));
    if (property->name == "END") return end(to_upper(trim(property->value)));
    if (open_.empty()) return property->name + " stands outside of a component";
    if (++properties_ > limits_.properties) return "there are too many properties";
    open_.back().properties.push_back(*std::move(property));
    return std::nullopt;
  }

  Fault begin(std::string name) {
    if (name.empty()) return "BEGIN names no component";
    if (open_.size() >= limits_.depth) return "components lie too deep in each other";
    if (++components_ > limits_.components) return "there are too many components";
    open_.push_back({.name = std::move(name)});
    return std::nullopt;
  }

  Fault end(const std::string& name) {
    if (open_.empty() || open_.back().name != name)
      return "END:" + name.substr(0, 40) + " closes what is not open";
    Component closed = std::move(open_.back());
    open_.pop_back();
    (open_.empty() ? done_ : open_.back().components).push_back(std::move(closed));
    return std::nullopt;
  }

  Lines lines_;
  const TextLimits& limits_;
  std::vector<Component> open_;
  std::vector<Component> done_;
  std::size_t properties_ = 0;
  std::size_t components_ = 0;
};

}  // namespace

std::expected<std::vector<Component>, std::string> read_components(std::string_view bytes,
                                                                   const TextLimits& limits) {
  if (bytes.size() > limits.bytes)
    return std::unexpected("It is larger than " + std::to_string(limits.bytes) + " bytes.");
  return TreeReader(bytes, limits).read();
}

}  // namespace kontor::calendar
