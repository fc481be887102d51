// SPDX-License-Identifier: GPL-3.0-or-later
// Dialogs are described by their rows and laid out here, so that one description serves every
// language: labels at the left, what is shown or entered at the right, tables over the full width.
#pragma once
#include <windows.h>

#include <string>
#include <vector>

namespace kontor::admin {

struct Field {
  enum class Kind {
    note,      // a sentence over the full width
    value,     // a label, and text that can be copied but not changed
    edit,      // a label, and a line to enter
    password,  // the same, unseen
    check,     // a box with its label
    choice,    // a label, and one of several words
    table,     // columns with their rows, over the full width
    buttons,   // `words` side by side; their ids count up from `id`
    gap        // some room
  };
  Kind kind = Kind::note;
  int id = 0;
  std::wstring label{};
  int lines = 1;                      // of a note, an edit field or a table
  std::vector<std::wstring> words{};  // columns, choices or buttons
  std::vector<int> widths{};          // of the columns, in hundredths of the table
};

// The line at the foot of every dialog that says what went wrong.
inline constexpr int complaint_id = 999;

// A DLGTEMPLATEEX. `dialog`: with OK and Cancel, for itself; else a page of a sheet or wizard.
std::vector<BYTE> dialog_template(const std::wstring& title,
                                  const std::vector<Field>& fields,
                                  bool dialog);

}  // namespace kontor::admin
