// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/catalog.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "base/core/crc32c.hpp"
#include "base/core/text.hpp"
#include "search/index/text_packing.hpp"

namespace kontor::search {
namespace {

constexpr std::string_view k_head = "kontor-fts 2\n";
constexpr std::string_view k_name = "kontor-fts ";
constexpr std::size_t k_segment_numbers = 7;
constexpr std::size_t k_dictionary_numbers = 4;
constexpr std::size_t k_crc_line = 13;  // "crc xxxxxxxx\n"

// The removed items as ranges: "3-9 12".
std::string ranges_of(const std::vector<ItemId>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size();) {
    std::size_t end = i + 1;
    while (end < items.size() && items[end] == items[end - 1] + 1) ++end;
    if (!out.empty()) out += ' ';
    out += std::to_string(items[i]);
    if (end - i > 1) out.append("-").append(std::to_string(items[end - 1]));
    i = end;
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  // The words of the next line, when it begins with `name`; its first word is not among them.
  Result<std::vector<std::string_view>> line(std::string_view name) {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return fail(Errc::corrupt, "a line without an end");
    auto words = split(rest_.substr(0, end), ' ');
    if (words.front() != name) return fail(Errc::corrupt, fmt::format("no line '{}'", name));
    rest_.remove_prefix(end + 1);
    words.erase(words.begin());
    return words;
  }
  bool next_is(std::string_view name) const {
    return rest_.starts_with(name) && rest_.substr(name.size()).starts_with(' ');
  }

 private:
  std::string_view rest_;
};

Result<std::uint64_t> number_of(std::string_view text) {
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) return fail(Errc::corrupt, "not a number");
  return *number;
}

Result<std::uint64_t> only_number(Reader& reader, std::string_view name) {
  KONTOR_TRY(const auto words, reader.line(name));
  if (words.size() != 1) return fail(Errc::corrupt, fmt::format("line '{}'", name));
  return number_of(words.front());
}

template <std::size_t count>
Result<std::array<std::uint64_t, count>> numbers_of(const std::vector<std::string_view>& words) {
  if (words.size() != count) return fail(Errc::corrupt, "a line of fewer or more numbers");
  std::array<std::uint64_t, count> out{};
  for (std::size_t i = 0; i < count; ++i) {
    KONTOR_TRY(out[i], number_of(words[i]));
  }
  return out;
}

Result<DictionaryFile> dictionary_of(const std::vector<std::string_view>& words) {
  KONTOR_TRY(const auto numbers, numbers_of<k_dictionary_numbers>(words));
  DictionaryFile out;
  out.number = numbers[0];
  out.documents = numbers[1];
  out.bytes = numbers[2];
  if (out.number == 0 || out.number > TextDictionary::k_last_number)
    return fail(Errc::corrupt, "the number of a dictionary");
  if (out.bytes > TextDictionary::k_most_bytes || numbers[3] > 0xffffffffU)
    return fail(Errc::corrupt, "a number is too large");
  out.crc = static_cast<std::uint32_t>(numbers[3]);
  return out;
}

Result<Segment> segment_of(const std::vector<std::string_view>& words) {
  KONTOR_TRY(const auto numbers, numbers_of<k_segment_numbers>(words));
  Segment out;
  out.number = numbers[0];
  out.first = numbers[1];
  out.last = numbers[2];
  out.documents = numbers[3];
  out.bytes = numbers[4];
  if (numbers[5] > 0xffffffffU || numbers[6] > INT64_MAX)
    return fail(Errc::corrupt, "a number is too large");
  out.crc = static_cast<std::uint32_t>(numbers[5]);
  out.changed = static_cast<std::int64_t>(numbers[6]);
  if (out.first == 0 || out.last < out.first || out.documents == 0 ||
      out.documents > out.last - out.first + 1)
    return fail(Errc::corrupt, "a database of no items");
  return out;
}

Result<void> add_removed(Catalog& catalog, std::string_view word) {
  const auto dash = word.find('-');
  KONTOR_TRY(const auto first, number_of(word.substr(0, dash)));
  std::uint64_t last = first;
  if (dash != std::string_view::npos) {
    KONTOR_TRY(last, number_of(word.substr(dash + 1)));
  }
  std::uint64_t documents = 0;
  for (const auto& segment : catalog.segments) documents += segment.documents;
  const bool ascends = catalog.removed.empty() || first > catalog.removed.back();
  // A range can hold no more than there are documents, or a few bytes would fill the memory.
  if (last < first || !ascends || last - first >= documents - catalog.removed.size())
    return fail(Errc::corrupt, "removed items");
  for (auto item = first; item <= last; ++item) catalog.removed.push_back(item);
  return {};
}

Result<void> check(const Catalog& catalog) {
  std::uint64_t last = 0;
  for (const auto& dictionary : catalog.dictionaries) {
    if (dictionary.number <= last) return fail(Errc::corrupt, "dictionaries out of order");
    last = dictionary.number;
  }
  ItemId before = 0;
  for (const auto& segment : catalog.segments) {
    if (segment.first <= before) return fail(Errc::corrupt, "databases overlap");
    if (segment.number >= catalog.next_number) return fail(Errc::corrupt, "a number to come");
    before = segment.last;
  }
  if (before > catalog.position) return fail(Errc::corrupt, "items behind the position");
  return {};
}

}  // namespace

