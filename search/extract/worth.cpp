// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/worth.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::search {
namespace {

using namespace std::string_view_literals;

// Endings of names whose files have text, and of those that have none.
constexpr std::array k_readable{
    "pdf"sv,  "doc"sv,   "docx"sv, "docm"sv, "dotx"sv, "xls"sv,  "xlsx"sv,  "xlsm"sv, "xltx"sv,
    "ppt"sv,  "pptx"sv,  "pptm"sv, "ppsx"sv, "odt"sv,  "ods"sv,  "odp"sv,   "odg"sv,  "ott"sv,
    "fodt"sv, "fods"sv,  "fodp"sv, "rtf"sv,  "htm"sv,  "html"sv, "xhtml"sv, "xml"sv,  "txt"sv,
    "text"sv, "log"sv,   "csv"sv,  "tsv"sv,  "md"sv,   "json"sv, "ics"sv,   "vcf"sv,  "eml"sv,
    "mht"sv,  "mhtml"sv, "msg"sv,  "zip"sv,  "7z"sv,   "rar"sv,  "tar"sv,   "gz"sv,   "tgz"sv,
    "bz2"sv,  "tbz"sv,   "xz"sv,   "txz"sv,  "zst"sv,  "dat"sv};
constexpr std::array k_silent{"png"sv,  "jpg"sv,  "jpeg"sv, "gif"sv,  "bmp"sv,  "tif"sv, "tiff"sv,
                              "webp"sv, "heic"sv, "ico"sv,  "psd"sv,  "mp3"sv,  "wav"sv, "ogg"sv,
                              "flac"sv, "m4a"sv,  "aac"sv,  "mp4"sv,  "avi"sv,  "mov"sv, "mkv"sv,
                              "webm"sv, "wmv"sv,  "exe"sv,  "dll"sv,  "msi"sv,  "iso"sv, "sig"sv,
                              "p7s"sv,  "asc"sv,  "ttf"sv,  "woff"sv, "woff2"sv};

constexpr std::array k_silent_types{
    "application/pgp-signature"sv,     "application/pkcs7-signature"sv,
    "application/x-pkcs7-signature"sv, "application/pkcs7-mime"sv,
    "application/x-pkcs7-mime"sv,      "application/x-msdownload"sv,
    "application/x-msdos-program"sv};

template <std::size_t Size>
bool has(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::ranges::any_of(words, [&](std::string_view one) { return iequals(one, word); });
}

}  // namespace

bool is_worth_reading(std::string_view media_type, std::string_view file_name) {
  if (const auto dot = file_name.rfind('.'); dot != std::string_view::npos) {
    const auto ending = file_name.substr(dot + 1);
    if (has(k_readable, ending)) return true;
    if (has(k_silent, ending)) return false;
  }
  for (const auto family : {"image/", "audio/", "video/", "font/", "model/"})
    if (istarts_with(media_type, family)) return istarts_with(media_type, "image/svg");
  return !has(k_silent_types, media_type);
}

}  // namespace kontor::search
