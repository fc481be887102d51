// SPDX-License-Identifier: GPL-3.0-or-later
// Compound files that mail carries: messages of Outlook ([MS-OXMSG]), documents of old Office
// programs, documents with a password ([MS-OFFCRYPTO]).
#include <fmt/format.h>

#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "search/extract/read/compound.hpp"
#include "search/extract/read/old_office.hpp"
#include "search/extract/read/outlook.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

using namespace outlook;

constexpr int k_most_depth = 8;  // messages in messages

class OutlookFile {
 public:
  OutlookFile(const CompoundFile& file, Reading& reading) : file_(file), reading_(reading) {}

  // The message in a storage; `head`: bytes before its properties of fixed size.
  Verdict read_message(std::uint32_t storage, std::size_t head, int depth) {
    read_code_page(storage, head);
    for (const auto id :
         {k_subject, k_sender_name, k_sender_smtp, k_sender_address, k_display_to, k_display_cc})
      if (const auto line = text(storage, id); !line.empty()) reading_.add_line(line);
    Body body{text(storage, k_body), stream(storage, k_html, k_binary),
              stream(storage, k_rtf, k_binary)};
    if (body.html.empty()) body.html = text(storage, k_html);
    add_body(body, reading_);
    Members members;
    for (const auto child : file_.children(storage)) {
      if (!istarts_with(file_.entry(child).name, "__attach_version1.0_")) continue;
      if (reading_.is_full()) break;
      if (!reading_.may_open_file()) {
        members.left_out("the message has more attachments than are looked through");
        break;
      }
      read_attached(child, depth, members);
    }
    return members.verdict();
  }

 private:
  static std::string stream_name(std::uint16_t id, std::uint16_t type) {
    return fmt::format("__substg1.0_{:04X}{:04X}", id, type);
  }
  std::string stream(std::uint32_t storage, std::uint16_t id, std::uint16_t type) const {
    return file_.read(storage, stream_name(id, type));
  }
  std::string text(std::uint32_t storage, std::uint16_t id) const {
    if (const auto wide = stream(storage, id, k_unicode); !wide.empty()) return unicode_text(wide);
    return ansi_text(stream(storage, id, k_string8), code_page_);
  }

  // [MS-OXMSG] 2.4: 16 bytes each: tag, flags, value.
  void read_code_page(std::uint32_t storage, std::size_t head) {
    const auto properties = file_.read(storage, "__properties_version1.0");
    for (std::size_t at = head; at + 16 <= properties.size(); at += 16) {
      const auto id = load_le<std::uint16_t>(properties, at + 2).value_or(0);
      const auto value = load_le<std::uint32_t>(properties, at + 8).value_or(0);
      if (id == k_message_code_page || (id == k_internet_code_page && code_page_ == 0))
        code_page_ = value;
    }
  }

  void read_attached(std::uint32_t storage, int depth, Members& members) {
    auto name = text(storage, k_attach_long_name);
    if (name.empty()) name = text(storage, k_attach_name);
    if (!name.empty()) reading_.add_line(name);
    const auto inner = file_.find(storage, stream_name(k_attach_data, k_object));
    if (inner != CompoundFile::k_none && !file_.entry(inner).is_stream) {
      constexpr std::size_t k_embedded_head = 24;
      if (depth < k_most_depth)
        members.saw(name, read_message(inner, k_embedded_head, depth + 1));
      else
        members.left_out("messages are packed in one another too deeply");
      return;
    }
    const auto bytes = stream(storage, k_attach_data, k_binary);
    const auto type = to_lower(text(storage, k_attach_type));
    members.saw(name, reading_.read_inner({bytes, type, name}));
  }

  const CompoundFile& file_;
  Reading& reading_;
  std::uint32_t code_page_ = 0;
};

}  // namespace

Verdict read_compound(std::string_view bytes, Reading& reading) {
  const auto file = CompoundFile::open(bytes);
  if (!file) return {Extraction::not_readable, "the file is damaged"};
  const auto has = [&](std::string_view name) {
    return file->find(CompoundFile::k_root, name) != CompoundFile::k_none;
  };
  if (has("WordDocument")) return read_old_word(*file, reading);
  if (has("Workbook")) return read_old_excel(*file, reading);
  if (has("PowerPoint Document")) return read_old_powerpoint(*file, reading);
  if (has("EncryptedPackage")) return {Extraction::encrypted, "it needs a password"};
  constexpr std::size_t k_message_head = 32;
  if (has("__properties_version1.0"))
    return OutlookFile(*file, reading).read_message(CompoundFile::k_root, k_message_head, 0);
  return {Extraction::no_text, {}};
}

}  // namespace kontor::search
