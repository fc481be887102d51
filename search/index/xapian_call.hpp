// SPDX-License-Identifier: GPL-3.0-or-later
// The boundary to Xapian: what it throws ends here as an Error. For sources of search/index only.
#pragma once
#include <xapian.h>

#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/core/result.hpp"

namespace kontor::search {

// no_space and io_error of the operating system; corrupt: a database that cannot be read.
Error xapian_error(std::string_view what, const Xapian::Error& error);

// What `call` returns (a Result or void); an exception of Xapian as an Error.
template <class Call>
auto xapian_call(std::string_view what, Call&& call) {
  using Value = std::invoke_result_t<Call&>;
  using Out = std::conditional_t<std::is_void_v<Value>, Result<void>, Value>;
  try {
    if constexpr (std::is_void_v<Value>) {
      call();
      return Out{};
    } else {
      return Out(call());
    }
  } catch (const Xapian::Error& error) {
    return Out(fail(xapian_error(what, error)));
  } catch (const std::bad_alloc&) {  // sizes read from a damaged file
    return Out(fail(Errc::corrupt, std::string(what).append(": out of memory")));
  } catch (const std::length_error&) {
    return Out(fail(Errc::corrupt, std::string(what).append(": an impossible size")));
  }
}

}  // namespace kontor::search
