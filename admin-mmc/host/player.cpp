// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/host/player.hpp"

#include <stdexcept>

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/host/directory_object.hpp"
#include "admin-mmc/host/windows.hpp"

namespace kontor::admin::host {
namespace {

Player* playing = nullptr;

void must(HRESULT result, const char* what) {
  if (SUCCEEDED(result)) return;
  char text[160];
  std::snprintf(text, sizeof text, "%s: 0x%08lx", what, static_cast<unsigned long>(result));
  throw std::runtime_error(text);
}

}  // namespace

Player::Player(const std::wstring& file, HWND window) {
  if (!file.empty()) {
    library_ = LoadLibraryW(file.c_str());
    if (!library_)
      std::fprintf(stderr, "LoadLibrary %s: %lu\n", narrow(file).c_str(), GetLastError());
  }
  auto console = make_object<Console>();
  console_raw_ = console.get();
  console_ = ComPointer<IConsole2>(console.get());
  console_raw_->window = window;
  playing = this;
}

Player::~Player() { playing = nullptr; }

template <class Interface>
ComPointer<Interface> Player::create(const CLSID& id) {
  ComPointer<Interface> made;
  if (!library_) {
    must(CoCreateInstance(id, nullptr, CLSCTX_INPROC_SERVER, iid_of<Interface>(),
                          reinterpret_cast<void**>(made.out())),
         "CoCreateInstance");
    return made;
  }
  using Entry = HRESULT WINAPI(REFCLSID, REFIID, void**);
  const auto entry = reinterpret_cast<Entry*>(GetProcAddress(library_, "DllGetClassObject"));
  if (!entry) throw std::runtime_error("the library has no DllGetClassObject");
  ComPointer<IClassFactory> factory;
  must(entry(id, iid_of<IClassFactory>(), reinterpret_cast<void**>(factory.out())),
       "DllGetClassObject");
  must(factory->CreateInstance(nullptr, iid_of<Interface>(), reinterpret_cast<void**>(made.out())),
       "CreateInstance");
  return made;
}

void Player::start() {
  if (data_) return;
  data_ = create<IComponentData>(snapin_class);
  must(data_->Initialize(console_.get()), "IComponentData::Initialize");
  must(data_->CreateComponent(view_.out()), "CreateComponent");
  must(view_->Initialize(console_.get()), "IComponent::Initialize");
  console_raw_->update = [this](LPARAM data, LONG_PTR hint) {
    view_->Notify(nullptr, MMCN_VIEW_CHANGE, data, hint);
  };
  // The static node is the console's own.
  SCOPEDATAITEM item{};
  item.mask = SDI_STR | SDI_PARAM;
  item.displayname = reinterpret_cast<LPOLESTR>(-1);
  console_raw_->InsertItem(&item);
  root_ = item.ID;
}

Json Player::run(const Json& asked) {
  const std::string what = asked.value("do", "");
  if (what == "about") return about();
  if (what == "window") return {{"dialog", top_dialog()}};
  if (what == "set") return {{"done", set_control(asked)}};
  if (what == "press") return {{"done", press(asked.value("control", 0))}};
  if (what == "page") return {{"done", show_page(asked.value("page", 0))}};
  if (what == "button") return {{"done", sheet_button(asked.value("button", 0))}};
  if (what == "close") return close_top(), Json{{"done", true}};
  if (what == "answer") {
    console_raw_->answer = asked.value("yes", true) ? IDYES : IDNO;
    return Json{{"done", true}};
  }
  if (what == "messages") {
    Json all = Json::array();
    for (const auto& one : console_raw_->said) all.push_back(narrow(one));
    console_raw_->said.clear();
    return {{"messages", all}};
  }
  if (what == "tab") return tab(asked);
  start();
  if (what == "tree") return tree();
  if (what == "expand") return expand(asked);
  if (what == "select") return select(asked);
  if (what == "rows") return rows(asked);
  if (what == "choose") return choose(asked);
  if (what == "menu") return menu();
  if (what == "command") return command(asked);
  if (what == "sheet") return sheet();
  if (what == "save") return save();
  if (what == "load") return load(asked);
  if (what == "sort") {
    auto owner = ComPointer<IResultOwnerData>::of(view_.get());
    const DWORD options = asked.value("descending", false) ? RSI_DESCENDING : 0;
    must(owner->SortItems(asked.value("column", 0), options, 0), "SortItems");
    return {{"count", console_raw_->row_count}};
  }
  if (what == "refresh") {
    const auto object = selection();
    view_->Notify(object.get(), MMCN_REFRESH, shown_, 0);
    return {{"count", console_raw_->row_count}};
  }
  if (what == "delete") {
    const auto object = selection();
    view_->Notify(object.get(), MMCN_DELETE, 0, 0);
    return {{"count", console_raw_->row_count}};
  }
  throw std::runtime_error("what is " + what + "?");
}

Json Player::about() {
  const auto about = create<ISnapinAbout>(about_class);
  Json out;
  LPOLESTR text = nullptr;
  must(about->GetSnapinDescription(&text), "GetSnapinDescription");
  out["description"] = narrow(text);
  CoTaskMemFree(text);
  must(about->GetProvider(&text), "GetProvider");
  out["provider"] = narrow(text);
  CoTaskMemFree(text);
  must(about->GetSnapinVersion(&text), "GetSnapinVersion");
  out["version"] = narrow(text);
  CoTaskMemFree(text);
  HICON icon = nullptr;
  must(about->GetSnapinImage(&icon), "GetSnapinImage");
  ICONINFO info{};
  out["icon"] = GetIconInfo(icon, &info) != FALSE;
  DeleteObject(info.hbmColor);
  DeleteObject(info.hbmMask);
  HBITMAP images[3] = {};
  COLORREF mask = 0;
  must(about->GetStaticFolderImage(&images[0], &images[1], &images[2], &mask),
       "GetStaticFolderImage");
  out["images"] = images[0] && images[1] && images[2];
  return out;
}

std::wstring Player::name_of(const ScopeItem& item) {
  if (!item.name.empty()) return item.name;
  SCOPEDATAITEM asked{};
  asked.mask = SDI_STR;
  asked.lParam = item.cookie;
  data_->GetDisplayInfo(&asked);
  return asked.displayname ? asked.displayname : L"";
}

Json Player::tree() {
  Json all = Json::array();
  for (const auto& [id, item] : console_raw_->items) {
    all.push_back({{"id", id},
                   {"parent", item.parent},
                   {"name", narrow(name_of(item))},
                   {"expanded", item.expanded},
                   {"may_have_children", item.may_have_children}});
  }
  return {{"tree", all}, {"icons", console_raw_->icons}};
}

// A path is a list of beginnings of names below the static node.
HSCOPEITEM Player::find_item(const Json& path) {
  HSCOPEITEM at = root_;
  for (const auto& step : path) {
    HSCOPEITEM found = 0;
    for (const auto& [id, item] : console_raw_->items) {
      if (item.parent == at && begins(name_of(item), wide(step.get<std::string>()))) found = id;
    }
    if (!found) throw std::runtime_error("no node " + step.get<std::string>());
    at = found;
  }
  return at;
}

Json Player::expand(const Json& asked) {
  const HSCOPEITEM item = find_item(asked.value("path", Json::array()));
  ComPointer<IDataObject> object;
  must(data_->QueryDataObject(console_raw_->items[item].cookie, CCT_SCOPE, object.out()),
       "QueryDataObject");
  const HRESULT done = data_->Notify(object.get(), MMCN_EXPAND, TRUE, item);
  console_raw_->items[item].expanded = done == S_OK;
  Json out = tree();
  out["done"] = done == S_OK;
  return out;
}

void Player::show(HSCOPEITEM item) {
  ComPointer<IDataObject> object;
  if (shown_ && console_raw_->items.contains(shown_)) {
    data_->QueryDataObject(console_raw_->items[shown_].cookie, CCT_SCOPE, object.out());
    view_->Notify(object.get(), MMCN_SHOW, FALSE, shown_);
  }
  console_raw_->columns.clear();
  console_raw_->row_count = 0;
  console_raw_->selected.clear();
  console_raw_->description.clear();
  shown_ = item;
  const MMC_COOKIE cookie = console_raw_->items[item].cookie;
  LPOLESTR type = nullptr;
  LONG options = 0;
  view_->GetResultViewType(cookie, &type, &options);
  must(data_->QueryDataObject(cookie, CCT_SCOPE, object.out()), "QueryDataObject");
  view_->Notify(object.get(), MMCN_ADD_IMAGES,
                reinterpret_cast<LPARAM>(static_cast<::IImageList*>(console_raw_)), item);
  view_->Notify(object.get(), MMCN_SHOW, TRUE, item);
  view_->Notify(object.get(), MMCN_SELECT, MAKELONG(TRUE, TRUE), 0);
}

Json Player::select(const Json& asked) {
  show(find_item(asked.value("path", Json::array())));
  return rows(asked);
}

Json Player::rows(const Json& asked) {
  if (console_raw_->wanted) {
    const HSCOPEITEM item = std::exchange(console_raw_->wanted, 0);
    show(item);
  }
  Json columns = Json::array();
  for (const auto& column : console_raw_->columns) columns.push_back(narrow(column.title));
  Json rows = Json::array();
  const int first = asked.value("from", 0);
  const int last = std::min(console_raw_->row_count, first + asked.value("count", 50));
  for (int i = first; i < last; ++i) {
    Json cells = Json::array();
    for (std::size_t j = 0; j < console_raw_->columns.size(); ++j) {
      RESULTDATAITEM item{};
      item.mask = RDI_STR;
      item.nIndex = i;
      item.nCol = static_cast<int>(j);
      view_->GetDisplayInfo(&item);
      cells.push_back(item.str ? narrow(item.str) : "");
    }
    rows.push_back(std::move(cells));
  }
  return {{"node", narrow(name_of(console_raw_->items[shown_]))},
          {"columns", columns},
          {"rows", rows},
          {"count", console_raw_->row_count},
          {"description", narrow(console_raw_->description)}};
}

// What is chosen now: rows when there are some, else the node.
ComPointer<IDataObject> Player::selection() {
  ComPointer<IDataObject> object;
  const auto& rows = console_raw_->selected;
  if (rows.size() > 1) {
    must(view_->QueryDataObject(MMC_MULTI_SELECT_COOKIE, CCT_RESULT, object.out()),
         "QueryDataObject");
  } else if (rows.size() == 1) {
    must(view_->QueryDataObject(rows.front(), CCT_RESULT, object.out()), "QueryDataObject");
  } else {
    const HSCOPEITEM item = shown_ ? shown_ : root_;
    must(data_->QueryDataObject(console_raw_->items[item].cookie, CCT_SCOPE, object.out()),
         "QueryDataObject");
  }
  return object;
}

template <class Interface>
ComPointer<Interface> Player::extension() {
  IUnknown* owner = data_.get();
  if (!console_raw_->selected.empty()) owner = view_.get();
  auto found = ComPointer<Interface>::of(owner);
  if (!found) throw std::runtime_error("the snap-in has no such interface");
  return found;
}

Json Player::choose(const Json& asked) {
  console_raw_->selected = asked.value("rows", std::vector<int>());
  const auto object = selection();
  view_->Notify(object.get(), MMCN_SELECT, MAKELONG(console_raw_->selected.empty(), TRUE), 0);
  FORMATETC format{static_cast<CLIPFORMAT>(RegisterClipboardFormatW(CCF_SZNODETYPE)), nullptr,
                   DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
  STGMEDIUM medium{};
  std::string type;
  if (SUCCEEDED(object->GetData(&format, &medium))) {
    type = narrow(static_cast<const wchar_t*>(GlobalLock(medium.hGlobal)));
    GlobalUnlock(medium.hGlobal);
    ReleaseStgMedium(&medium);
  }
  return {{"properties", console_raw_->verbs[MMC_VERB_PROPERTIES] != 0},
          {"delete", console_raw_->verbs[MMC_VERB_DELETE] != 0},
          {"refresh", console_raw_->verbs[MMC_VERB_REFRESH] != 0},
          {"type", type}};
}

Json Player::menu() {
  const auto object = selection();
  console_raw_->menu.clear();
  LONG allowed = CCM_INSERTIONALLOWED_TOP | CCM_INSERTIONALLOWED_NEW | CCM_INSERTIONALLOWED_TASK |
                 CCM_INSERTIONALLOWED_VIEW;
  must(extension<IExtendContextMenu>()->AddMenuItems(object.get(), console_raw_, &allowed),
       "AddMenuItems");
  Json items = Json::array();
  for (const auto& item : console_raw_->menu)
    items.push_back({{"name", narrow(item.name)}, {"hint", narrow(item.hint)}});
  return {{"menu", items}};
}

Json Player::command(const Json& asked) {
  menu();
  const std::wstring name = wide(asked.value("name", ""));
  for (const auto& item : console_raw_->menu) {
    if (!same_text(item.name, name)) continue;
    const auto object = selection();
    must(extension<IExtendContextMenu>()->Command(item.command, object.get()), "Command");
    return {{"done", true}};
  }
  throw std::runtime_error("no such command");
}

Json Player::sheet() {
  const auto object = selection();
  const auto sheets = extension<IExtendPropertySheet>();
  if (sheets->QueryPagesFor(object.get()) != S_OK) return {{"done", false}};
  ++handles_;
  must(sheets->CreatePropertyPages(console_raw_, 1, object.get()), "CreatePropertyPages");
  return {{"done", open_sheet(*console_raw_, L"Properties")}};
}

Json Player::save() {
  const auto stored = ComPointer<IPersistStream>::of(data_.get());
  ComPointer<IStream> stream;
  must(CreateStreamOnHGlobal(nullptr, TRUE, stream.out()), "CreateStreamOnHGlobal");
  Json out{{"dirty", stored->IsDirty() == S_OK}};
  must(stored->Save(stream.get(), TRUE), "Save");
  out["dirty_after"] = stored->IsDirty() == S_OK;
  HGLOBAL memory = nullptr;
  GetHGlobalFromStream(stream.get(), &memory);
  STATSTG state{};
  stream->Stat(&state, STATFLAG_NONAME);
  out["text"] = std::string(static_cast<const char*>(GlobalLock(memory)) + sizeof(ULONG),
                            static_cast<std::size_t>(state.cbSize.QuadPart) - sizeof(ULONG));
  GlobalUnlock(memory);
  return out;
}

Json Player::load(const Json& asked) {
  const auto stored = ComPointer<IPersistStream>::of(data_.get());
  ComPointer<IStream> stream;
  must(CreateStreamOnHGlobal(nullptr, TRUE, stream.out()), "CreateStreamOnHGlobal");
  const std::string text = asked.value("text", "");
  const ULONG size = asked.value("size", static_cast<ULONG>(text.size()));
  stream->Write(&size, sizeof size, nullptr);
  stream->Write(text.data(), static_cast<ULONG>(text.size()), nullptr);
  stream->Seek({}, STREAM_SEEK_SET, nullptr);
  return {{"done", stored->Load(stream.get()) == S_OK}};
}

// The sheet of an object of the directory, with the pages that extensions have for it.
Json Player::tab(const Json& asked) {
  const auto object = make_directory_object(asked);
  if (asked.value("shell", false)) {
    const auto shell = create<IShellExtInit>(mail_tab_class);
    if (FAILED(shell->Initialize(nullptr, object.get(), nullptr))) return {{"done", false}};
    const auto pages = ComPointer<IShellPropSheetExt>::of(shell.get());
    const auto add = [](HPROPSHEETPAGE page, LPARAM console) -> WINBOOL {
      reinterpret_cast<Console*>(console)->pages.push_back(page);
      return TRUE;
    };
    must(pages->AddPages(add, reinterpret_cast<LPARAM>(console_raw_)), "AddPages");
  } else {
    for (const CLSID& id : extensions_of(asked)) {
      const auto pages = create<IExtendPropertySheet>(id);
      if (pages->QueryPagesFor(object.get()) != S_OK) return {{"done", false}};
      must(pages->CreatePropertyPages(console_raw_, 0, object.get()), "CreatePropertyPages");
    }
  }
  const bool any = !console_raw_->pages.empty();
  return {{"done", any && open_sheet(*console_raw_, wide(asked.value("dn", "")))}};
}

// The extensions that the registry has for sheets of this type of node; of a library that is not
// registered, its own.
std::vector<CLSID> Player::extensions_of(const Json& asked) {
  if (library_) return {mail_tab_class};
  std::vector<CLSID> found;
  const std::wstring key = L"SOFTWARE\\Microsoft\\MMC\\NodeTypes\\" +
                           wide(asked.value("node_type", "")) + L"\\Extensions\\PropertySheet";
  HKEY opened = nullptr;
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key.c_str(), 0, KEY_READ, &opened) != ERROR_SUCCESS)
    return found;
  wchar_t name[64];
  for (DWORD i = 0, size = std::size(name);
       RegEnumValueW(opened, i, name, &size, nullptr, nullptr, nullptr, nullptr) == ERROR_SUCCESS;
       ++i, size = std::size(name)) {
    CLSID id;
    if (SUCCEEDED(CLSIDFromString(name, &id))) found.push_back(id);
  }
  RegCloseKey(opened);
  return found;
}

