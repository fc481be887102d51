// SPDX-License-Identifier: GPL-3.0-or-later
// Scanning: other programs look into a message that is all here: ClamAV, then the milters in their
// order (section "scan" of the settings).
//
// A program that cannot be reached, fails or takes longer than scan.timeout is logged; then the
// message goes on without it, or is put off (scan.fail_open). Never fails; any thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "server/filter/refusal.hpp"
#include "server/filter/scan/dial.hpp"
#include "server/filter/scan/milter.hpp"

namespace kontor::filter {

struct Scanned {
  std::string message;  // with what the milters changed
  std::optional<Refusal> refusal;
  bool is_dropped = false;              // taken, and delivered to nobody
  std::string quarantine;               // why a milter wants it put aside; empty: it does not
  std::string score;                    // as a milter wrote it into the header; empty: it did not
  std::string virus;                    // its name, of a message that is not refused for it
  std::vector<std::string> recipients;  // who shall not get it, as given in Mail
  std::string field;                    // "X-Kontor-Scan: …" CRLF for its start; may be empty
  std::string words;                    // what each program said, for the message trace
  bool has_virus = false;
};

class Scanning {
 public:
  static constexpr std::string_view k_field = "X-Kontor-Scan";

  // What is given outlives it. Rows that cannot be read say nothing: check_settings() refuses them.
  Scanning(const config::Settings& settings, scan::Dial dial);

  bool is_enabled() const noexcept { return clamd_ || !milters_.empty(); }
  bool is_outgoing_scanned() const noexcept { return settings_.scan.outgoing; }
  Task<Scanned> run(scan::Mail mail, std::string message, const log::Context& log) const;

 private:
  struct Service {
    config::ServiceAddress address;
    std::string name;  // as the settings have it
  };
  Task<void> look_for_virus(Scanned& out, const scan::Mail& mail, const log::Context& log) const;
  Task<void> ask(const Service& milter,
                 Scanned& out,
                 const scan::Mail& mail,
                 const log::Context& log) const;
  void note_silence(const Service& service,
                    const Error& error,
                    Scanned& out,
                    const scan::Mail& mail,
                    const log::Context& log) const;

  const config::Settings& settings_;
  scan::Dial dial_;
  std::optional<Service> clamd_;
  std::vector<Service> milters_;
};

}  // namespace kontor::filter
