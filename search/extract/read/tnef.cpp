// SPDX-License-Identifier: GPL-3.0-or-later
// winmail.dat ([MS-OXTNEF]): a message of Outlook in one attachment.
#include <map>

#include "base/core/little_endian.hpp"
#include "base/core/text.hpp"
#include "search/extract/read/outlook.hpp"
#include "search/extract/read/readers.hpp"

namespace kontor::search {
namespace {

using namespace outlook;

// Attributes ([MS-OXTNEF] 2.1.3.2).
constexpr std::uint32_t k_att_subject = 0x00018004;
constexpr std::uint32_t k_att_body = 0x0002800C;
constexpr std::uint32_t k_att_title = 0x00018010;
constexpr std::uint32_t k_att_data = 0x0006800F;
constexpr std::uint32_t k_att_properties = 0x00069003;
constexpr std::uint32_t k_att_attachment = 0x00069005;
constexpr std::uint32_t k_att_render = 0x00069002;
constexpr std::uint32_t k_att_code_page = 0x00069007;
constexpr std::size_t k_most_properties = 20'000;

// A property of variable size: its first value.
struct Property {
  std::uint16_t type = 0;
  std::string_view bytes;
};
using Properties = std::map<std::uint16_t, Property>;

std::size_t fixed_size(std::uint16_t type) {
  switch (type) {
    case 0x0002:
    case 0x0003:
    case 0x0004:
    case 0x000A:
    case 0x000B:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return 0;
  }
}

constexpr std::uint64_t padded(std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; }

// A length, so many bytes, and zeros up to the next multiple of four.
std::optional<std::string_view> take_value(LeReader& in) {
  const auto size = in.number<std::uint32_t>();
  if (!size) return std::nullopt;
  const auto bytes = in.take(*size);
  if (bytes) (void)in.take(std::min<std::uint64_t>(padded(*size) - *size, in.left()));
  return bytes;
}

// [MS-OXTNEF] 2.1.3.5.1: a name beside the number of a property that has no number of its own.
bool skip_name(LeReader& in) {
  const auto set = in.take(16);
  const auto kind = in.number<std::uint32_t>();
  if (!set || !kind) return false;
  return *kind == 0 ? in.number<std::uint32_t>().has_value() : take_value(in).has_value();
}

bool read_property(LeReader& in, Properties& out) {
  const auto type = in.number<std::uint16_t>();
  const auto id = in.number<std::uint16_t>();
  if (!type || !id || (*id >= 0x8000 && !skip_name(in))) return false;
  const std::uint16_t plain_type = *type & 0x0FFFU;
  const auto fixed = fixed_size(plain_type);
  const bool is_many = (*type & 0x1000U) != 0;
  std::uint32_t count = 1;
  if (is_many || fixed == 0) {
    const auto told = in.number<std::uint32_t>();
    if (!told) return false;
    count = *told;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto value = fixed != 0 ? in.take(fixed) : take_value(in);
    if (!value) return false;
    if (i == 0) out.insert_or_assign(*id, Property{plain_type, *value});
  }
  return true;
}

Properties read_properties(std::string_view bytes) {
  Properties out;
  LeReader in(bytes);
  const auto count = in.number<std::uint32_t>().value_or(0);
  for (std::size_t i = 0; i < count && i < k_most_properties; ++i)
    if (!read_property(in, out)) break;
  return out;
}

class Tnef {
 public:
  Tnef(std::string_view bytes, Reading& reading) : in_(bytes), reading_(reading) {}

  Verdict read() {
    constexpr std::size_t k_head = 6;  // signature and key
    if (!in_.take(k_head)) return {Extraction::not_readable, "the file is damaged"};
    bool is_whole = true;
    while (in_.left() > 0 && is_whole && !reading_.is_full()) is_whole = read_attribute();
    finish_message();
    finish_attachment();
    if (!is_whole) members_.saw({}, {Extraction::not_readable, "the file is damaged"});
    return members_.verdict();
  }

