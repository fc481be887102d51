// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/fetch_args.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

struct SimpleItem {
  std::string_view name;
  unsigned bit;
};
constexpr std::array k_simple{
    SimpleItem{"UID", fetch::uid},
    SimpleItem{"FLAGS", fetch::flags},
    SimpleItem{"INTERNALDATE", fetch::internaldate},
    SimpleItem{"RFC822.SIZE", fetch::size},
    SimpleItem{"ENVELOPE", fetch::envelope},
    SimpleItem{"BODYSTRUCTURE", fetch::bodystructure},
    SimpleItem{"MODSEQ", fetch::modseq},      // RFC 7162, 3.1.5
    SimpleItem{"PREVIEW", fetch::preview},    // RFC 8970
    SimpleItem{"SAVEDATE", fetch::savedate},  // RFC 8514
    SimpleItem{"EMAILID", fetch::emailid},    // RFC 8474
    SimpleItem{"THREADID", fetch::threadid},
};

// RFC 9051, 6.4.5
constexpr unsigned k_fast = fetch::flags | fetch::internaldate | fetch::size;
constexpr std::array k_macros{
    SimpleItem{"FAST", k_fast},
    SimpleItem{"ALL", k_fast | fetch::envelope},
    SimpleItem{"FULL", k_fast | fetch::envelope | fetch::body},
};

// RFC 3501, 6.4.5: the old names of three sections.
struct OldItem {
  std::string_view name;
  SectionPart part;
  bool peek;
};
constexpr std::array k_old{
    OldItem{"RFC822", SectionPart::all, false},
    OldItem{"RFC822.HEADER", SectionPart::header, true},
    OldItem{"RFC822.TEXT", SectionPart::text, false},
};

template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  return std::ranges::find_if(rows, [&](const auto& row) { return iequals(row.name, name); });
}

