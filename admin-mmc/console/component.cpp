// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/component.hpp"

#include "admin-mmc/base/text.hpp"
#include "admin-mmc/console/actions.hpp"
#include "admin-mmc/console/data_object.hpp"
#include "admin-mmc/console/icons.hpp"

namespace kontor::admin {

STDMETHODIMP Component::Initialize(LPCONSOLE console) {
  console_ = ComPointer<IConsole2>::of(console);
  result_ = ComPointer<IResultData>::of(console);
  header_ = ComPointer<IHeaderCtrl>::of(console);
  if (!console_ || !result_ || !header_) return E_NOINTERFACE;
  console_->SetHeader(header_.get());
  console_->QueryConsoleVerb(verbs_.out());
  return S_OK;
}

STDMETHODIMP Component::Notify(LPDATAOBJECT object,
                               MMC_NOTIFY_TYPE event,
                               LPARAM argument,
                               LPARAM parameter) {
  return guarded([&]() -> HRESULT {
    try {
      return notify(DataObject::selection_of(object), event, argument, parameter);
    } catch (const std::exception& error) {
      snapin_->show_error(error);
      return S_FALSE;
    }
  });
}

HRESULT Component::notify(const Selection* chosen,
                          MMC_NOTIFY_TYPE event,
                          LPARAM argument,
                          LPARAM parameter) {
  switch (event) {
    case MMCN_SHOW:
      if (!argument) {
        node_ = nullptr;
        rows_.reset();
      } else if (chosen && chosen->node) {
        show(*chosen->node);
      }
      return S_OK;
    case MMCN_SELECT:
      if (chosen) enable_verbs(*chosen, HIWORD(argument) != 0);
      return S_OK;
    case MMCN_ADD_IMAGES:
      put_icons(*reinterpret_cast<::IImageList*>(argument));
      return S_OK;
    case MMCN_REFRESH:
      if (chosen && chosen->node && chosen->node->kind == Kind::server)
        snapin_->recount(*chosen->node);
      load();
      return S_OK;
    case MMCN_VIEW_CHANGE: {
      // UpdateAllViews: `argument` is the node whose list is to be read again.
      const auto* changed = reinterpret_cast<const Node*>(argument);
      if (node_ && (!changed || changed == node_)) load();
      return S_OK;
    }
    case MMCN_PROPERTY_CHANGE:
      load();
      return S_OK;
    case MMCN_DELETE:
      if (chosen && can_delete(*chosen)) run_command(*snapin_, *chosen, admin::Command::remove);
      return S_OK;
    case MMCN_DBLCLICK:
      return S_FALSE;  // the default verb: properties
    default:
      return S_FALSE;
  }
}

STDMETHODIMP Component::Destroy(MMC_COOKIE) {
  rows_.reset();
  node_ = nullptr;
  verbs_ = nullptr;
  header_ = nullptr;
  result_ = nullptr;
  console_ = nullptr;
  return S_OK;
}

void Component::show(Node& node) {
  node_ = &node;
  rows_.reset();
  const List* list = list_of(node.kind);
  if (!list) {  // the console itself lists the children
    header_->InsertColumn(0, say(Word::name), LVCFMT_LEFT, 320);
    result_->SetDescBarText(const_cast<wchar_t*>(
        node.kind == Kind::root && node.children.empty() ? say(Word::no_servers) : L""));
    return;
  }
  int at = 0;
  for (const Column& column : list->columns) {
    const bool number = column.format == Format::number || column.format == Format::size;
    header_->InsertColumn(at++, say(column.title), number ? LVCFMT_RIGHT : LVCFMT_LEFT,
                          column.width);
  }
  rows_ = std::make_unique<Rows>(node.api, *list);
  load();
}

void Component::load() {
  if (!rows_ || !result_) return;
  rows_->more(node_->question);
  rows_->filter(node_->filter);
  std::wstring text;
  try {
    rows_->load();
    text = filled(Word::count_of_rows, {std::to_wstring(rows_->total())});
    if (!rows_->filter().empty()) text = filled(Word::with_filter, {text, rows_->filter()});
  } catch (const std::exception& error) {
    text = error_text(error);
  }
  result_->SetItemCount(static_cast<int>(rows_->total()), 0);
  result_->SetDescBarText(text.data());
}

void Component::enable_verbs(const Selection& chosen, bool selected) {
  if (!verbs_) return;
  const bool sheet = selected && has_sheet(chosen);
  const auto set = [&](MMC_CONSOLE_VERB verb, bool on) {
    verbs_->SetVerbState(verb, ENABLED, on);
    verbs_->SetVerbState(verb, HIDDEN, !on);
  };
  set(MMC_VERB_PROPERTIES, sheet);
  set(MMC_VERB_DELETE, selected && can_delete(chosen));
  set(MMC_VERB_REFRESH, selected && !chosen.rows_chosen);
  verbs_->SetDefaultVerb(sheet && chosen.rows_chosen ? MMC_VERB_PROPERTIES : MMC_VERB_OPEN);
}

std::vector<Json> Component::chosen_rows() {
  std::vector<Json> chosen;
  RESULTDATAITEM item{};
  item.mask = RDI_STATE;
  item.nIndex = -1;
  item.nState = LVIS_SELECTED;
  while (rows_ && result_->GetNextItem(&item) == S_OK && item.nIndex >= 0) {
    chosen.push_back(rows_->at(static_cast<unsigned>(item.nIndex)));
    item.mask = RDI_STATE;
    item.nState = LVIS_SELECTED;
  }
  return chosen;
}

STDMETHODIMP Component::QueryDataObject(MMC_COOKIE cookie,
                                        DATA_OBJECT_TYPES type,
                                        LPDATAOBJECT* object) {
  if (!object) return E_POINTER;
  return guarded([&] {
    Selection chosen{node_, true, {}};
    if (cookie == MMC_MULTI_SELECT_COOKIE) {
      chosen.rows = chosen_rows();
    } else if (type == CCT_RESULT && rows_) {  // of a virtual list: the place of the row
      chosen.rows.push_back(rows_->at(static_cast<unsigned>(cookie)));
    } else {
      chosen = {snapin_->node_of(cookie), false, {}};
    }
    *object = make_object<DataObject>(std::move(chosen)).detach();
    return S_OK;
  });
}

STDMETHODIMP Component::GetResultViewType(MMC_COOKIE cookie, LPOLESTR* type, LONG* options) {
  if (!type || !options) return E_POINTER;
  *type = nullptr;
  const bool list = list_of(snapin_->node_of(cookie)->kind) != nullptr;
  *options =
      list ? MMC_VIEW_OPTIONS_OWNERDATALIST | MMC_VIEW_OPTIONS_MULTISELECT : MMC_VIEW_OPTIONS_NONE;
  return S_FALSE;  // a list, of the console's own
}

STDMETHODIMP Component::GetDisplayInfo(RESULTDATAITEM* item) {
  if (!item) return E_POINTER;
  return guarded([&] {
    if (item->bScopeItem) {
      Node* node = snapin_->node_of(item->lParam);
      if (item->mask & RDI_STR) item->str = item->nCol == 0 ? node->name.data() : nullptr;
      if (item->mask & RDI_IMAGE) item->nImage = icon_of(node->kind);
      return S_OK;
    }
    const List* list = node_ ? list_of(node_->kind) : nullptr;
    if (!list || !rows_) return S_FALSE;
    if (item->mask & RDI_IMAGE) item->nImage = icon_of(node_->kind);
    if (item->mask & RDI_STR) {
      const Json& row = rows_->at(static_cast<unsigned>(item->nIndex));
      const bool known = item->nCol >= 0 && static_cast<size_t>(item->nCol) < list->columns.size();
      shown_ = known ? cell(row, list->columns[item->nCol]) : std::wstring();
      item->str = shown_.data();
    }
    return S_OK;
  });
}

STDMETHODIMP Component::CompareObjects(LPDATAOBJECT one, LPDATAOBJECT other) {
  const Selection* first = DataObject::selection_of(one);
  const Selection* second = DataObject::selection_of(other);
  return first && second && first->node == second->node && first->rows == second->rows ? S_OK
                                                                                       : S_FALSE;
}

// Typing in the list goes to the first row that begins so, among those after `nStart`.
STDMETHODIMP Component::FindItem(LPRESULTFINDINFO what, int* index) {
  if (!what || !index || !what->psz) return E_POINTER;
  return guarded([&] {
    const List* list = node_ ? list_of(node_->kind) : nullptr;
    if (!list || !rows_) return S_FALSE;
    constexpr unsigned farthest = 2000;  // rows that are asked of the server for it
    const unsigned first = static_cast<unsigned>(std::max(what->nStart, 0));
    for (unsigned i = first; i < rows_->total() && i < first + farthest; ++i) {
      if (begins(cell(rows_->at(i), list->columns[0]), what->psz)) {
        *index = static_cast<int>(i);
        return S_OK;
      }
    }
    return S_FALSE;
  });
}

STDMETHODIMP Component::CacheHint(int first, int last) {
  return guarded([&] {
    if (rows_ && first >= 0 && last >= first) {
      rows_->at(static_cast<unsigned>(first));
      rows_->at(static_cast<unsigned>(last));
    }
    return S_OK;
  });
}

STDMETHODIMP Component::SortItems(int column, DWORD options, LPARAM) {
  return guarded([&]() -> HRESULT {
    const List* list = node_ ? list_of(node_->kind) : nullptr;
    if (!rows_ || !list || !list->ordered) return S_FALSE;
    rows_->sort(column, (options & RSI_DESCENDING) != 0);
    load();
    return S_OK;
  });
}

STDMETHODIMP Component::AddMenuItems(LPDATAOBJECT object,
                                     LPCONTEXTMENUCALLBACK callback,
                                     LONG* allowed) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen || !callback || !allowed) return S_FALSE;
  return guarded([&] { return add_menu_items(*chosen, callback, *allowed); });
}

STDMETHODIMP Component::Command(LONG command, LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen) return S_FALSE;
  return guarded([&] {
    run_command(*snapin_, *chosen, static_cast<admin::Command>(command));
    return S_OK;
  });
}

STDMETHODIMP Component::CreatePropertyPages(LPPROPERTYSHEETCALLBACK callback,
                                            LONG_PTR handle,
                                            LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen || !callback) return S_FALSE;
  return guarded([&] { return add_pages(*snapin_, *chosen, callback, handle); });
}

STDMETHODIMP Component::QueryPagesFor(LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  return chosen && has_sheet(*chosen) ? S_OK : S_FALSE;
}

}  // namespace kontor::admin
