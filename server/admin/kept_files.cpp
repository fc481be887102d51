// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/kept_files.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/crypto/sha256.hpp"
#include "server/admin/sources/line_ends.hpp"

namespace kontor::admin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_piece = 1U << 20U;

std::string digest_of(std::string_view bytes) {
  crypto::Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

// A message of an export: others are its lists, and mailboxes in one file.
bool is_message(const fs::path& path) {
  const auto ending = path.extension();
  return ending == ".eml" || ending == ".ics" || ending == ".vcf" ||
         path.parent_path().filename() == "cur";
}

}  // namespace

Result<KeptFiles> KeptFiles::read(const std::string& folder) {
  KeptFiles out;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->symlink_status(failed).type() != fs::file_type::regular || failed) continue;
    if (!is_message(at->path())) continue;
    KONTOR_TRY(out.add(at->path().string()));
  }
  if (failed && failed != std::errc::no_such_file_or_directory)
    return fail(Errc::io_error, "reading " + folder + ": " + failed.message());
  return out;
}

// A Maildir's file may have either line ends: both are known.
Result<void> KeptFiles::add(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return errno_error(path, errno);
  crypto::Sha256 as_is, with_crlf;
  std::string piece(k_piece, '\0');
  bool has_lf = false;
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    const auto bytes = std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount()));
    as_is.add(bytes);
    has_lf = has_lf || bytes.contains('\n');
    with_crlf.add(sources::with_crlf(bytes));
  }
  if (in.bad()) return errno_error(path, errno);
  ++size_;
  files_[as_is.hex()].push_back({path, false});
  if (has_lf && fs::path(path).parent_path().filename() == "cur")
    files_[with_crlf.hex()].push_back({path, true});
  return {};
}

std::optional<std::string> KeptFiles::take(const std::string& digest) {
  const auto found = files_.find(digest);
  while (found != files_.end() && !found->second.empty()) {
    const auto file = std::move(found->second.back());
    found->second.pop_back();
    std::ifstream in(file.path, std::ios::binary);
    if (!in) continue;
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (file.is_line_fed) bytes = sources::with_crlf(bytes);
    if (digest_of(bytes) != digest) continue;
    std::error_code failed;
    fs::remove(file.path, failed);
    return bytes;
  }
  return std::nullopt;
}

}  // namespace kontor::admin
