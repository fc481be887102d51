// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/card.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_text = 1'024;

std::string_view first_of(const Attributes& entry, std::string_view name) {
  const auto found = entry.find(name);
  return found == entry.end() || found->second.empty() ? std::string_view()
                                                       : std::string_view(found->second.front());
}

// One line of valid UTF-8: what separates lines becomes a blank.
std::string line_of(std::string_view bytes) {
  std::string out;
  for (const char c : to_valid_utf8(bytes.substr(0, k_max_text))) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_blank = byte <= ' ' || byte == 0x7F;
    if (!is_blank)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string pick(const Attributes& entry, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (auto text = line_of(first_of(entry, name)); !text.empty()) return text;
  return {};
}

// RFC 4517, 3.3.28: lines of an address are separated by "$"; "\24" and "\5C" stand for themselves.
std::string postal_address(const Attributes& entry) {
  std::string text(first_of(entry, "postaladdress"));
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + 2))
    text.replace(at, 1, ", ");
  for (const auto& [escape, sign] : {std::pair{"\\24", "$"}, std::pair{"\\5C", "\\"}})
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1))
      text.replace(at, 3, sign);
  return line_of(text);
}

bool is_picture(std::string_view bytes) {
  return bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("\x89PNG\r\n\x1A\n") ||
         bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a");
}

}  // namespace

const std::vector<std::string>& card_attributes() {
  static const std::vector<std::string> names = {"initials",
                                                 "mobile",
                                                 "facsimileTelephoneNumber",
                                                 "street",
                                                 "streetAddress",
                                                 "postalAddress",
                                                 "l",
                                                 "st",
                                                 "co",
                                                 "c",
                                                 "postalCode"};
  return names;
}

const std::vector<std::string>& photo_attributes() {
  static const std::vector<std::string> names = {"thumbnailPhoto", "jpegPhoto"};
  return names;
}

Card read_card(const Attributes& entry) {
  Card card;
  card.initials = pick(entry, {"initials"});
  card.mobile = pick(entry, {"mobile"});
  card.fax = pick(entry, {"facsimiletelephonenumber"});
  card.street = pick(entry, {"streetaddress", "street"});
  if (card.street.empty()) card.street = postal_address(entry);
  card.city = pick(entry, {"l"});
  card.region = pick(entry, {"st"});
  card.postal_code = pick(entry, {"postalcode"});
  card.country = pick(entry, {"co", "c"});
  return card;
}

std::string_view photo_in(const Attributes& entry) {
  for (const std::string_view name : {"thumbnailphoto", "jpegphoto"}) {
    const auto bytes = first_of(entry, name);
    if (bytes.size() <= k_max_photo && is_picture(bytes)) return bytes;
  }
  return {};
}

}  // namespace kontor::directory
