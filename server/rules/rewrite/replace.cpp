// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/rewrite/replace.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/entities.hpp"
#include "base/mime/fields.hpp"
#include "server/rules/rewrite/add_text.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rewrite/html_tags.hpp"
#include "server/rules/rewrite/text_part.hpp"

namespace kontor::rules {
namespace {

// Elements that part words; others are within them.
bool parts_words(std::string_view name) {
  constexpr auto k_inline = std::to_array<std::string_view>(
      {"a",    "abbr",   "acronym", "b",   "bdi",   "bdo",  "big", "cite", "code", "dfn",  "em",
       "font", "i",      "ins",     "kbd", "label", "mark", "o:p", "q",    "s",    "samp", "small",
       "span", "strike", "strong",  "sub", "sup",   "tt",   "u",   "var",  "wbr"});
  return !name.empty() && !std::ranges::binary_search(k_inline, name);
}

// What a reader sees of HTML, and where each byte of it comes from.
class Seen {
 public:
  explicit Seen(std::string_view html) : html_(html) {
    std::size_t at = 0;
    for (HtmlTags tags(html); const auto tag = tags.next();) {
      add_text(at, tag->range.offset);
      if (parts_words(tag->name)) add("\n", {tag->range.offset, 0});
      at = tag->range.offset + tag->range.size;
    }
    add_text(at, html.size());
  }

  const std::string& text() const noexcept { return text_; }

  // Takes what a place shows out of the source; `with` is put where it begins.
  void replace(mime::Range place, std::string_view with, Edits& edits) const {
    auto run = std::ranges::upper_bound(runs_, place.offset, {}, &Run::at);
    const auto end = place.offset + place.size;
    bool is_first = true;
    for (--run; run != runs_.end() && run->at < end; ++run) {
      const auto first = std::max<std::uint64_t>(place.offset, run->at) - run->at;
      const auto last = std::min<std::uint64_t>(end - run->at, run->size);
      if (last <= first || run->source.size == 0) continue;
      const auto range =
          run->is_as_is ? mime::Range{run->source.offset + first, last - first} : run->source;
      edits.replace(range, is_first ? std::string(with) : std::string());
      is_first = false;
    }
  }

 private:
  struct Run {
    std::uint64_t at = 0, size = 0;  // in text_
    mime::Range source;
    bool is_as_is = false;  // byte for byte
  };

  void add(std::string_view text, mime::Range source) {
    runs_.push_back({text_.size(), text.size(), source, text == source.of(html_)});
    text_.append(text);
  }

  void add_text(std::size_t begin, std::size_t end) {
    while (begin < end) {
      const auto amp = std::min(html_.find('&', begin), end);
      if (amp > begin) add(html_.substr(begin, amp - begin), {begin, amp - begin});
      if (amp >= end) return;
      const auto reference = mime::character_reference(html_.substr(amp, end - amp));
      std::string one = "&";
      const std::size_t size = reference ? reference->size : 1;
      if (reference) {
        one.clear();
        append_utf8(one, reference->code_point);
      }
      add(one, {amp, size});
      begin = amp + size;
    }
  }

