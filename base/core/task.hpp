// SPDX-License-Identifier: GPL-3.0-or-later
// Task<T>: a coroutine of the server. It runs on the executor of whoever awaits it, unless its
// header says otherwise.
//
// Arguments of a Task are taken by value; a reference only to a partner that the header says
// outlives the task.
#pragma once
#include <boost/asio/awaitable.hpp>

namespace kontor {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace kontor
