// SPDX-License-Identifier: GPL-3.0-or-later
// The text of HTML: what a person may read of it, without its markup. Pure; one pass over the
// bytes.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

// Tags are taken as browsers take them (WHATWG HTML, 13.2.5), with no tree behind them: whatever is
// not closed reaches to the end. Character references are decoded; comments and the content of
// title, script and style are dropped; text that a style hides is kept (the preview lines of
// newsletters are hidden so). White space is one blank. Paragraphs, lines and the like are kept
// apart by a line feed, cells by a blank, and inline markup by nothing. `html` is UTF-8, and so is
// the text.
std::string html_text(std::string_view html);

}  // namespace kontor::mime