Json Player::leave() {
  if (view_) view_->Destroy(0);
  view_ = nullptr;
  if (data_) data_->Destroy();
  data_ = nullptr;
  console_raw_->update = nullptr;
  Json out{{"handles_left", handles_}};
  // One reference is our own.
  console_raw_->AddRef();
  out["references_left"] = static_cast<int>(console_raw_->Release()) - 1;
  using Entry = HRESULT WINAPI();
  const HMODULE loaded = library_ ? library_ : GetModuleHandleW(L"kontor-admin.dll");
  const auto entry =
      loaded ? reinterpret_cast<Entry*>(GetProcAddress(loaded, "DllCanUnloadNow")) : nullptr;
  out["can_unload"] = entry && entry() == S_OK;
  return out;
}

void Player::property_change(LPARAM what) {
  if (data_) data_->Notify(nullptr, MMCN_PROPERTY_CHANGE, FALSE, what);
}

}  // namespace kontor::admin::host

// What pages find in the library of the console; here in the program that plays it.
extern "C" __declspec(dllexport) HRESULT WINAPI MMCPropertyChangeNotify(LONG_PTR, LPARAM what) {
  if (kontor::admin::host::playing) kontor::admin::host::playing->property_change(what);
  return S_OK;
}

extern "C" __declspec(dllexport) HRESULT WINAPI MMCFreeNotifyHandle(LONG_PTR) {
  if (kontor::admin::host::playing) kontor::admin::host::playing->free_handle();
  return S_OK;
}
