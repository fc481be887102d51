// SPDX-License-Identifier: GPL-3.0-or-later
// Does what a line asks for with the snap-in.
#pragma once
#include "admin-mmc/host/console.hpp"

namespace kontor::admin::host {

class Player {
 public:
  // `file`: the library; empty: COM finds it by its class.
  Player(const std::wstring& file, HWND window);
  ~Player();

  Json run(const Json& asked);
  // Lets everything go, as the console does at its end, and says what is left.
  Json leave();

  // MMCPropertyChangeNotify and MMCFreeNotifyHandle
  void property_change(LPARAM what);
  void free_handle() { --handles_; }

 private:
  template <class Interface>
  ComPointer<Interface> create(const CLSID& id);
  void start();
  Json about();
  Json tree();
  Json expand(const Json& asked);
  Json select(const Json& asked);
  Json rows(const Json& asked);
  Json choose(const Json& asked);
  Json menu();
  Json command(const Json& asked);
  Json sheet();
  Json tab(const Json& asked);
  std::vector<CLSID> extensions_of(const Json& asked);
  Json save();
  Json load(const Json& asked);
  void show(HSCOPEITEM item);
  std::wstring name_of(const ScopeItem& item);
  HSCOPEITEM find_item(const Json& path);
  ComPointer<IDataObject> selection();
  // The same extension of the object that MMC asks: the view's for rows, else the tree's.
  template <class Interface>
  ComPointer<Interface> extension();

  HMODULE library_ = nullptr;
  Console* console_raw_;
  ComPointer<IConsole2> console_;
  ComPointer<IComponentData> data_;
  ComPointer<IComponent> view_;
  HSCOPEITEM root_ = 0, shown_ = 0;
  int handles_ = 0;
};

}  // namespace kontor::admin::host
