// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace kontor::admin {

inline constexpr const wchar_t* version = L"0.1.0";

}  // namespace kontor::admin
