// SPDX-License-Identifier: GPL-3.0-or-later
// One page of a property sheet or wizard, or one dialog: what stands on it and what it does. Errors
// are shown in a line of the page itself, never in a box that waits.
#pragma once
#include <windows.h>
// prsht.h needs what stands above.
#include <prsht.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin-mmc/forms/template.hpp"

namespace kontor::admin {

class Page {
 public:
  virtual ~Page() = default;
  virtual std::wstring title() const = 0;
  virtual std::vector<Field> fields() const = 0;

  // The window is there: puts values in. May throw: what it says is shown.
  virtual void fill() {}
  // A button, box or choice was used, or a line of a table chosen.
  virtual void used(int id) {}
  // OK or Apply (a page: only when something was changed), or Next. False: the page stays, since
  // complain() said why. May throw: then it stays, too.
  virtual bool apply() { return true; }

  // Of the window that shows it; for the functions below that show pages.
  INT_PTR message(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

 protected:
  HWND window() const { return window_; }
  void set(int id, const std::wstring& text);
  std::wstring get(int id) const;
  void set_checked(int id, bool on);
  bool checked(int id) const;
  void set_choice(int id, int index);
  int choice(int id) const;
  void set_rows(int id, const std::vector<std::vector<std::wstring>>& rows);
  int selected_row(int id) const;  // -1: none
  void enable(int id, bool on);
  // From now on apply() is called by OK and Apply.
  void changed();
  // Shows a sentence at the foot of the page; empty: takes it away.
  void complain(const std::wstring& text);

 private:
  void start(HWND window);
  bool try_apply();
  void command(int id, int notice);
  INT_PTR notice(NMHDR& header);

  HWND window_ = nullptr;
  bool filling_ = false, changed_ = false;
};

// Tells the console that something was changed and lets its handle go, once, at the end of a sheet.
class SheetNotice {
 public:
  explicit SheetNotice(LONG_PTR handle) : handle_(handle) {}
  ~SheetNotice();
  SheetNotice(const SheetNotice&) = delete;
  SheetNotice& operator=(const SheetNotice&) = delete;
  void changed(LPARAM what) const;

 private:
  LONG_PTR handle_;
};

// A page for IPropertySheetCallback::AddPage or a shell extension; it owns `page`.
HPROPSHEETPAGE make_page(std::unique_ptr<Page> page);
// Shows it till it is closed; true: by OK, and apply() was content.
bool run_dialog(HWND parent, Page& page);
// The same with several pages one after the other.
bool run_wizard(HWND parent, const std::wstring& title, std::vector<std::unique_ptr<Page>> pages);

}  // namespace kontor::admin
