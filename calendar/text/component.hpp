// SPDX-License-Identifier: GPL-3.0-or-later
// Components, properties and parameters: the content lines that iCalendar (RFC 5545, 3.1) and vCard
// (RFC 6350, 3.2) share, read into a tree and written from one.
//
// Reading is strict about structure (BEGIN and END, names) and lenient about bytes that real
// programs send: a byte order mark, lines that end in LF alone, blank lines, folding in the midst
// of a character. Everything is counted against TextLimits. Pure values; any thread.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::calendar {

struct Parameter {
  std::string name{};                 // upper case
  std::vector<std::string> values{};  // without quotes, RFC 6868 undone
  bool operator==(const Parameter&) const = default;
};

struct Property {
  std::string group{};  // vCard: "item1" of "item1.EMAIL"; as written
  std::string name{};   // upper case
  std::vector<Parameter> parameters{};
  std::string value{};  // unfolded, escapes as written

  const Parameter* find(std::string_view of) const noexcept;  // any case
  // The first value of a parameter; empty when there is none.
  std::string_view parameter(std::string_view of) const noexcept;
  // Replaces every parameter of that name by one value; an empty value removes it.
  void set(std::string_view of, std::string_view written);
  bool operator==(const Property&) const = default;
};

struct Component {
  std::string name{};  // upper case: "VEVENT"
  std::vector<Property> properties{};
  std::vector<Component> components{};

  const Property* find(std::string_view property) const noexcept;  // the first; any case
  Property* find(std::string_view property) noexcept;
  // The value as written, without blanks at its ends; empty when there is no such property.
  std::string_view value(std::string_view property) const noexcept;
  // Replaces every property of that name by one without parameters.
  void set(std::string_view property, std::string value);
  void erase(std::string_view property);
  bool operator==(const Component&) const = default;
};

struct TextLimits {
  std::size_t bytes = 10 << 20;
  std::size_t depth = 6;  // VCALENDAR is 1, VEVENT 2, VALARM 3
  std::size_t components = 20'000;
  std::size_t properties = 200'000;
  std::size_t parameters = 64;              // of one property, and values of one parameter
  std::size_t line = std::size_t{8} << 20;  // unfolded: attachments and photos come inline
};

// The top components of `bytes`, in their order. The error is a sentence that names the line.
// Refused: control characters and NUL, bytes that are not UTF-8, a line without ':', a component
// that is not closed, anything outside of a component, anything beyond a limit.
std::expected<std::vector<Component>, std::string> read_components(std::string_view bytes,
                                                                   const TextLimits& limits = {});

// Content lines with CRLF, folded at 75 octets between characters (RFC 5545, 3.1).
std::string write_component(const Component& component);
void append_component(std::string& out, const Component& component);
void append_property(std::string& out, const Property& property);

// TEXT values (RFC 5545, 3.3.11): "\n", "\,", "\;" and "\\" undone and made.
std::string unescape_text(std::string_view value);
std::string escape_text(std::string_view text);
// The pieces between separators that are not escaped, as written.
std::vector<std::string_view> split_value(std::string_view value, char separator);

}  // namespace kontor::calendar
