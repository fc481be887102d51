// SPDX-License-Identifier: GPL-3.0-or-later
// Documents of office programs that are ZIP files of XML: Office Open XML (ISO/IEC 29500) and
// OpenDocument (ISO/IEC 26300).
#include <algorithm>
#include <array>
#include <set>

#include "base/core/text.hpp"
#include "search/extract/read/archive.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

// Elements whose text is the document's (t, v), and where a line ends. Names alone tell them apart:
// w:t, a:t and x:t are all the text of a run.
class OpenXmlText final : public XmlVisitor {
 public:
  explicit OpenXmlText(Reading& reading) : reading_(reading) {}

  bool begin(std::string_view name, const Attribute& attribute) override {
    if (name == "c") cell_ = attribute("t");
    // A number of a shared string is not what the cell shows.
    if (name == "t" || (name == "v" && cell_ != "s" && cell_ != "b" && cell_ != "e")) ++shown_;
    if (name == "tab") return reading_.add("\t");
    if (name == "br" || name == "cr") return reading_.add("\n");
    if (name == "sheet")
      if (const auto title = attribute("name"); !title.empty()) return reading_.add_line(title);
    return true;
  }

  bool end(std::string_view name) override {
    if ((name == "t" || name == "v") && shown_ > 0) --shown_;
    if (name == "c") {
      cell_.clear();
      return reading_.add("\t");
    }
    if (name == "p" || name == "si" || name == "row" || name == "comment")
      return reading_.add("\n");
    return true;
  }

  bool text(std::string_view text) override { return shown_ == 0 || reading_.add(text); }

 private:
  Reading& reading_;
  std::string cell_;
  int shown_ = 0;
};

// All text within paragraphs and headings; styles and scripts have none.
class OpenDocumentText final : public XmlVisitor {
 public:
  explicit OpenDocumentText(Reading& reading) : reading_(reading) {}

  bool begin(std::string_view name, const Attribute&) override {
    if (is_paragraph(name)) ++shown_;
    if (shown_ == 0) return true;
    if (name == "tab") return reading_.add("\t");
    if (name == "s") return reading_.add(" ");
    if (name == "line-break") return reading_.add("\n");
    return true;
  }
  bool end(std::string_view name) override {
    if (!is_paragraph(name)) return true;
    if (shown_ > 0) --shown_;
    return reading_.add("\n");
  }
  bool text(std::string_view text) override { return shown_ == 0 || reading_.add(text); }

 private:
  static bool is_paragraph(std::string_view name) { return name == "p" || name == "h"; }
  Reading& reading_;
  int shown_ = 0;
};

// docProps/core.xml and meta.xml: title, subject, author, key words.
class Properties final : public XmlVisitor {
 public:
  explicit Properties(Reading& reading) : reading_(reading) {}
  bool begin(std::string_view name, const Attribute&) override {
    constexpr std::array<std::string_view, 8> names{"title",       "subject",        "creator",
                                                    "description", "keywords",       "keyword",
                                                    "category",    "initial-creator"};
    is_shown_ = std::ranges::find(names, name) != names.end();
    return true;
  }
  bool end(std::string_view) override {
    is_shown_ = false;
    return true;
  }
  bool text(std::string_view text) override { return !is_shown_ || reading_.add_line(text); }

 private:
  Reading& reading_;
  bool is_shown_ = false;
};

// META-INF/manifest.xml of OpenDocument says what is encrypted (part 3, 4.4).
class Manifest final : public XmlVisitor {
 public:
  bool begin(std::string_view name, const Attribute&) override {
    is_encrypted = is_encrypted || name == "encryption-data";
    return !is_encrypted;
  }
  bool end(std::string_view) override { return true; }
  bool text(std::string_view) override { return true; }
  bool is_encrypted = false;
};

enum class Family : std::uint8_t { archive, open_xml, open_document };

// The whole list of names first: it is at the end of the file and costs nothing to unpack.
Family family_of(std::string_view bytes) {
  ReadLimits limits;
  Reading names_only(limits, bytes.size());
  const auto archive = Archive::open(bytes, Formats::zip, names_only);
  if (!archive) return Family::archive;
  std::set<std::string, std::less<>> names;
  while (archive->next() == Archive::Next::file) names.insert(archive->name());
  if (names.contains("[Content_Types].xml") && names.contains("_rels/.rels"))
    return Family::open_xml;
  if (names.contains("META-INF/manifest.xml") && names.contains("content.xml"))
    return Family::open_document;
  return Family::archive;
}