 private:
  struct Attached {
    std::string name, type;
    std::string_view data;
  };

  bool read_attribute() {
    const auto level = in_.number<std::uint8_t>();
    const auto id = in_.number<std::uint32_t>();
    const auto size = in_.number<std::uint32_t>();
    if (!level || !id || !size) return false;
    const auto data = in_.take(*size);
    const auto checksum = in_.number<std::uint16_t>();
    if (!data || !checksum) return false;
    take(*id, *data);
    return true;
  }

  void take(std::uint32_t id, std::string_view data) {
    if (id == k_att_code_page) {
      code_page_ = load_le<std::uint32_t>(data, 0).value_or(0);
    } else if (id == k_att_subject) {
      subject_ = data;
    } else if (id == k_att_body) {
      body_ = data;
    } else if (id == k_att_properties) {
      properties_ = read_properties(data);
    } else if (id == k_att_render) {
      finish_message();
      finish_attachment();
      has_attachment_ = true;
    } else if (id == k_att_title) {
      attached_.name = ansi_text(data, code_page_);
    } else if (id == k_att_data) {
      attached_.data = data;
    } else if (id == k_att_attachment) {
      take_attachment(read_properties(data));
    }
  }

  std::string text(const Properties& properties, std::uint16_t id) const {
    const auto found = properties.find(id);
    if (found == properties.end()) return {};
    if (found->second.type == k_unicode) return unicode_text(found->second.bytes);
    if (found->second.type == k_string8) return ansi_text(found->second.bytes, code_page_);
    return {};
  }

  static std::string binary(const Properties& properties, std::uint16_t id) {
    const auto found = properties.find(id);
    if (found == properties.end() || found->second.type != k_binary) return {};
    return std::string(found->second.bytes);
  }

  void take_attachment(const Properties& properties) {
    if (auto name = text(properties, k_attach_long_name); !name.empty())
      attached_.name = std::move(name);
    attached_.type = to_lower(text(properties, k_attach_type));
    const auto data = properties.find(k_attach_data);
    if (data == properties.end()) return;
    // [MS-OXTNEF] 2.1.3.5.1: an object begins with the identifier of its interface.
    constexpr std::size_t k_interface = 16;
    auto bytes = data->second.bytes;
    if (data->second.type == k_object) bytes.remove_prefix(std::min(k_interface, bytes.size()));
    if (attached_.data.empty() || data->second.type == k_object) attached_.data = bytes;
  }

  void finish_message() {
    if (is_told_) return;
    is_told_ = true;
    auto subject = text(properties_, k_subject);
    if (subject.empty()) subject = ansi_text(subject_, code_page_);
    if (!subject.empty()) reading_.add_line(subject);
    for (const auto id : {k_sender_name, k_sender_smtp, k_display_to, k_display_cc})
      if (const auto line = text(properties_, id); !line.empty()) reading_.add_line(line);
    Body body{text(properties_, k_body), binary(properties_, k_html), binary(properties_, k_rtf)};
    if (body.plain.empty()) body.plain = ansi_text(body_, code_page_);
    if (body.html.empty()) body.html = text(properties_, k_html);
    add_body(body, reading_);
  }

  void finish_attachment() {
    if (!has_attachment_) return;
    const auto attached = std::exchange(attached_, {});
    if (!attached.name.empty()) reading_.add_line(attached.name);
    if (!reading_.may_open_file()) {
      members_.left_out("the message has more attachments than are looked through");
      return;
    }
    members_.saw(attached.name, reading_.read_inner({attached.data, attached.type, attached.name}));
  }

  LeReader in_;
  Reading& reading_;
  Members members_;
  std::uint32_t code_page_ = 0;
  std::string_view subject_, body_;
  Properties properties_;
  bool is_told_ = false;
  Attached attached_;
  bool has_attachment_ = false;
};

}  // namespace

Verdict read_tnef(std::string_view bytes, Reading& reading) { return Tnef(bytes, reading).read(); }

}  // namespace kontor::search
