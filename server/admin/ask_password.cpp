// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/ask_password.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "base/io/file_system.hpp"

namespace kontor::admin {
namespace {

constexpr std::uint64_t k_longest = 4'096;

std::string first_line(const std::string& text) {
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// While it lives the terminal shows nothing of what is typed.
class Hidden {
 public:
  Hidden() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Hidden() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

std::string hidden_line(const std::string& prompt) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  std::string line;
  {
    const Hidden hidden;  // before the question: who answers at once is not shown either
    if (is_terminal) std::cerr << prompt << std::flush;
    std::getline(std::cin, line);
  }
  if (is_terminal) std::cerr << '\n';
  return first_line(line);
}

Result<std::string> new_password(const Request& request, const std::string& whose) {
  std::string password;
  if (const auto file = request.options.find("--password-file"); file != request.options.end()) {
    KONTOR_TRY(const auto text, io::read_file(io::real_file_system(), file->second, k_longest));
    password = first_line(text);
  } else if (isatty(STDIN_FILENO) != 0) {
    password = hidden_line("New password of " + whose + ": ");
    if (hidden_line("Once more: ") != password)
      return fail(Errc::bad_input, "the two passwords differ; nothing was changed");
  } else {
    password = hidden_line({});
  }
  if (password.empty()) return fail(Errc::bad_input, "an empty password; nothing was changed");
  return password;
}

}  // namespace kontor::admin