std::string segment_name(std::uint64_t number) { return fmt::format("segment.{:06}", number); }

std::string dictionary_name(std::uint64_t number) {
  return fmt::format("dictionary.{:03}", number);
}

std::string encode_catalog(const Catalog& catalog) {
  std::string out(k_head);
  auto to = std::back_inserter(out);
  fmt::format_to(to, "analysis {}\n", catalog.analysis);
  fmt::format_to(to, "position {}\n", catalog.position);
  fmt::format_to(to, "next {}\n", catalog.next_number);
  for (const auto& d : catalog.dictionaries)
    fmt::format_to(to, "dictionary {} {} {} {}\n", d.number, d.documents, d.bytes, d.crc);
  for (const auto& s : catalog.segments)
    fmt::format_to(to, "segment {} {} {} {} {} {} {}\n", s.number, s.first, s.last, s.documents,
                   s.bytes, s.crc, s.changed);
  if (!catalog.removed.empty()) fmt::format_to(to, "removed {}\n", ranges_of(catalog.removed));
  fmt::format_to(to, "crc {:08x}\n", crc32c(out));
  return out;
}

Result<Catalog> decode_catalog(std::string_view bytes) {
  if (!bytes.starts_with(k_head)) {
    if (bytes.starts_with(k_name))
      return fail(Errc::unsupported, "the index is of another version");
    return fail(Errc::corrupt, "not the catalog of an index");
  }
  if (bytes.size() < k_head.size() + k_crc_line) return fail(Errc::corrupt, "it is cut off");
  const auto body = bytes.substr(0, bytes.size() - k_crc_line);
  if (bytes.substr(body.size()) != fmt::format("crc {:08x}\n", crc32c(body)))
    return fail(Errc::corrupt, "its checksum is wrong");
  Reader reader(body.substr(k_head.size()));
  Catalog out;
  KONTOR_TRY(const auto analysis, reader.line("analysis"));
  if (analysis.size() != 1) return fail(Errc::corrupt, "line 'analysis'");
  out.analysis = analysis.front();
  KONTOR_TRY(out.position, only_number(reader, "position"));
  KONTOR_TRY(out.next_number, only_number(reader, "next"));
  while (reader.next_is("dictionary")) {
    KONTOR_TRY(const auto words, reader.line("dictionary"));
    KONTOR_TRY(const auto dictionary, dictionary_of(words));
    out.dictionaries.push_back(dictionary);
  }
  while (reader.next_is("segment")) {
    KONTOR_TRY(const auto words, reader.line("segment"));
    KONTOR_TRY(auto segment, segment_of(words));
    out.segments.push_back(segment);
  }
  if (reader.next_is("removed")) {
    KONTOR_TRY(const auto words, reader.line("removed"));
    for (const auto word : words) {
      KONTOR_TRY(add_removed(out, word));
    }
  }
  if (!reader.at_end()) return fail(Errc::corrupt, "a line that is not known");
  KONTOR_TRY(check(out));
  return out;
}

}  // namespace kontor::search