// RFC 9051, 9: header-fld-name = astring
void append_name(std::string& out, std::string_view name) {
  if (!name.empty() && std::ranges::all_of(name, is_astring_char)) {
    out.append(name);
    return;
  }
  const bool quotable = std::ranges::all_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r' && c != '\n'; });
  if (!quotable) {
    out.append("{").append(std::to_string(name.size())).append("}\r\n").append(name);
    return;
  }
  out.push_back('"');
  for (const char c : name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

std::string section_text(const Section& section) {
  std::string out;
  for (const auto number : section.path) {
    if (!out.empty()) out.push_back('.');
    out.append(std::to_string(number));
  }
  if (section.part == SectionPart::all) return out;
  if (!out.empty()) out.push_back('.');
  switch (section.part) {
    case SectionPart::all:
      break;
    case SectionPart::header:
      return out + "HEADER";
    case SectionPart::text:
      return out + "TEXT";
    case SectionPart::mime:
      return out + "MIME";
    case SectionPart::fields:
      out.append("HEADER.FIELDS (");
      break;
    case SectionPart::fields_not:
      out.append("HEADER.FIELDS.NOT (");
      break;
  }
  for (const auto& name : section.names) {
    if (&name != &section.names.front()) out.push_back(' ');
    append_name(out, name);
  }
  return out + ")";
}

class FetchParser {
 public:
  explicit FetchParser(Lexer& lexer) : lexer_(lexer) {}

  Result<Fetch> run() {
    KONTOR_TRY(out_.set, lexer_.sequence_set());
    KONTOR_TRY(lexer_.space());
    KONTOR_TRY(items());
    if (lexer_.accept(' ')) {
      KONTOR_TRY(modifiers());
    }
    KONTOR_TRY(lexer_.end());
    return std::move(out_);
  }

  Result<Fetch> run_items() {
    do {
      if (++count_ > k_max_fetch_items) return syntax("too many items");
      KONTOR_TRY(item());
    } while (lexer_.accept(' '));
    return std::move(out_);
  }

 private:
  Result<void> items() {
    for (const auto& macro : k_macros)
      if (lexer_.accept_word(macro.name)) {
        out_.items |= macro.bit;
        return {};
      }
    if (!lexer_.accept('(')) return item();
    do {
      if (++count_ > k_max_fetch_items) return syntax("too many items");
      KONTOR_TRY(item());
    } while (lexer_.accept(' '));
    return lexer_.expect(')');
  }

  Result<void> item() {
    KONTOR_TRY(const auto name, lexer_.word("["));
    if (lexer_.next_is('[')) return bracketed(name);
    if (iequals(name, "BODY")) {
      out_.items |= fetch::body;
      return {};
    }
    if (const auto old = find_row(k_old, name); old != k_old.end()) {
      BodyItem item;
      item.peek = old->peek;
      item.section.part = old->part;
      item.label = old->name;
      out_.bodies.push_back(std::move(item));
      return {};
    }
    const auto simple = find_row(k_simple, name);
    if (simple == k_simple.end()) return syntax("an unknown item");
    out_.items |= simple->bit;
    // RFC 8970, 4: LAZY allows to answer NIL; previews are made at delivery, so it changes nothing.
    if (simple->bit == fetch::preview && lexer_.accept_text(" (")) {
      if (!lexer_.accept_word("LAZY")) return syntax("an unknown modifier of PREVIEW");
      return lexer_.expect(')');
    }
    return {};
  }

  Result<void> bracketed(std::string_view name) {
    BodyItem item;
    if (iequals(name, "BODY.PEEK") || iequals(name, "BINARY.PEEK")) item.peek = true;
    if (iequals(name, "BINARY") || iequals(name, "BINARY.PEEK"))
      item.kind = BodyKind::binary;
    else if (iequals(name, "BINARY.SIZE"))
      item.kind = BodyKind::binary_size;
    else if (!iequals(name, "BODY") && !iequals(name, "BODY.PEEK"))
      return syntax("an unknown item");
    if (item.kind == BodyKind::binary_size) item.peek = true;
    KONTOR_TRY(item.section, section(item.kind == BodyKind::body));
    if (item.kind != BodyKind::binary_size) {
      KONTOR_TRY(item.partial, partial());
    }
    constexpr std::array<std::string_view, 3> k_labels{"BODY[", "BINARY[", "BINARY.SIZE["};
    item.label = k_labels[static_cast<std::size_t>(item.kind)];
    item.label.append(section_text(item.section)).append("]");
    // RFC 9051, 7.5.2: the origin of a partial body follows in angle brackets.
    if (item.partial)
      item.label.append("<").append(std::to_string(item.partial->offset)).append(">");
    out_.bodies.push_back(std::move(item));
    return {};
  }

  Result<Section> section(bool with_text) {
    KONTOR_TRY(lexer_.expect('['));
    Section out;
    bool more = !lexer_.next_is(']');
    while (more && !lexer_.rest().empty() && is_digit(lexer_.rest().front())) {
      if (out.path.size() >= k_max_section_path) return syntax("a section is too deep");
      KONTOR_TRY(const auto number, lexer_.nz_number());
      out.path.push_back(number);
      more = lexer_.accept('.');
    }
    if (more) {
      if (!with_text) return syntax("expected a part number");
      KONTOR_TRY(section_words(out));
    }
    KONTOR_TRY(lexer_.expect(']'));
    return out;
  }

  Result<void> section_words(Section& out) {
    if (lexer_.accept_text("HEADER.FIELDS.NOT ")) {
      out.part = SectionPart::fields_not;
      return field_names(out);
    }
    if (lexer_.accept_text("HEADER.FIELDS ")) {
      out.part = SectionPart::fields;
      return field_names(out);
    }
    KONTOR_TRY(const auto word, lexer_.atom());
    if (iequals(word, "HEADER"))
      out.part = SectionPart::header;
    else if (iequals(word, "TEXT"))
      out.part = SectionPart::text;
    else if (iequals(word, "MIME") && !out.path.empty())  // RFC 9051, 6.4.5.1: of a part only
      out.part = SectionPart::mime;
    else
      return syntax("an unknown section");
    return {};
  }

  Result<void> field_names(Section& out) {
    KONTOR_TRY(lexer_.expect('('));
    do {
      if (out.names.size() >= k_max_header_fields) return syntax("too many header fields");
      KONTOR_TRY(auto name, lexer_.astring());
      out.names.push_back(std::move(name));
    } while (lexer_.accept(' '));
    return lexer_.expect(')');
  }

  Result<std::optional<Partial>> partial() {
    if (!lexer_.accept('<')) return std::nullopt;
    Partial out;
    KONTOR_TRY(out.offset, lexer_.number64());
    KONTOR_TRY(lexer_.expect('.'));
    KONTOR_TRY(out.size, lexer_.number64());
    if (out.size == 0) return syntax("a number must not be zero");
    KONTOR_TRY(lexer_.expect('>'));
    return out;
  }

  // RFC 7162, 3.1.4.1 and 3.2.6; RFC 9394, 3.3; RFC 4466, 2.4: in any order, each once
  Result<void> modifiers() {
    KONTOR_TRY(lexer_.expect('('));
    do {
      if (!out_.changed_since && lexer_.accept_word("CHANGEDSINCE")) {
        KONTOR_TRY(lexer_.space());
        KONTOR_TRY(out_.changed_since, lexer_.number64());
        out_.items |= fetch::modseq;
      } else if (!out_.vanished && lexer_.accept_word("VANISHED")) {
        out_.vanished = true;
      } else if (!out_.page && lexer_.accept_word("PARTIAL")) {
        KONTOR_TRY(lexer_.space());
        KONTOR_TRY(out_.page, lexer_.partial_range());
      } else {
        return syntax("an unknown modifier");
      }
    } while (lexer_.accept(' '));
    if (out_.vanished && !out_.changed_since) return syntax("VANISHED goes with CHANGEDSINCE");
    return lexer_.expect(')');
  }

  Lexer& lexer_;
  Fetch out_;
  std::size_t count_ = 0;
};

}  // namespace

Result<Fetch> parse_fetch(std::string_view text) {
  Lexer lexer(text);
  return FetchParser(lexer).run();
}

Result<Fetch> parse_fetch_items(Lexer& lexer) { return FetchParser(lexer).run_items(); }

}  // namespace kontor::imap::wire
