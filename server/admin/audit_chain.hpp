// SPDX-License-Identifier: GPL-3.0-or-later
// The chain of records in the files of the audit log (docs/formats/audit.md). Pure; any thread.
//
// The log is one chain through all its files: the full ones, named by their last record, and the
// one that is written. The first line of each says behind which record it goes on.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kontor::admin {

struct AuditStamp {
  std::uint64_t number = 0;  // of the record, from 1 on
  std::string hash;          // 64 lower-case digits

  bool operator==(const AuditStamp&) const = default;
};
AuditStamp before_the_first_record();

// How far a file of records is sound.
struct AuditCheck {
  AuditStamp before;        // the record that its first one goes on from
  AuditStamp last;          // of the last sound record; `before`: there is none
  std::uint64_t bytes = 0;  // to the end of that record
  std::uint64_t torn = 0;   // bytes behind it that are no whole line: a crash while adding
  std::string problem;      // a sentence; empty: everything is sound
};
AuditCheck check_audit(std::string_view content);

// The first line of a file that goes on behind `before`.
std::string audit_title(const AuditStamp& before);
// The line of a record, with its hash.
std::string audit_line(std::string_view hash_before, std::string_view record);

inline constexpr std::string_view k_audit_name = "audit.log";  // the file that is written
std::string full_audit_name(const AuditStamp& last);
// Those of `names` that are files of the log, the oldest first.
std::vector<std::string> audit_files(std::vector<std::string> names);

}  // namespace kontor::admin
