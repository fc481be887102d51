// SPDX-License-Identifier: GPL-3.0-or-later
// Received: the reports that others sent about domains of this server, a file each in DATA/reports
// (docs/formats/received-reports.md).
//
// A report that is durable stays until reports.keep after its end, or until reports.max_size or
// k_most_reports want room, the oldest first. The same report once more takes the place of the
// first. Any thread; everything blocks.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "server/reports/read_dmarc.hpp"
#include "server/reports/read_tls.hpp"
#include "server/reports/unpack.hpp"

namespace kontor::reports {

// How a report came here.
struct Arrival {
  std::string sender;      // domain of its author; may be empty
  bool is_proven = false;  // by a signature of that domain
  UtcSeconds received{};
  bool operator==(const Arrival&) const = default;
};

// The file of one report: its first line, its second, and the document in gzip.
struct StoredReport {
  Arrival arrival;
  Document document;
  bool operator==(const StoredReport&) const = default;
};
// unavailable: no memory.
Result<std::string> format_stored(const StoredReport& report);
Result<StoredReport> parse_stored(std::string_view bytes);  // bad_input, limit

inline constexpr std::size_t k_most_reports = 20'000;

class Received {
 public:
  struct Environment {
    io::FileSystem& files;
    log::Context log;
    std::chrono::seconds keep;
    std::uint64_t max_size;
  };
  // `folder` need not be there.
  Received(Environment environment, std::string folder)
      : environment_(std::move(environment)), folder_(std::move(folder)) {}

  // Durable when it returns.
  Result<void> keep(const Arrival& arrival, const Document& document, const DmarcReport& report);
  Result<void> keep(const Arrival& arrival, const Document& document, const TlsReport& report);
  // Those that end at `since` or later, oldest first. A file that cannot be read is an event.
  std::vector<std::pair<Arrival, DmarcReport>> dmarc(UtcSeconds since) const;
  std::vector<std::pair<Arrival, TlsReport>> tls(UtcSeconds since) const;
  void tidy(UtcSeconds now);

 private:
  struct File {
    std::string name;
    Kind kind = Kind::dmarc;
    UtcSeconds day{};  // the day it ends on
  };
  std::vector<File> list() const;
  Result<void> write(const std::string& name, const StoredReport& report);
  std::optional<StoredReport> read(const File& file) const;
  void tell(const File& file, const Error& error) const;

  Environment environment_;
  std::string folder_;
  Guarded<int> writing_;
};

}  // namespace kontor::reports
