// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/manual.hpp"

#include "base/config/settings.hpp"
#include "base/core/roff.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

// Names and options are bold, what stands for something else is italic.
std::string form_of(std::string_view arguments) {
  std::string out;
  bool bold = false, italic = false;
  const auto to = [&](bool to_bold, bool to_italic) {
    if (bold != to_bold || italic != to_italic)
      out += to_bold ? "\\fB" : to_italic ? "\\fI" : "\\fR";
    bold = to_bold;
    italic = to_italic;
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const char c = arguments[i];
    const bool begins = i == 0 || arguments[i - 1] == ' ' || arguments[i - 1] == '[';
    if (c == ' ' || c == '[' || c == ']' || c == '.')
      to(false, false);
    else if (begins && c == '-')
      to(true, false);
    else if (begins)
      to(false, true);
    out += c == '-' ? "\\-" : std::string(1, c);
  }
  to(false, false);
  return out;
}

}  // namespace

std::string kontorctl_manual() {
  std::string out =
      ".TH KONTORCTL 8 \"\" \"Kontor\" \"Kontor\"\n.SH NAME\n"
      "kontorctl \\- what an administrator does with a Kontor server\n.SH SYNOPSIS\n.B kontorctl\n"
      "[\\fB\\-\\-data\\fR \\fIDIR\\fR] [\\fB\\-\\-json\\fR] \\fIVERB\\fR [\\fIARGUMENT\\fR...]\n"
      ".SH DESCRIPTION\nMost verbs ask the running server over the socket\n.I run/control.sock\n"
      "in its data folder; whoever may open it may administer, which is root and the user kontor.\n"
      "Arguments in [] may be missing.\n.SH OPTIONS\n.TP\n.BI \\-\\-data \" DIR\"\n"
      "Names the server by its data folder; ";
  out += roff(config::Server().data_folder) +
         " when absent.\n.TP\n.B \\-\\-json\n"
         "The answer, or {\"error\": ...}, as one line of JSON.\n"
         ".TP\n.B help\nLists the verbs with their arguments.\n.SH VERBS\n";
  for (const auto& verb : verbs()) {
    out += ".TP\n\\fB" + roff(verb.name) + "\\fR";
    for (const auto part : {verb.arguments, verb.options})
      if (!part.empty()) out += ' ' + form_of(part);
    out += '\n' + roff(verb.help) + '\n';
  }
  return out +
         ".SH EXIT STATUS\n0: done. 1: refused, found wrong, or no server answers. 2: wrong use.\n"
         ".SH SEE ALSO\n.BR kontord (8),\n.BR kontor.toml (5);\n"
         "the guides in /usr/share/doc/kontor/admin.\n";
}

}  // namespace kontor::admin
