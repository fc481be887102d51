// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log/log.hpp"

namespace kontor::log {
namespace {

class NullSink final : public Sink {
 public:
  void write(const EventKind&, const Fields&, const Fields&) override {}
};

const Fields& no_fields() {
  static const Fields none;
  return none;
}

}  // namespace

Context Context::with(std::initializer_list<Field> fields) const {
  auto all = std::make_shared<Fields>(inherited_ ? *inherited_ : no_fields());
  all->insert(all->end(), fields.begin(), fields.end());
  Context child(*sink_);
  child.inherited_ = std::move(all);
  return child;
}

void Context::emit(const EventKind& kind, std::initializer_list<Field> fields) const {
  sink_->write(kind, inherited_ ? *inherited_ : no_fields(), Fields(fields));
}

void Context::emit(const EventKind& kind,
                   const Error& error,
                   std::initializer_list<Field> fields) const {
  Fields own(fields);
  own.emplace_back(Keys::error, name_of(error.code()));
  if (!error.detail().empty()) own.emplace_back(Keys::detail, error.detail());
  sink_->write(kind, inherited_ ? *inherited_ : no_fields(), own);
}

Sink& null_sink() {
  static NullSink sink;
  return sink;
}

}  // namespace kontor::log
