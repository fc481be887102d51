// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/imap_structure.hpp"

#include "base/core/text.hpp"
#include "base/mime/content.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/imap_text.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

constexpr std::string_view k_empty_envelope = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
constexpr std::string_view k_empty_body = "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0)";

// The fields of a part that its body structure tells of; the first of each name.
struct PartFields {
  std::optional<std::string> type, id, description, md5, disposition, language, location;
};

PartFields read_fields(std::string_view header) {
  PartFields found;
  HeaderField field;
  for (FieldCursor cursor(header); cursor.next(field);) {
    if (!istarts_with(field.name, "Content-")) continue;
    const auto name = field.name.substr(8);
    const auto keep = [&](std::optional<std::string>& slot) {
      if (!slot) slot = trim(unfold(field.value));
    };
    if (iequals(name, "Type")) keep(found.type);
    if (iequals(name, "ID")) keep(found.id);
    if (iequals(name, "Description")) keep(found.description);
    if (iequals(name, "MD5")) keep(found.md5);
    if (iequals(name, "Disposition")) keep(found.disposition);
    if (iequals(name, "Language")) keep(found.language);
    if (iequals(name, "Location")) keep(found.location);
  }
  return found;
}

class Writer {
 public:
  Writer(std::string_view raw, const Message& message, bool extended)
      : raw_(raw), message_(message), extended_(extended) {}

  std::string run() {
    if (message_.parts.empty()) return std::string(k_empty_body);
    return run(message_.parts.front());
  }
  std::string run(const Part& part) {
    write(part);
    return std::move(out_);
  }

 private:
  // Recursion is bounded by Limits::max_depth of parse().
  void write(const Part& part) {
    const PartFields fields = read_fields(part.header.of(raw_));
    out_.push_back('(');
    if (part.is_multipart() && !part.children.empty())
      write_multipart(part, fields);
    else
      write_leaf(part, fields);
    out_.push_back(')');
  }

  void write_multipart(const Part& part, const PartFields& fields) {
    for (const auto child : part.children) write(message_.parts[child]);
    out_.push_back(' ');
    append_imap_string(out_, part.subtype);
    if (!extended_) return;
    out_.push_back(' ');
    write_parameters(parameters_of(part, fields));
    write_extension(fields);
  }

  void write_leaf(const Part& part, const PartFields& fields) {
    const bool unread = part.is_multipart();  // no parts were found in it
    const bool text = unread || part.type == "text";
    append_imap_string(out_, unread ? "text" : part.type);
    out_.push_back(' ');
    append_imap_string(out_, unread ? "plain" : part.subtype);
    out_.push_back(' ');
    auto parameters = unread ? std::vector<Parameter>() : parameters_of(part, fields);
    // RFC 2045, 5.2: what has no Content-Type is text/plain; charset=us-ascii.
    if (text && (unread || !fields.type)) parameters.push_back({"charset", "us-ascii"});
    write_parameters(parameters);
    out_.push_back(' ');
    append_imap_nstring(out_, fields.id);
    out_.push_back(' ');
    append_imap_nstring(out_, fields.description);
    out_.push_back(' ');
    append_imap_string(out_, part.encoding);
    out_.append(" ").append(std::to_string(part.body.size));
    if (part.is_message()) write_message(part);
    if (text || part.is_message()) out_.append(" ").append(std::to_string(part.lines));
    if (!extended_) return;
    out_.push_back(' ');
    append_imap_nstring(out_, fields.md5);
    write_extension(fields);
  }

  // RFC 9051, 7.5.2: envelope and body of the encapsulated message.
  void write_message(const Part& part) {
    out_.push_back(' ');
    if (part.children.empty()) {
      out_.append(k_empty_envelope).append(" ").append(k_empty_body);
      return;
    }
    const Part& inner = message_.parts[part.children.front()];
    append_imap_envelope(out_, inner.header.of(raw_));
    out_.push_back(' ');
    write(inner);
  }

  std::vector<Parameter> parameters_of(const Part& part, const PartFields& fields) const {
    if (!fields.type) return {};
    auto content = parse_parametrized_for_imap(*fields.type);
    std::string type, subtype;
    if (!split_media_type(content.word, type, subtype) && part.type == "text")
      std::erase_if(content.parameters, [](const auto& p) { return p.name != "charset"; });
    return std::move(content.parameters);
  }

  void write_parameters(const std::vector<Parameter>& parameters) {
    if (parameters.empty()) {
      out_.append("NIL");
      return;
    }
    for (const auto& parameter : parameters) {
      out_.push_back(&parameter == &parameters.front() ? '(' : ' ');
      append_imap_string(out_, parameter.name);
      out_.push_back(' ');
      append_imap_string(out_, parameter.value);
    }
    out_.push_back(')');
  }

  // body disposition, language, location
  void write_extension(const PartFields& fields) {
    out_.push_back(' ');
    write_disposition(fields.disposition);
    out_.push_back(' ');
    write_language(fields.language);
    out_.push_back(' ');
    append_imap_nstring(out_, fields.location);
  }

  void write_disposition(const std::optional<std::string>& value) {
    auto disposition = parse_parametrized_for_imap(value ? *value : std::string());
    if (disposition.word.empty() && disposition.parameters.empty()) {
      out_.append("NIL");
      return;
    }
    if (disposition.word.empty()) disposition.word = "attachment";  // RFC 2183, 2.8
    out_.push_back('(');
    append_imap_string(out_, disposition.word);
    out_.push_back(' ');
    write_parameters(disposition.parameters);
    out_.push_back(')');
  }

  // RFC 3282, 2: tags separated by commas; one is a string, several are a list.
  void write_language(const std::optional<std::string>& value) {
    std::vector<std::string_view> tags;
    Tokens tokens(value ? std::string_view(*value) : std::string_view());
    while (!tokens.at_end()) {
      tokens.skip_cfws();
      if (const auto tag = tokens.read_until(",("); !tag.empty()) tags.push_back(tag);
      tokens.take(',');
    }
    if (tags.empty()) out_.append("NIL");
    if (tags.size() > 1) out_.push_back('(');
    for (const auto& tag : tags) {
      if (&tag != &tags.front()) out_.push_back(' ');
      append_imap_string(out_, tag);
    }
    if (tags.size() > 1) out_.push_back(')');
  }

  std::string_view raw_;
  const Message& message_;
  bool extended_;
  std::string out_;
};

}  // namespace

std::string imap_body(std::string_view raw, const Message& message) {
  return Writer(raw, message, false).run();
}

std::string imap_bodystructure(std::string_view raw, const Message& message) {
  return Writer(raw, message, true).run();
}

std::string imap_part_structure(std::string_view raw, const Message& message, const Part& part) {
  return Writer(raw, message, true).run(part);
}

}  // namespace kontor::mime
