// SPDX-License-Identifier: GPL-3.0-or-later
// Asio drops one block that it keeps for each request that none of them fits, and keeps no block
// longer than 1,020 bytes itself.
#include "base/core/frames.hpp"

#include <boost/asio/detail/thread_context.hpp>
#include <boost/asio/detail/thread_info_base.hpp>

namespace kontor {

void let_go_of_frames() {
  using Threads = boost::asio::detail::thread_info_base;
  using Frames = Threads::awaitable_frame_tag;
  constexpr std::size_t k_not_kept = 1'024;
  auto* const thread = boost::asio::detail::thread_context::top_of_thread_call_stack();
  for (int kept = Frames::begin_mem_index; kept < Frames::end_mem_index; ++kept)
    Threads::deallocate(Frames(), thread, Threads::allocate(Frames(), thread, k_not_kept),
                        k_not_kept);
}

}  // namespace kontor
