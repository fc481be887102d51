// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/snapin.hpp"

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/console/dialogs.hpp"

namespace kontor::admin {
namespace {

// "Mailboxes (12)", or without a number when the server does not say it.
std::wstring counted(const List& list, const Json& tree) {
  std::wstring name = say(list.title);
  const Json* counts = &tree;
  if (tree.is_object() && tree.contains("counts")) counts = &tree["counts"];
  if (counts->is_object() && counts->contains(list.count) && (*counts)[list.count].is_number())
    name += L" (" + std::to_wstring(number_of(*counts, list.count)) + L")";
  return name;
}

}  // namespace

Snapin::Snapin() {
  root_.name = say(Word::product);
  for (const Server& server : registry_servers()) add_server(server);
  dirty_ = false;
}

void Snapin::attach(IUnknown* console) {
  console_ = ComPointer<IConsole2>::of(console);
  names_ = ComPointer<IConsoleNameSpace2>::of(console);
}

void Snapin::detach() {
  console_ = nullptr;
  names_ = nullptr;
}

HWND Snapin::window() const {
  HWND window = nullptr;
  if (console_) console_->GetMainWindow(&window);
  return window;
}

Node* Snapin::node_of(MMC_COOKIE cookie) {
  return cookie == 0 ? &root_ : reinterpret_cast<Node*>(cookie);
}

void Snapin::insert(Node& node, HSCOPEITEM parent, bool has_children) {
  SCOPEDATAITEM item{};
  item.mask = SDI_STR | SDI_PARAM | SDI_IMAGE | SDI_OPENIMAGE | SDI_CHILDREN | SDI_PARENT;
  item.displayname = reinterpret_cast<LPOLESTR>(-1);  // asked for: GetDisplayInfo
  item.nImage = item.nOpenImage = icon_of(node.kind);
  item.lParam = reinterpret_cast<LPARAM>(&node);
  item.cChildren = has_children ? 1 : 0;
  item.relativeID = parent;
  if (names_ && SUCCEEDED(names_->InsertItem(&item))) node.item = item.ID;
}

Json Snapin::ask_tree(Node& server) {
  for (;;) {
    try {
      return server.api->get("/overview");
    } catch (const ApiError& error) {
      if (error.status() != 401 || !ask_sign_in(window(), *server.api, error.text())) throw;
    }
  }
}

void Snapin::expand(Node& node, HSCOPEITEM item) {
  node.item = item;
  if (node.kind == Kind::root) {
    for (auto& server : node.children) insert(*server, item, true);
    return;
  }
  if (node.kind != Kind::server) return;
  node.children.clear();
  const Json tree = ask_tree(node);
  for (const Kind kind : kinds_of_server()) {
    auto child = std::make_unique<Node>();
    child->kind = kind;
    child->name = counted(*list_of(kind), tree);
    child->api = node.api;
    child->parent = &node;
    node.children.push_back(std::move(child));
    insert(*node.children.back(), item, false);
  }
}

void Snapin::recount(Node& server) {
  if (server.children.empty()) return;
  const Json tree = ask_tree(server);
  for (auto& child : server.children) {
    child->name = counted(*list_of(child->kind), tree);
    SCOPEDATAITEM item{};
    item.mask = SDI_STR;
    item.displayname = reinterpret_cast<LPOLESTR>(-1);
    item.ID = child->item;
    if (names_) names_->SetItem(&item);
  }
}

void Snapin::collapse(Node& node) {
  if (node.kind == Kind::server) node.children.clear();
}

Node* Snapin::add_server(const Server& server) {
  auto node = std::make_unique<Node>();
  node->kind = Kind::server;
  node->name = server.address();
  node->api = std::make_shared<Api>(server);
  node->parent = &root_;
  root_.children.push_back(std::move(node));
  dirty_ = true;
  Node& added = *root_.children.back();
  if (root_.item) insert(added, root_.item, true);
  return &added;
}

void Snapin::remove_server(Node& node) {
  if (names_ && node.item) names_->DeleteItem(node.item, TRUE);
  std::erase_if(root_.children, [&](const auto& one) { return one.get() == &node; });
  dirty_ = true;
}

Node* Snapin::child(Node& server, Kind kind) {
  for (auto& one : server.children) {
    if (one->kind == kind) return one.get();
  }
  return nullptr;
}

void Snapin::reload(Node* node) {
  if (console_)
    console_->UpdateAllViews(nullptr, reinterpret_cast<LPARAM>(node),
                             static_cast<LONG_PTR>(Change::reload));
}

void Snapin::show_error(const std::exception& error) const {
  int pressed = 0;
  if (console_)
    console_->MessageBox(error_text(error).c_str(), say(Word::product), MB_OK | MB_ICONWARNING,
                         &pressed);
}

bool Snapin::confirm(const std::wstring& question) const {
  int pressed = 0;
  if (console_)
    console_->MessageBox(question.c_str(), say(Word::product), MB_YESNO | MB_ICONQUESTION,
                         &pressed);
  return pressed == IDYES;
}

std::string Snapin::saved() const {
  Json servers = Json::array();
  for (const auto& node : root_.children) {
    const Server& server = node->api->server();
    servers.push_back({{"address", narrow(server.address())},
                       {"pin", narrow(server.trust.pin)},
                       {"ca_file", narrow(server.trust.ca_file)},
                       {"user", narrow(server.credentials.user)}});
  }
  return Json{{"version", 1}, {"servers", servers}}.dump();
}

void Snapin::restore(const std::string& text) {
  const Json saved = Json::parse(text, nullptr, false);
  if (!saved.is_object() || number_of(saved, "version") != 1 || !saved.contains("servers") ||
      !saved["servers"].is_array())
    return;
  root_.children.clear();
  for (const Json& one : saved["servers"]) {
    Server server;
    if (!parse_address(text_of(one, "address"), server)) continue;
    server.trust = {text_of(one, "pin"), text_of(one, "ca_file")};
    server.credentials.user = text_of(one, "user");
    add_server(server);
  }
  dirty_ = false;
}

int icon_of(Kind kind) { return static_cast<int>(kind); }

}  // namespace kontor::admin
