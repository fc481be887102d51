// SPDX-License-Identifier: GPL-3.0-or-later
// Cow<T>: a shared value that is copied before its first change after every publication.
//
// Each state of an account has an edit number. A value made or copied under the current number is
// seen by nobody else and is changed in place; one with an older number may be part of a published
// state and is copied first. Freezing a state is taking the next number: no reference counts are
// looked at, so replay changes everything in place and readers need no locks.
// Threads: edit() on the account's strand; reading a published value from any.
#pragma once
#include <cstdint>
#include <memory>
#include <utility>

namespace kontor::store {

using EditId = std::uint64_t;

template <class T>
class Cow {
 public:
  bool empty() const noexcept { return box_ == nullptr; }
  const T& operator*() const noexcept { return box_->value; }
  const T* operator->() const noexcept { return &box_->value; }
  // The very same value, not only an equal one.
  bool is(const Cow& other) const noexcept { return box_ == other.box_; }
  // The value for changing it under `edit`; a default one when there was none.
  T& edit(EditId edit) {
    if (box_ == nullptr)
      box_ = std::make_shared<Box>(edit, T{});
    else if (box_->owner != edit)
      box_ = std::make_shared<Box>(edit, T(box_->value));
    return box_->value;
  }
  static Cow make(EditId edit, T value) {
    Cow cow;
    cow.box_ = std::make_shared<Box>(edit, std::move(value));
    return cow;
  }

 private:
  struct Box {
    Box(EditId o, T v) : owner(o), value(std::move(v)) {}
    EditId owner;
    T value;
  };
  std::shared_ptr<Box> box_;  // shared: the states of an account share what did not change
};

}  // namespace kontor::store
