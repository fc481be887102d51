// SPDX-License-Identifier: GPL-3.0-or-later
// What messages of Outlook have in common, whether kept as .msg or sent as winmail.dat.
#pragma once
#include <cstdint>
#include <string>

#include "search/extract/read/reading.hpp"

namespace kontor::search::outlook {

// Numbers of properties ([MS-OXPROPS]).
inline constexpr std::uint16_t k_subject = 0x0037;
inline constexpr std::uint16_t k_body = 0x1000;
inline constexpr std::uint16_t k_rtf = 0x1009;
inline constexpr std::uint16_t k_html = 0x1013;
inline constexpr std::uint16_t k_sender_name = 0x0C1A;
inline constexpr std::uint16_t k_sender_address = 0x0C1F;
inline constexpr std::uint16_t k_sender_smtp = 0x5D01;
inline constexpr std::uint16_t k_display_to = 0x0E04;
inline constexpr std::uint16_t k_display_cc = 0x0E03;
inline constexpr std::uint16_t k_attach_data = 0x3701;
inline constexpr std::uint16_t k_attach_name = 0x3704;
inline constexpr std::uint16_t k_attach_long_name = 0x3707;
inline constexpr std::uint16_t k_attach_type = 0x370E;
inline constexpr std::uint16_t k_message_code_page = 0x3FFD;
inline constexpr std::uint16_t k_internet_code_page = 0x3FDE;
// Types of properties.
inline constexpr std::uint16_t k_string8 = 0x001E;
inline constexpr std::uint16_t k_unicode = 0x001F;
inline constexpr std::uint16_t k_binary = 0x0102;
inline constexpr std::uint16_t k_object = 0x000D;

// The body in up to three forms; the first one there is counts.
struct Body {
  std::string plain;  // UTF-8
  std::string html;   // bytes in a charset of its own
  std::string rtf;    // packed ([MS-OXRTFCP])
};
void add_body(const Body& body, Reading& reading);

// A string of a property: with its final zeros, in UTF-16 or in the code page.
std::string unicode_text(std::string_view bytes);
std::string ansi_text(std::string_view bytes, std::uint32_t code_page);

}  // namespace kontor::search::outlook
