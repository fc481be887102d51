// SPDX-License-Identifier: GPL-3.0-or-later
// COM, as little of it as the snap-in needs: a pointer that counts, and the base of every object
// that is given to the console. Objects belong to one thread (apartment), as MMC promises.
#pragma once
#include <windows.h>

#include <memory>
#include <utility>

#include "admin-mmc/base/guids.hpp"
#include "admin-mmc/base/library.hpp"

namespace kontor::admin {

template <class Type>
class ComPointer {
 public:
  ComPointer() = default;
  ComPointer(std::nullptr_t) {}
  explicit ComPointer(Type* object) : object_(object) {
    if (object_) object_->AddRef();
  }
  ComPointer(const ComPointer& other) : ComPointer(other.object_) {}
  ComPointer(ComPointer&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPointer& operator=(ComPointer other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ComPointer() {
    if (object_) object_->Release();
  }

  // Takes over a reference that is counted already.
  static ComPointer taken(Type* object) {
    ComPointer pointer;
    pointer.object_ = object;
    return pointer;
  }
  // Asks `other` for this interface; empty when it has none.
  static ComPointer of(IUnknown* other) {
    ComPointer pointer;
    if (other) other->QueryInterface(iid_of<Type>(), reinterpret_cast<void**>(&pointer.object_));
    return pointer;
  }

  Type* get() const { return object_; }
  Type* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  // For calls that give an object out; what was held is let go.
  Type** out() {
    *this = ComPointer();
    return &object_;
  }
  // Hands a counted reference over.
  Type* detach() { return std::exchange(object_, nullptr); }

 private:
  Type* object_ = nullptr;
};

// An object with these interfaces, the first of which is its IUnknown.
template <class First, class... Rest>
class Object : public First, public Rest... {
 public:
  Object() { InterlockedIncrement(&objects_alive); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() { InterlockedDecrement(&objects_alive); }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** out) override {
    if (!out) return E_POINTER;
    *out = IsEqualIID(iid, IID_IUnknown) ? static_cast<First*>(this) : nullptr;
    find<First>(iid, out);
    (find<Rest>(iid, out), ...);
    also(iid, out);
    if (!*out) return E_NOINTERFACE;
    this->AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return InterlockedIncrement(&references_); }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = InterlockedDecrement(&references_);
    if (left == 0) std::unique_ptr<Object>(this).reset();
    return left;
  }

 protected:
  // Interfaces that an interface of the list extends.
  virtual void also(REFIID, void**) {}
  template <class Interface>
  void find(REFIID iid, void** out) {
    if (!*out && IsEqualIID(iid, iid_of<Interface>())) *out = static_cast<Interface*>(this);
  }

 private:
  LONG references_ = 0;
};

template <class Type, class... Arguments>
ComPointer<Type> make_object(Arguments&&... arguments) {
  return ComPointer<Type>(std::make_unique<Type>(std::forward<Arguments>(arguments)...).release());
}

// What a method of an interface says when the snap-in's own code threw.
template <class Work>
HRESULT guarded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  } catch (...) {
    return E_FAIL;
  }
}

}  // namespace kontor::admin
