// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dmarc/suffixes.hpp"

#include <libpsl.h>

namespace kontor::filter::dmarc {

struct Suffixes::State {
  psl_ctx_t* list = psl_latest(nullptr);
  State() = default;
  ~State() { psl_free(list); }  // leaves the built-in one alone
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Suffixes::Suffixes() : state_(std::make_unique<State>()) {}
Suffixes::~Suffixes() = default;

std::string Suffixes::organisation_of(std::string_view domain) const {
  const std::string name(domain);
  // Without any list every domain stands for itself.
  const char* found =
      state_->list == nullptr ? nullptr : psl_registrable_domain(state_->list, name.c_str());
  return found == nullptr ? name : std::string(found);
}

}  // namespace kontor::filter::dmarc
