// SPDX-License-Identifier: GPL-3.0-or-later
// HeaderFilter: whether a header as it stands, not decoded, may hold a text as MessageText compares
// it. It never says no of a header that does: encoded words (RFC 2047), bytes outside of ASCII and
// what unfolding joins make a field possible. Pure; one pass over the bytes.
#pragma once
#include <string>
#include <string_view>

namespace kontor::search {

class HeaderFilter {
 public:
  explicit HeaderFilter(std::string_view needle);  // case-folded UTF-8

  // Of one field, its name and its value together, or of a whole header.
  bool may_contain(std::string_view raw) const;

 private:
  std::string probe_;  // a part of the needle that no fold and no blank can divide
  bool is_ascii_;
};

}  // namespace kontor::search
