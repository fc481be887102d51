// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/tab/object_name.hpp"

#include <dsclient.h>

#include <cstddef>
#include <cstring>

#include "admin-mmc/base/text.hpp"

namespace kontor::admin {
namespace {

// The bytes of one format; empty: the object does not have it.
std::string block_of(IDataObject* data, const wchar_t* name) {
  FORMATETC format{static_cast<CLIPFORMAT>(RegisterClipboardFormatW(name)), nullptr,
                   DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
  STGMEDIUM medium{};
  if (FAILED(data->GetData(&format, &medium))) return {};
  std::string bytes;
  if (medium.tymed == TYMED_HGLOBAL && medium.hGlobal) {
    if (const void* memory = GlobalLock(medium.hGlobal)) {
      bytes.assign(static_cast<const char*>(memory), GlobalSize(medium.hGlobal));
      GlobalUnlock(medium.hGlobal);
    }
  }
  ReleaseStgMedium(&medium);
  return bytes;
}

// The text at an offset, which ends inside the block; 0 is no text.
std::optional<std::wstring> text_at(const std::string& bytes, DWORD offset) {
  if (offset == 0 || offset >= bytes.size()) return std::nullopt;
  std::wstring text;
  for (std::size_t at = offset; at + sizeof(wchar_t) <= bytes.size(); at += sizeof(wchar_t)) {
    wchar_t letter = 0;
    std::memcpy(&letter, bytes.data() + at, sizeof letter);
    if (letter == 0) return text;
    text += letter;
  }
  return std::nullopt;
}

std::optional<ObjectKind> kind_of(const std::wstring& type) {
  if (same_text(type, L"user") || same_text(type, L"inetOrgPerson")) return ObjectKind::user;
  if (same_text(type, L"group")) return ObjectKind::group;
  if (same_text(type, L"contact")) return ObjectKind::contact;
  return std::nullopt;
}

std::wstring controller_of(IDataObject* data) {
  const std::string bytes = block_of(data, CFSTR_DS_DISPLAY_SPEC_OPTIONS);
  DSDISPLAYSPECOPTIONS options{};
  if (bytes.size() < sizeof options) return {};
  std::memcpy(&options, bytes.data(), sizeof options);
  if (!(options.dwFlags & DSDSOF_HASUSERANDSERVERINFO)) return {};
  return text_at(bytes, options.offsetServer).value_or(std::wstring());
}

}  // namespace

std::optional<ObjectName> parse_path(const std::wstring& path) {
  std::wstring rest = path;
  bool named = false;
  for (const wchar_t* scheme : {L"LDAP://", L"GC://"}) {
    if (begins(rest, scheme)) {
      rest.erase(0, std::wstring_view(scheme).size());
      named = true;
      break;
    }
  }
  if (!named) return std::nullopt;
  ObjectName name;
  // A name of an object has "=" before its first "/" that is not escaped; a controller has none.
  const auto slash = rest.find(L'/');
  if (slash != rest.npos && rest.substr(0, slash).find(L'=') == rest.npos) {
    name.controller = rest.substr(0, rest.find_first_of(L":/"));
    rest.erase(0, slash + 1);
  }
  // ADSI writes "/" in a name as "\/", which LDAP does not.
  for (std::size_t at = rest.find(L"\\/"); at != rest.npos; at = rest.find(L"\\/", at + 1)) {
    if (at == 0 || rest[at - 1] != L'\\') rest.erase(at, 1);
  }
  if (rest.find(L'=') == rest.npos) return std::nullopt;
  name.dn = rest;
  return name;
}

std::optional<ObjectName> object_of(IDataObject* data) {
  if (!data) return std::nullopt;
  const std::string bytes = block_of(data, CFSTR_DSOBJECTNAMES);
  DSOBJECTNAMES names{};
  if (bytes.size() < sizeof names) return std::nullopt;
  std::memcpy(&names, bytes.data(), sizeof names);
  if (names.cItems != 1) return std::nullopt;
  const auto path = text_at(bytes, names.aObjects[0].offsetName);
  const auto type = text_at(bytes, names.aObjects[0].offsetClass);
  if (!path || !type) return std::nullopt;
  auto name = parse_path(*path);
  const auto kind = kind_of(*type);
  if (!name || !kind) return std::nullopt;
  name->kind = *kind;
  if (name->controller.empty()) name->controller = controller_of(data);
  return name;
}

}  // namespace kontor::admin
