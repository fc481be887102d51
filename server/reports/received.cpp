// SPDX-License-Identifier: GPL-3.0-or-later
// A name is KIND-YYYYMMDD-HASH: what is too old is seen without reading it.
#include "server/reports/received.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/log/events/reports.hpp"
#include "base/net/gzip.hpp"
#include "server/reports/tls_keeper.hpp"

namespace kontor::reports {
namespace {

using log::Keys;

constexpr std::string_view k_head = "Kontor report 1\n";
constexpr std::uint64_t k_longest_file = 33'554'432;
constexpr std::uint64_t k_latest = std::uint64_t{1} << 40U;
constexpr std::size_t k_hash = 32;  // characters of the name

std::optional<Kind> kind_of(std::string_view word) {
  for (const auto kind : {Kind::dmarc, Kind::tls})
    if (word == word_of(kind)) return kind;
  return std::nullopt;
}

// The same for every copy of one report.
template <class Report>
std::string name_for(Kind kind, const Arrival& arrival, const Report& report) {
  const auto day = std::chrono::floor<std::chrono::days>(report.end);
  const auto hash =
      hex_encode(crypto::sha256(arrival.sender + '\n' + report.organisation + '\n' + report.id));
  return std::string(word_of(kind)) + '-' + io::day_name(day) + '-' + hash.substr(0, k_hash);
}

}  // namespace

Result<std::string> format_stored(const StoredReport& report) {
  KONTOR_TRY(const auto packed, net::gzip(report.document.text));
  std::string out(k_head);
  out.append(word_of(report.document.kind)).append("\t").append(report.arrival.sender);
  out.append(report.arrival.is_proven ? "\tproven\t" : "\tunproven\t");
  return out + std::to_string(report.arrival.received.time_since_epoch().count()) + '\n' + packed;
}

Result<StoredReport> parse_stored(std::string_view bytes) {
  const auto damaged = [] { return Error(Errc::bad_input, "damaged, or of another version"); };
  if (!bytes.starts_with(k_head)) return fail(damaged());
  bytes.remove_prefix(k_head.size());
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return fail(damaged());
  const auto fields = split(bytes.substr(0, end), '\t');
  if (fields.size() != 4) return fail(damaged());
  const auto kind = kind_of(fields[0]);
  const auto seconds = parse_number<std::uint64_t>(fields[3]);
  const bool is_word = fields[2] == "proven" || fields[2] == "unproven";
  if (!kind || !seconds || *seconds > k_latest || !is_word || shown(fields[1]) != fields[1])
    return fail(damaged());
  StoredReport out;
  out.arrival.sender = fields[1];
  out.arrival.is_proven = fields[2] == "proven";
  out.arrival.received = UtcSeconds(std::chrono::seconds(*seconds));
  out.document.kind = *kind;
  KONTOR_TRY(out.document.text, net::gunzip(bytes.substr(end + 1), k_longest_xml));
  return out;
}

std::vector<Received::File> Received::list() const {
  std::vector<File> out;
  const auto names = environment_.files.list(folder_);
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    const auto parts = split(name, '-');
    if (parts.size() != 3 || parts[2].size() != k_hash) continue;
    const auto kind = kind_of(parts[0]);
    const auto day = io::parse_day_name(parts[1]);
    if (kind && day) out.push_back({name, *kind, *day});
  }
  std::ranges::sort(out, [](const File& a, const File& b) {
    return std::pair(a.day, a.name) < std::pair(b.day, b.name);
  });
  return out;
}

Result<void> Received::write(const std::string& name, const StoredReport& report) {
  KONTOR_TRY(const auto bytes, format_stored(report));
  const auto path = folder_ + "/" + name;
  auto written = writing_.with([&](int&) -> Result<void> {
    KONTOR_TRY(io::make_directories(environment_.files, folder_));
    return io::write_file_durably(environment_.files, path, bytes);
  });
  if (!written)
    environment_.log.emit(log::events::k_report_unwritable, written.error(), {{Keys::file, path}});
  return written;
}

Result<void> Received::keep(const Arrival& arrival,
                            const Document& document,
                            const DmarcReport& report) {
  return write(name_for(Kind::dmarc, arrival, report), {arrival, document});
}

Result<void> Received::keep(const Arrival& arrival,
                            const Document& document,
                            const TlsReport& report) {
  return write(name_for(Kind::tls, arrival, report), {arrival, document});
}

void Received::tell(const File& file, const Error& error) const {
  environment_.log.emit(log::events::k_report_unreadable, error,
                        {{Keys::file, folder_ + "/" + file.name}});
}

std::optional<StoredReport> Received::read(const File& file) const {
  const auto bytes = io::read_file(environment_.files, folder_ + "/" + file.name, k_longest_file);
  if (!bytes && bytes.error().code() == Errc::not_found) return std::nullopt;  // tidied meanwhile
  auto stored = bytes ? parse_stored(*bytes) : fail(bytes.error());
  if (stored) return *std::move(stored);
  tell(file, stored.error());
  return std::nullopt;
}

std::vector<std::pair<Arrival, DmarcReport>> Received::dmarc(UtcSeconds since) const {
  std::vector<std::pair<Arrival, DmarcReport>> out;
  for (const auto& file : list()) {
    if (file.kind != Kind::dmarc || file.day + std::chrono::days(1) <= since) continue;
    const auto stored = read(file);
    if (!stored) continue;
    auto report = read_dmarc_report(stored->document.text);
    if (report && report->end >= since)
      out.emplace_back(stored->arrival, *std::move(report));
    else if (!report)
      tell(file, report.error());
  }
  return out;
}

std::vector<std::pair<Arrival, TlsReport>> Received::tls(UtcSeconds since) const {
  std::vector<std::pair<Arrival, TlsReport>> out;
  for (const auto& file : list()) {
    if (file.kind != Kind::tls || file.day + std::chrono::days(1) <= since) continue;
    const auto stored = read(file);
    if (!stored) continue;
    auto report = read_tls_report(stored->document.text);
    if (report && report->end >= since)
      out.emplace_back(stored->arrival, *std::move(report));
    else if (!report)
      tell(file, report.error());
  }
  return out;
}

// From the newest to the oldest: what is too old, and what the newer ones leave no room for, goes.
void Received::tidy(UtcSeconds now) {
  auto all = list();
  std::uint64_t size = 0;
  std::size_t count = 0;
  for (auto file = all.rbegin(); file != all.rend(); ++file) {
    const auto path = folder_ + "/" + file->name;
    const auto info = environment_.files.stat(path);
    if (!info) continue;
    size += info->size;
    ++count;
    const bool is_old = file->day + std::chrono::days(1) + environment_.keep < now;
    if (!is_old && size <= environment_.max_size && count <= k_most_reports) continue;
    size -= info->size;
    --count;
    (void)environment_.files.remove(path);
  }
}

}  // namespace kontor::reports