  std::string_view html_;
  std::string text_;
  std::vector<Run> runs_;
};

std::string replace_in_plain(std::string_view text,
                             const FindPlaces& find,
                             std::string_view with,
                             std::size_t& count) {
  Edits edits;
  for (const auto& place : find(text)) {
    edits.replace(place, std::string(with));
    ++count;
  }
  return edits.is_empty() ? std::string(text) : edits.apply(text);
}

void replace_in_subject(std::string_view message,
                        const FindPlaces& find,
                        std::string_view with,
                        std::size_t& count,
                        Edits& edits) {
  mime::HeaderField field;
  for (mime::FieldCursor cursor(message); cursor.next(field);) {
    if (!iequals(field.name, "Subject")) continue;
    std::size_t here = 0;
    const auto text = replace_in_plain(mime::decode_words(field.value), find, with, here);
    if (here > 0) edits.replace(field.range, field_line(field.name, text));
    count += here;
  }
}

std::string replace_in_part(const TextPart& part,
                            const FindPlaces& find,
                            std::string_view with,
                            std::size_t& count) {
  const auto text = part.text();
  return part.is_html() ? replace_in_html(text, find, with, count)
                        : replace_in_plain(text, find, with, count);
}

std::string with_version_of(std::string header) {
  return mime::field_value(header, "MIME-Version") ? std::move(header)
                                                   : "MIME-Version: 1.0\r\n" + std::move(header);
}

// The header of a message whose own body is a file: its content fields go.
std::string without_content(std::string_view header, const std::string& content) {
  Edits edits;
  mime::HeaderField field;
  std::uint64_t end = 0;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    end = field.range.offset + field.range.size;
    if (istarts_with(field.name, "Content-")) edits.replace(field.range, {});
  }
  auto rest = edits.apply(header.substr(0, end));
  if (!rest.empty() && !rest.ends_with('\n')) rest += "\r\n";
  return with_version_of(rest + content);
}

}  // namespace

std::string replace_in_html(std::string_view html,
                            const FindPlaces& find,
                            std::string_view with,
                            std::size_t& count) {
  const Seen seen(html);
  const auto escaped = escape_html(with);
  Edits edits;
  for (const auto& place : find(seen.text())) {
    seen.replace(place, escaped, edits);
    ++count;
  }
  return edits.is_empty() ? std::string(html) : edits.apply(html);
}

Replaced replace_text(std::string message,
                      const FindPlaces& find,
                      std::string_view with,
                      const mime::Limits& limits) {
  const auto parsed = mime::parse(message, limits);
  const auto structure = structure_of(message, parsed);
  Replaced out;
  if (structure.is_report) {
    out.message = std::move(message);
    return out;
  }
  Edits edits;
  for (const auto index : structure.texts) {
    const auto& place = parsed.parts[index];
    const auto part = TextPart::read(message, place);
    if (!part) continue;
    std::size_t count = 0;
    const auto text = replace_in_part(*part, find, with, count);
    if (count == 0) continue;
    out.count += count;
    auto written = part->with_text(text);
    if (written.header != place.header.of(message))
      edits.replace(place.header, index == 0 ? with_version_of(std::move(written.header))
                                             : std::move(written.header));
    edits.replace(place.body, std::move(written.body));
  }
  if (!edits.is_empty()) message = edits.apply(message);
  // Afterwards: the header may be another one now.
  Edits subject;
  replace_in_subject(message, find, with, out.count, subject);
  out.message = subject.is_empty() ? std::move(message) : subject.apply(message);
  return out;
}

WithoutFiles remove_files(std::string message,
                          const WantsFile& wants,
                          const NoteOfFile& note,
                          const mime::Limits& limits) {
  const auto parsed = mime::parse(message, limits);
  const auto structure = structure_of(message, parsed);
  WithoutFiles out;
  Edits edits;
  std::uint64_t behind = 0;  // what lies within a message that goes has gone with it
  for (const auto& file : structure.files) {
    const auto range = whole_of(parsed.parts[file.part]);
    if (!wants(file) || (behind > 0 && range.offset < behind)) continue;
    if (file.is_untouchable) {
      ++out.kept;
      continue;
    }
    const auto written = new_text_part(note(file), "Content-Disposition: inline\r\n");
    if (file.part == 0) {
      edits.replace(parsed.parts[0].header,
                    without_content(parsed.parts[0].header.of(message), written.header));
      edits.replace(parsed.parts[0].body, written.body + "\r\n");
    } else {
      edits.replace(range, written.header + written.body);
    }
    behind = range.offset + range.size;
    out.gone.push_back(file);
  }
  out.message = edits.is_empty() ? std::move(message) : edits.apply(message);
  return out;
}

}  // namespace kontor::rules
