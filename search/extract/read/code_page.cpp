// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/read/code_page.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kontor::search {
namespace {

struct Named {
  std::uint32_t number;
  std::string_view charset;
};
constexpr std::array k_names{
    Named{437, "ibm437"},
    Named{850, "ibm850"},
    Named{866, "ibm866"},
    Named{874, "windows-874"},
    Named{932, "cp932"},
    Named{936, "gb18030"},
    Named{949, "windows-949"},
    Named{950, "big5"},
    Named{1200, "utf-16le"},
    Named{10000, "macintosh"},
    Named{10007, "x-mac-cyrillic"},
    Named{20127, "us-ascii"},
    Named{20866, "koi8-r"},
    Named{21866, "koi8-u"},
    Named{28591, "iso-8859-1"},
    Named{28592, "iso-8859-2"},
    Named{28595, "iso-8859-5"},
    Named{54936, "gb18030"},
    Named{65001, "utf-8"},
};

struct FontCharset {
  std::uint32_t number;
  std::uint32_t code_page;
};
constexpr std::array k_fonts{
    FontCharset{0, 1252},   FontCharset{77, 10000}, FontCharset{128, 932},  FontCharset{129, 949},
    FontCharset{134, 936},  FontCharset{136, 950},  FontCharset{161, 1253}, FontCharset{162, 1254},
    FontCharset{163, 1258}, FontCharset{177, 1255}, FontCharset{178, 1256}, FontCharset{186, 1257},
    FontCharset{204, 1251}, FontCharset{222, 874},  FontCharset{238, 1250}, FontCharset{254, 437},
};

}  // namespace

std::string charset_of_code_page(std::uint32_t code_page) {
  if (code_page >= 1250 && code_page <= 1258) return "windows-" + std::to_string(code_page);
  const auto found = std::ranges::find(k_names, code_page, &Named::number);
  return std::string(found == k_names.end() ? "windows-1252" : found->charset);
}

std::uint32_t code_page_of_font_charset(std::uint32_t charset) {
  const auto found = std::ranges::find(k_fonts, charset, &FontCharset::number);
  return found == k_fonts.end() ? 0 : found->code_page;
}

}  // namespace kontor::search