bool is_xml_in(std::string_view name, std::string_view folder) {
  return name.starts_with(folder) && name.ends_with(".xml");
}

bool is_open_xml_text(std::string_view name) {
  constexpr std::array<std::string_view, 6> word{"document",  "header",   "footer",
                                                 "footnotes", "endnotes", "comments"};
  if (is_xml_in(name, "word/"))
    return std::ranges::any_of(
        word, [&](std::string_view part) { return name.substr(5).starts_with(part); });
  return name == "xl/sharedStrings.xml" || name == "xl/workbook.xml" ||
         is_xml_in(name, "xl/worksheets/") || is_xml_in(name, "xl/comments") ||
         is_xml_in(name, "xl/drawings/") || is_xml_in(name, "ppt/slides/") ||
         is_xml_in(name, "ppt/notesSlides/") || is_xml_in(name, "ppt/comments/") ||
         name.contains("/diagrams/data") || name.contains("/charts/chart");
}

Verdict visit(Archive& archive, XmlVisitor& visitor) {
  const bool is_sound = visit_xml(archive.source(), visitor);
  if (archive.trouble() == Archive::Next::limit)
    return {Extraction::cut, "it unfolds into more than is looked through"};
  if (archive.trouble() == Archive::Next::encrypted)
    return {Extraction::encrypted, "it needs a password"};
  if (!is_sound) return {Extraction::not_readable, "a part of the document is damaged"};
  return {};
}

// Files put into the document: sheets in a report and the like.
Verdict read_embedded(Archive& archive, Reading& reading) {
  const auto bytes = archive.read_all();
  return reading.read_inner({bytes, {}, archive.name()});
}

Verdict read_open_xml_part(Archive& archive, Reading& reading) {
  const std::string_view name = archive.name();
  if (is_open_xml_text(name)) {
    OpenXmlText text(reading);
    return visit(archive, text);
  }
  if (name == "docProps/core.xml") {
    Properties properties(reading);
    return visit(archive, properties);
  }
  if (name.contains("/embeddings/")) return read_embedded(archive, reading);
  return {Extraction::no_text, {}};
}

Verdict read_open_document_part(Archive& archive, Reading& reading) {
  const std::string_view name = archive.name();
  if (name == "META-INF/manifest.xml") {
    Manifest manifest;
    (void)visit(archive, manifest);
    if (manifest.is_encrypted) return {Extraction::encrypted, "it needs a password"};
  } else if (name.ends_with("content.xml") || name == "styles.xml") {
    OpenDocumentText text(reading);
    return visit(archive, text);
  } else if (name == "meta.xml") {
    Properties properties(reading);
    return visit(archive, properties);
  }
  return {Extraction::no_text, {}};
}

// An encrypted OpenDocument looks damaged before its manifest is reached: that it is encrypted
// counts.
Verdict read_parts(Archive& archive, Family family, Reading& reading) {
  Members members;
  for (auto next = archive.next(); next != Archive::Next::end; next = archive.next()) {
    if (next != Archive::Next::file) {
      members.saw({}, {Extraction::not_readable, "the document is damaged"});
      break;
    }
    const auto verdict = family == Family::open_xml ? read_open_xml_part(archive, reading)
                                                    : read_open_document_part(archive, reading);
    if (family == Family::open_document && verdict.outcome == Extraction::encrypted) return verdict;
    members.saw(archive.name(), verdict);
    if (archive.trouble() == Archive::Next::limit || reading.is_full()) break;
  }
  return members.verdict();
}

}  // namespace

Verdict read_zip(std::string_view bytes, Reading& reading) {
  const auto family = family_of(bytes);
  if (family == Family::archive) return read_archive({bytes, {}, {}}, reading);
  const auto archive = Archive::open(bytes, Formats::zip, reading);
  if (!archive) return {Extraction::not_readable, "the document is damaged"};
  return read_parts(*archive, family, reading);
}

}  // namespace kontor::search
