// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of the snap-in share: the tree, the servers, and the console that shows them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "admin-mmc/base/com.hpp"
#include "admin-mmc/console/lists.hpp"

namespace kontor::admin {

// A node of the tree; its address is its cookie. The top of the tree has the cookie 0.
struct Node {
  Kind kind = Kind::root;
  std::wstring name;
  std::shared_ptr<Api> api;  // of a server and all below it
  HSCOPEITEM item = 0;
  Node* parent = nullptr;
  std::vector<std::unique_ptr<Node>> children;
  std::string question;  // members that the message trace is asked with
  std::wstring filter;   // of its list
};

// What a menu, a sheet or a notice is about: a node, or rows of its list.
struct Selection {
  Node* node = nullptr;
  bool rows_chosen = false;
  std::vector<Json> rows;
};

// Of UpdateAllViews: what the views do.
enum class Change : LONG_PTR { reload = 1 };

class Snapin {
 public:
  Snapin();

  void attach(IUnknown* console);
  void detach();
  IConsole2* console() const { return console_.get(); }
  IConsoleNameSpace2* names() const { return names_.get(); }
  HWND window() const;

  Node& root() { return root_; }
  Node* node_of(MMC_COOKIE cookie);
  // Puts the children of a node into the tree. A server is asked for all of them at once.
  void expand(Node& node, HSCOPEITEM item);
  // The counts behind the names of a server's children, again.
  void recount(Node& server);
  void collapse(Node& node);
  Node* add_server(const Server& server);
  void remove_server(Node& node);
  Node* child(Node& server, Kind kind);

  // Lists of this node are read again wherever they are shown; nullptr: all.
  void reload(Node* node);
  void show_error(const std::exception& error) const;
  bool confirm(const std::wstring& question) const;

  bool dirty() const { return dirty_; }
  std::string saved() const;
  void restore(const std::string& text);
  void clean() { dirty_ = false; }

 private:
  Json ask_tree(Node& server);
  void insert(Node& node, HSCOPEITEM parent, bool has_children);

  ComPointer<IConsole2> console_;
  ComPointer<IConsoleNameSpace2> names_;
  Node root_;
  bool dirty_ = false;
};

// In the order of their image in the strip of icons.
int icon_of(Kind kind);

}  // namespace kontor::admin
