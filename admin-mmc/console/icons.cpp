// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/icons.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "admin-mmc/console/snapin.hpp"

namespace kontor::admin {
namespace {

struct Picture {
  COLORREF dark, light;
  const char* pattern;  // 64 letters: # dark, + light, and nothing
};

constexpr COLORREF blue = RGB(0x1F, 0x5F, 0xA8), sky = RGB(0xBF, 0xDD, 0xF5),
                   green = RGB(0x2C, 0x7A, 0x3F), leaf = RGB(0xC9, 0xEA, 0xCF),
                   brown = RGB(0x8A, 0x5A, 0x1C), sand = RGB(0xF6, 0xE3, 0xB8),
                   red = RGB(0xB0, 0x2B, 0x2B), rose = RGB(0xF6, 0xCB, 0xCB),
                   grey = RGB(0x55, 0x5B, 0x66), silver = RGB(0xD9, 0xDD, 0xE3);

constexpr std::array<Picture, kind_count> pictures = {{
    {blue, sky,
     "########"
     "##++++##"
     "#+#++#+#"
     "#++##++#"
     "#++++++#"
     "#++++++#"
     "#++++++#"
     "########"},
    {grey, silver,
     " ###### "
     " #++++# "
     " ###### "
     " #++++# "
     " ###### "
     " #++++# "
     " #++##+ "
     " ###### "},
    {blue, sky,
     "########"
     "#+++++##"
     "########"
     "        "
     "########"
     "#+++++##"
     "########"
     "        "},
    {green, leaf,
     "  ####  "
     " #+##+# "
     "#++##++#"
     "########"
     "########"
     "#++##++#"
     " #+##+# "
     "  ####  "},
    {blue, sky,
     "  ####  "
     "  ####  "
     "   ##   "
     " ###### "
     "########"
     "##++++##"
     "##    ##"
     "##    ##"},
    {brown, sand,
     "########"
     "        "
     "########"
     "  ++++  "
     "########"
     "  ++++  "
     "########"
     "        "},
    {brown, sand,
     "        "
     "########"
     "##++++##"
     "#+#++#+#"
     "#++##++#"
     "#++++++#"
     "########"
     "        "},
    {green, leaf,
     " ##  ## "
     " ##  ## "
     "########"
     "########"
     "####++##"
     "##    ##"
     "##    ##"
     "        "},
    {brown, sand,
     "###     "
     "########"
     "#++++++#"
     "#++++++#"
     "#++++++#"
     "#++++++#"
     "########"
     "        "},
    {grey, silver,
     " ####   "
     "#++++#  "
     "#++++#  "
     "#++++#  "
     " #####  "
     "     ## "
     "      ##"
     "       #"},
    {grey, silver,
     "####### "
     "#+++++# "
     "#+###+# "
     "#+++++# "
     "#+###+# "
     "#+++++# "
     "####### "
     "        "},
    {red, rose,
     "  ####  "
     " #++++# "
     "#++##++#"
     "#++##++#"
     "#++++++#"
     "#++##++#"
     " #++++# "
     "  ####  "},
}};

// 32 bits a pixel, from the top; what is nothing is seen through.
std::vector<std::uint32_t> pixels(int kind, int size) {
  const Picture& picture = pictures[kind];
  const std::size_t length = std::char_traits<char>::length(picture.pattern);
  std::vector<std::uint32_t> out(static_cast<std::size_t>(size) * size, 0);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const std::size_t at = static_cast<std::size_t>(y * 8 / size) * 8 + x * 8 / size;
      const char letter = at < length ? picture.pattern[at] : ' ';
      if (letter == ' ') continue;
      const COLORREF color = letter == '#' ? picture.dark : picture.light;
      out[static_cast<std::size_t>(y) * size + x] =
          0xFF000000u | GetRValue(color) << 16 | GetGValue(color) << 8 | GetBValue(color);
    }
  }
  return out;
}

HBITMAP bitmap_of(const std::vector<std::uint32_t>& colors, int size) {
  BITMAPINFO info{};
  info.bmiHeader = {sizeof info.bmiHeader, size, -size, 1, 32, BI_RGB, 0, 0, 0, 0, 0};
  void* bits = nullptr;
  const HBITMAP bitmap = CreateDIBSection(nullptr, &info, DIB_RGB_COLORS, &bits, nullptr, 0);
  if (bitmap) std::copy(colors.begin(), colors.end(), static_cast<std::uint32_t*>(bits));
  return bitmap;
}

}  // namespace

HBITMAP make_bitmap(int kind, int size) {
  auto colors = pixels(kind, size);
  // MMC masks bitmaps by one colour: GetStaticFolderImage says which.
  for (auto& color : colors) {
    if (color == 0) color = 0x00FF00FF;
  }
  return bitmap_of(colors, size);
}

HICON make_icon(int kind, int size) {
  const auto colors = pixels(kind, size);
  const std::size_t row = static_cast<std::size_t>((size + 15) / 16 * 2);
  std::vector<std::uint8_t> mask(row * size, 0);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      if (colors[static_cast<std::size_t>(y) * size + x] == 0)
        mask[y * row + x / 8] |= static_cast<std::uint8_t>(0x80 >> x % 8);
    }
  }
  ICONINFO info{};
  info.fIcon = TRUE;
  info.hbmColor = bitmap_of(colors, size);
  info.hbmMask = CreateBitmap(size, size, 1, 1, mask.data());
  const HICON icon = CreateIconIndirect(&info);
  DeleteObject(info.hbmColor);
  DeleteObject(info.hbmMask);
  return icon;
}

void put_icons(::IImageList& images) {
  for (int kind = 0; kind < kind_count; ++kind) {
    const HICON icon = make_icon(kind, 16);
    if (!icon) continue;
    images.ImageListSetIcon(reinterpret_cast<LONG_PTR*>(icon), kind);
    DestroyIcon(icon);
  }
}

}  // namespace kontor::admin
