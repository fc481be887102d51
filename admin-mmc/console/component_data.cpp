// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/console/component_data.hpp"

#include "admin-mmc/console/actions.hpp"
#include "admin-mmc/console/component.hpp"
#include "admin-mmc/console/data_object.hpp"
#include "admin-mmc/console/icons.hpp"

namespace kontor::admin {
namespace {

constexpr ULONG largest_saved = 1 << 20;

}  // namespace

STDMETHODIMP ComponentData::Initialize(LPUNKNOWN console) {
  return guarded([&] {
    snapin_->attach(console);
    if (!snapin_->console() || !snapin_->names()) return E_NOINTERFACE;
    LPIMAGELIST images = nullptr;
    if (SUCCEEDED(snapin_->console()->QueryScopeImageList(&images)) && images) {
      const auto held = ComPointer<::IImageList>::taken(images);
      put_icons(*images);
    }
    return S_OK;
  });
}

STDMETHODIMP ComponentData::CreateComponent(LPCOMPONENT* component) {
  if (!component) return E_POINTER;
  return guarded([&] {
    *component = make_object<Component>(snapin_).detach();
    return S_OK;
  });
}

STDMETHODIMP ComponentData::Notify(LPDATAOBJECT object,
                                   MMC_NOTIFY_TYPE event,
                                   LPARAM argument,
                                   LPARAM parameter) {
  return guarded([&]() -> HRESULT {
    const Selection* chosen = DataObject::selection_of(object);
    try {
      switch (event) {
        case MMCN_EXPAND:
          if (!chosen || !chosen->node) return S_FALSE;
          if (argument) snapin_->expand(*chosen->node, static_cast<HSCOPEITEM>(parameter));
          return S_OK;
        case MMCN_REMOVE_CHILDREN:
          if (chosen && chosen->node) snapin_->collapse(*chosen->node);
          return S_OK;
        case MMCN_PROPERTY_CHANGE:
          snapin_->reload(nullptr);
          return S_OK;
        default:
          return S_FALSE;
      }
    } catch (const std::exception& error) {
      snapin_->show_error(error);
      return S_FALSE;
    }
  });
}

STDMETHODIMP ComponentData::Destroy() {
  snapin_->detach();
  return S_OK;
}

STDMETHODIMP ComponentData::QueryDataObject(MMC_COOKIE cookie,
                                            DATA_OBJECT_TYPES,
                                            LPDATAOBJECT* object) {
  if (!object) return E_POINTER;
  return guarded([&] {
    *object = make_object<DataObject>(Selection{snapin_->node_of(cookie), false, {}}).detach();
    return S_OK;
  });
}

STDMETHODIMP ComponentData::GetDisplayInfo(SCOPEDATAITEM* item) {
  if (!item) return E_POINTER;
  Node* node = snapin_->node_of(item->lParam);
  if (item->mask & SDI_STR) item->displayname = node->name.data();
  if (item->mask & SDI_IMAGE) item->nImage = icon_of(node->kind);
  if (item->mask & SDI_OPENIMAGE) item->nOpenImage = icon_of(node->kind);
  return S_OK;
}

STDMETHODIMP ComponentData::CompareObjects(LPDATAOBJECT one, LPDATAOBJECT other) {
  const Selection* first = DataObject::selection_of(one);
  const Selection* second = DataObject::selection_of(other);
  return first && second && first->node == second->node && first->rows == second->rows ? S_OK
                                                                                       : S_FALSE;
}

STDMETHODIMP ComponentData::AddMenuItems(LPDATAOBJECT object,
                                         LPCONTEXTMENUCALLBACK callback,
                                         LONG* allowed) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen || !callback || !allowed) return S_FALSE;
  return guarded([&] { return add_menu_items(*chosen, callback, *allowed); });
}

STDMETHODIMP ComponentData::Command(LONG command, LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen) return S_FALSE;
  return guarded([&] {
    run_command(*snapin_, *chosen, static_cast<admin::Command>(command));
    return S_OK;
  });
}

STDMETHODIMP ComponentData::CreatePropertyPages(LPPROPERTYSHEETCALLBACK callback,
                                                LONG_PTR handle,
                                                LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  if (!chosen || !callback) return S_FALSE;
  return guarded([&] { return add_pages(*snapin_, *chosen, callback, handle); });
}

STDMETHODIMP ComponentData::QueryPagesFor(LPDATAOBJECT object) {
  const Selection* chosen = DataObject::selection_of(object);
  return chosen && has_sheet(*chosen) ? S_OK : S_FALSE;
}

STDMETHODIMP ComponentData::GetClassID(CLSID* id) {
  if (!id) return E_POINTER;
  *id = snapin_class;
  return S_OK;
}

STDMETHODIMP ComponentData::Load(IStream* stream) {
  if (!stream) return E_POINTER;
  return guarded([&]() -> HRESULT {
    ULONG size = 0, read = 0;
    HRESULT done = stream->Read(&size, sizeof size, &read);
    if (FAILED(done) || read != sizeof size || size > largest_saved) return E_FAIL;
    std::string text(size, '\0');
    done = stream->Read(text.data(), size, &read);
    if (FAILED(done) || read != size) return E_FAIL;
    snapin_->restore(text);
    return S_OK;
  });
}

STDMETHODIMP ComponentData::Save(IStream* stream, WINBOOL clear) {
  if (!stream) return E_POINTER;
  return guarded([&]() -> HRESULT {
    const std::string text = snapin_->saved();
    const ULONG size = static_cast<ULONG>(text.size());
    HRESULT done = stream->Write(&size, sizeof size, nullptr);
    if (SUCCEEDED(done)) done = stream->Write(text.data(), size, nullptr);
    if (SUCCEEDED(done) && clear) snapin_->clean();
    return done;
  });
}

STDMETHODIMP ComponentData::GetSizeMax(ULARGE_INTEGER* size) {
  if (!size) return E_POINTER;
  return guarded([&] {
    size->QuadPart = snapin_->saved().size() + sizeof(ULONG);
    return S_OK;
  });
}

}  // namespace kontor::admin
