// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/text.hpp"

#include <windows.h>

#include <array>
#include <cstdio>

#include "admin-mmc/base/words.hpp"

namespace kontor::admin {

std::wstring wide(std::string_view utf8) {
  if (utf8.empty()) return {};
  const int size = static_cast<int>(utf8.size());
  const int length = MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0);
  std::wstring text(length, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, text.data(), length);
  return text;
}

std::string narrow(std::wstring_view utf16) {
  if (utf16.empty()) return {};
  const int size = static_cast<int>(utf16.size());
  const int length =
      WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, nullptr, 0, nullptr, nullptr);
  std::string text(length, '\0');
  WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, text.data(), length, nullptr, nullptr);
  return text;
}

std::string percent(std::string_view text) {
  static constexpr std::string_view kept = "-._~";
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || kept.find(letter) != kept.npos;
    if (plain) {
      encoded += letter;
    } else {
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

std::wstring trimmed(std::wstring_view text) {
  static constexpr std::wstring_view blanks = L" \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return std::wstring(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::vector<std::wstring> parts(std::wstring_view text, std::wstring_view separators) {
  std::vector<std::wstring> found;
  while (!text.empty()) {
    const auto end = text.find_first_of(separators);
    if (auto part = trimmed(text.substr(0, end)); !part.empty()) found.push_back(std::move(part));
    text = end == text.npos ? std::wstring_view() : text.substr(end + 1);
  }
  return found;
}

std::wstring joined(const std::vector<std::wstring>& parts, std::wstring_view between) {
  std::wstring text;
  for (const auto& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

bool same_text(std::wstring_view one, std::wstring_view other) {
  return CompareStringOrdinal(one.data(), static_cast<int>(one.size()), other.data(),
                              static_cast<int>(other.size()), TRUE) == CSTR_EQUAL;
}

bool begins(std::wstring_view text, std::wstring_view with) {
  return text.size() >= with.size() && same_text(text.substr(0, with.size()), with);
}

std::wstring size_text(std::uint64_t bytes) {
  static constexpr std::array units = {Word::bytes, Word::kilobytes, Word::megabytes,
                                       Word::gigabytes, Word::terabytes};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  wchar_t text[64];
  const bool whole = unit == 0 || value == static_cast<double>(static_cast<std::uint64_t>(value));
  std::swprintf(text, std::size(text), whole ? L"%.0f %ls" : L"%.1f %ls", value, say(units[unit]));
  return text;
}

std::wstring age_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    Word word;
  };
  static constexpr std::array<Unit, 4> units = {
      {{86400, Word::days}, {3600, Word::hours}, {60, Word::minutes}, {1, Word::seconds}}};
  if (seconds < 0) seconds = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (seconds < units[i].seconds && i + 1 < units.size()) continue;
    std::wstring text = std::to_wstring(seconds / units[i].seconds) + L' ' + say(units[i].word);
    const std::int64_t rest = seconds % units[i].seconds;
    if (i < 2 && rest >= units[i + 1].seconds) {
      text += L' ' + std::to_wstring(rest / units[i + 1].seconds) + L' ' + say(units[i + 1].word);
    }
    return text;
  }
  return {};
}

std::wstring time_text(std::int64_t milliseconds) {
  ULARGE_INTEGER ticks;
  ticks.QuadPart = static_cast<ULONGLONG>(milliseconds + 11'644'473'600'000) * 10'000;
  const FILETIME file{ticks.LowPart, ticks.HighPart};
  SYSTEMTIME universal, local;
  if (!FileTimeToSystemTime(&file, &universal) ||
      !SystemTimeToTzSpecificLocalTime(nullptr, &universal, &local))
    return {};
  wchar_t text[32];
  std::swprintf(text, std::size(text), L"%04d-%02d-%02d %02d:%02d:%02d", local.wYear, local.wMonth,
                local.wDay, local.wHour, local.wMinute, local.wSecond);
  return text;
}

}  // namespace kontor::admin
