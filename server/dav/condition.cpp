// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/condition.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::dav {
namespace {

constexpr std::size_t k_most = 1'000;  // conditions

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  Result<std::vector<StateList>> run() {
    std::vector<StateList> out;
    std::string resource;
    bool has_list = true;  // behind a tag there must be one
    while (skip(), !rest_.empty()) {
      if (rest_.front() == '<') {
        if (!has_list) return bad();
        KONTOR_TRY(resource, between('<', '>'));
        has_list = false;
      } else {
        KONTOR_TRY(auto list, read_list());
        list.resource = resource;
        out.push_back(std::move(list));
        has_list = true;
      }
    }
    if (!has_list) return bad();
    return out;
  }

 private:
  static std::unexpected<Error> bad() {
    return fail(Errc::bad_input, "the field If is not in order");
  }
  void skip() { rest_ = trim(rest_); }

  Result<std::string> between(char open, char close) {
    const auto end = rest_.find(close);
    if (!rest_.starts_with(open) || end == std::string_view::npos || end < 2) return bad();
    std::string out(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }

  Result<StateList> read_list() {
    if (!rest_.starts_with('(')) return bad();
    rest_.remove_prefix(1);
    StateList out;
    while (skip(), !rest_.starts_with(')')) {
      if (rest_.empty() || ++count_ > k_most) return bad();
      StateCondition one;
      one.negated = istarts_with(rest_, "not");
      if (one.negated) {
        rest_.remove_prefix(3);
        skip();
      }
      one.is_etag = rest_.starts_with('[');
      KONTOR_TRY(one.value, one.is_etag ? between('[', ']') : between('<', '>'));
      out.conditions.push_back(std::move(one));
    }
    rest_.remove_prefix(1);
    if (out.conditions.empty()) return bad();
    return out;
  }

  std::string_view rest_;
  std::size_t count_ = 0;
};

}  // namespace

Result<std::vector<StateList>> parse_if(std::string_view field) { return Reader(field).run(); }

}  // namespace kontor::dav
