// SPDX-License-Identifier: GPL-3.0-or-later
// Runner: the state of one run; commands stand in run.cpp, tests in tests.cpp.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/sieve/mail.hpp"
#include "server/sieve/match.hpp"
#include "server/sieve/run.hpp"

namespace kontor::sieve {

class Runner {
 public:
  Runner(const Subject& subject, const World& world, const Limits& limits);
  Verdict finish(const Program& program);

 private:
  enum class Flow : std::uint8_t { go_on, leave, stop };  // leave: return from this script

  // What belongs to one script of those that include each other.
  struct Frame {
    std::map<std::string, std::string, std::less<>> variables;
    std::set<std::string, std::less<>> globals;  // names that stand for global variables
    std::vector<std::string> captures;
  };

  Flow block(const std::vector<Node>& nodes);
  Flow command(const Node& node);
  Flow branch(const Node& node);
  Flow include(const Node& node);
  void file(const Node& node);
  void keep(const Node& node);
  void redirect(const Node& node);
  void refuse(const Node& node);
  void answer(const Node& node);
  void set(const Node& node);
  void declare(const Node& node);
  void change_flags(const Node& node);
  void add_header(const Node& node);
  void delete_header(const Node& node);
  void add_filing(const Node& node, Filing filing);

  bool test(const Node& node);
  bool test_address(const Node& node);
  bool test_envelope(const Node& node);
  bool test_header(const Node& node);
  bool test_exists(const Node& node);
  bool test_size(const Node& node) const;
  bool test_body(const Node& node);
  bool test_date(const Node& node);
  bool test_duplicate(const Node& node);
  bool test_flags(const Node& node);
  bool test_marks(const Node& node);
  bool test_string(const Node& node);
  bool test_mailbox(const Node& node);
  bool test_environment(const Node& node);

  // Does one of `values` match one of the keys? Of :count their number does.
  bool match(const Node& node,
             const std::vector<std::string>& values,
             const std::vector<Text>& keys,
             bool captures = true);
  std::vector<std::string> header_values(const Node& node, const std::vector<std::string>& names);
  std::vector<std::string> flags_of(const Node& node);

  std::string text(const Text& text);
  std::vector<std::string> list(const std::vector<Text>& texts);
  std::string variable(std::string_view name) const;
  void set_variable(const Node& node, std::string_view name, std::string value);
  void complain(const Node& node, Complaint what, std::string detail = {});
  void check_steps(const Node& node);
  bool is_over() const noexcept { return verdict_.problem.has_value(); }

  const Subject& subject_;
  const World& world_;
  const Limits& limits_;
  Steps steps_;
  Mail mail_;
  Verdict verdict_;
  bool implicit_keep_ = true;
  std::uint32_t actions_ = 0;
  std::vector<std::string> flags_;  // the internal variable (RFC 5232, 2)
  Frame frame_;
  std::map<std::string, std::string, std::less<>> globals_;
  std::vector<std::string> path_;   // names of the scripts under way
  std::set<std::string> included_;  // names
};

// RFC 5260, 4: a part of a moment in a zone, as text.
std::string date_part(std::string_view part, UtcSeconds moment, int zone);
// The zone a date in a header was written in, in minutes; nothing: it cannot be read.
std::optional<int> written_zone(std::string_view date);

}  // namespace kontor::sieve
