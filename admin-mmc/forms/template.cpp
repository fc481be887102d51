// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/forms/template.hpp"

#include <commctrl.h>

#include <algorithm>

#include "admin-mmc/base/words.hpp"

namespace kontor::admin {
namespace {

// In dialog units: a page as wide as those of Active Directory Users and Computers.
constexpr short width = 252, least_height = 218, margin = 7, label_width = 88, row = 16, line = 9;

class Builder {
 public:
  Builder(const std::wstring& title, bool dialog) {
    word(1);
    word(0xFFFF);  // DLGTEMPLATEEX, version 1
    dword(0);
    dword(WS_EX_CONTROLPARENT);
    dword(dialog ? DS_MODALFRAME | DS_SHELLFONT | DS_CENTER | WS_POPUP | WS_CAPTION | WS_SYSMENU
                 : DS_SHELLFONT | WS_CHILD | WS_CAPTION | WS_DISABLED);
    items_at_ = bytes_.size();
    word(0);
    word(0);
    word(0);
    size_at_ = bytes_.size();
    word(width);
    word(0);
    word(0);  // no menu
    word(0);  // the usual class
    text(title);
    word(8);
    word(FW_NORMAL);
    bytes_.insert(bytes_.end(), {0, DEFAULT_CHARSET});
    text(L"MS Shell Dlg");
  }

  void control(const wchar_t* type,
               int id,
               const std::wstring& caption,
               DWORD style,
               DWORD extended,
               short x,
               short y,
               short w,
               short h) {
    while (bytes_.size() % 4 != 0) bytes_.push_back(0);
    dword(0);
    dword(extended);
    dword(WS_CHILD | WS_VISIBLE | style);
    for (const short number : {x, y, w, h}) word(number);
    dword(id);
    text(type);
    text(caption);
    word(0);
    ++items_;
  }

  std::vector<BYTE> done(short height) {
    std::copy_n(reinterpret_cast<const BYTE*>(&items_), 2, bytes_.begin() + items_at_);
    std::copy_n(reinterpret_cast<const BYTE*>(&height), 2, bytes_.begin() + size_at_ + 2);
    return std::move(bytes_);
  }

 private:
  void word(int value) {
    bytes_.push_back(static_cast<BYTE>(value));
    bytes_.push_back(static_cast<BYTE>(value >> 8));
  }
  void dword(DWORD value) {
    word(static_cast<int>(value & 0xFFFF));
    word(static_cast<int>(value >> 16));
  }
  void text(const std::wstring& value) {
    for (const wchar_t letter : value) word(letter);
    word(0);
  }

  std::vector<BYTE> bytes_;
  std::size_t items_at_ = 0, size_at_ = 0;
  unsigned short items_ = 0;
};

// Adds one field at `y`; returns the height that it takes.
short add(Builder& builder, const Field& field, short y) {
  constexpr short all = width - 2 * margin, right = margin + label_width, rest = all - label_width;
  const auto label = [&] {
    builder.control(L"STATIC", -1, field.label, SS_LEFT, 0, margin, y + 2, label_width - 4, line);
  };
  switch (field.kind) {
    case Field::Kind::note:
      builder.control(L"STATIC", field.id ? field.id : -1, field.label, SS_LEFT | SS_NOPREFIX, 0,
                      margin, y, all, line * field.lines);
      return line * field.lines + 4;
    case Field::Kind::value:
    case Field::Kind::edit:
    case Field::Kind::password: {
      label();
      const bool shown = field.kind == Field::Kind::value;
      DWORD style = ES_AUTOHSCROLL | (shown ? ES_READONLY : WS_TABSTOP | WS_BORDER);
      if (field.kind == Field::Kind::password) style |= ES_PASSWORD;
      if (field.lines > 1) style = (style & ~ES_AUTOHSCROLL) | ES_MULTILINE | WS_VSCROLL;
      if (field.lines > 1 && !shown) style |= ES_WANTRETURN | ES_AUTOVSCROLL;
      const short height = field.lines > 1 ? line * field.lines + 4 : 12;
      builder.control(L"EDIT", field.id, L"", style, 0, right, y, rest, height);
      return std::max<short>(row, height + 4);
    }
    case Field::Kind::check:
      builder.control(L"BUTTON", field.id, field.label, BS_AUTOCHECKBOX | WS_TABSTOP, 0, margin, y,
                      all, 12);
      return row;
    case Field::Kind::choice:
      label();
      builder.control(L"COMBOBOX", field.id, L"", CBS_DROPDOWNLIST | WS_TABSTOP | WS_VSCROLL, 0,
                      right, y, rest, 80);
      return row;
    case Field::Kind::table:
      if (!field.label.empty()) {
        builder.control(L"STATIC", -1, field.label, SS_LEFT, 0, margin, y, all, line);
        y += line + 1;
      }
      builder.control(WC_LISTVIEWW, field.id, L"",
                      LVS_REPORT | LVS_SINGLESEL | LVS_SHOWSELALWAYS | LVS_NOSORTHEADER |
                          WS_TABSTOP | WS_BORDER,
                      0, margin, y, all, line * field.lines);
      return line * field.lines + 5 + (field.label.empty() ? 0 : line + 1);
    case Field::Kind::buttons: {
      short x = width - margin;
      for (std::size_t i = field.words.size(); i-- > 0;) {
        x -= 62;
        builder.control(L"BUTTON", field.id + static_cast<int>(i), field.words[i],
                        BS_PUSHBUTTON | WS_TABSTOP, 0, x, y, 58, 14);
      }
      return row + 2;
    }
    case Field::Kind::gap:
      return 6;
  }
  return 0;
}

}  // namespace

std::vector<BYTE> dialog_template(const std::wstring& title,
                                  const std::vector<Field>& fields,
                                  bool dialog) {
  Builder builder(title, dialog);
  short y = margin;
  for (const Field& field : fields) y += add(builder, field, y);
  if (!dialog) y = std::max<short>(y, least_height - margin - 2 * line);
  builder.control(L"STATIC", complaint_id, L"", SS_LEFT | SS_NOPREFIX, 0, margin, y,
                  width - 2 * margin, 2 * line);
  y += 2 * line + 2;
  if (dialog) {
    builder.control(L"BUTTON", IDOK, say(Word::ok), BS_DEFPUSHBUTTON | WS_TABSTOP, 0,
                    width - margin - 116, y, 54, 14);
    builder.control(L"BUTTON", IDCANCEL, say(Word::cancel), BS_PUSHBUTTON | WS_TABSTOP, 0,
                    width - margin - 58, y, 58, 14);
    y += 14;
  }
  return builder.done(y + margin);
}

}  // namespace kontor::admin
