// SPDX-License-Identifier: GPL-3.0-or-later
// The parts the table of settings is put together from, a file each; in the order of the documents.
#pragma once
#include <span>

#include "base/config/table.hpp"

namespace kontor::config {

std::span<const Row> server_rows();
std::span<const Row> directory_rows();
std::span<const Row> protocol_rows();
std::span<const Row> screening_rows();
std::span<const Row> guard_rows();
std::span<const Row> flow_rows();
std::span<const Row> outbound_rows();
std::span<const Row> trace_rows();
std::span<const Row> sieve_rows();
std::span<const Row> store_rows();
std::span<const Row> search_rows();

}  // namespace kontor::config
