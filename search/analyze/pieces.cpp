// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/analyze/pieces.hpp"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

namespace kontor::search {
namespace {

struct CloseBreaker {
  void operator()(UBreakIterator* breaker) const noexcept { ubrk_close(breaker); }
};

}  // namespace

struct Segmenter::State {
  std::unique_ptr<UBreakIterator, CloseBreaker> breaker;  // made on first use
  bool tried = false;
};

Segmenter::Segmenter() : state_(std::make_unique<State>()) {}
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

void Segmenter::cut(std::string_view run, const Sink& sink) {
  UErrorCode status = U_ZERO_ERROR;
  if (!state_->tried) {
    state_->breaker.reset(ubrk_open(UBRK_WORD, "root", nullptr, 0, &status));
    state_->tried = true;
  }
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, run.data(), static_cast<std::int64_t>(run.size()), &status);
  if (state_->breaker != nullptr && U_SUCCESS(status))
    ubrk_setUText(state_->breaker.get(), &text, &status);
  if (state_->breaker == nullptr || U_FAILURE(status)) {
    utext_close(&text);
    return sink(0, run.size());
  }
  std::size_t begin = 0;
  for (auto at = ubrk_next(state_->breaker.get()); at != UBRK_DONE;
       at = ubrk_next(state_->breaker.get())) {
    const auto end = static_cast<std::size_t>(at);
    if (end > begin) sink(begin, end);
    begin = end;
  }
  utext_close(&text);
}

}  // namespace kontor::search
