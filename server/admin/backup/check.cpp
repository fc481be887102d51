// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/backup/check.hpp"

#include <map>
#include <set>

#include "server/admin/archive/tar.hpp"
#include "server/admin/backup/target.hpp"

namespace kontor::admin::backup {
namespace {

constexpr std::size_t k_piece = 1U << 20U;

struct Digested {
  std::uint64_t size = 0;
  std::string sha256;
};

void compare(Checked& out, const SavedFile& row, const Digested& found) {
  if (found.size != row.size) {
    out.faults.push_back({row.name, "it has " + std::to_string(found.size) + " bytes, not " +
                                        std::to_string(row.size)});
  } else if (found.sha256 != row.sha256) {
    out.faults.push_back({row.name, "its bytes were changed since it was saved"});
  } else {
    ++out.files;
    out.bytes += row.size;
  }
}

Result<Digested> digest_of(io::FileSystem& files, const std::string& path) {
  KONTOR_TRY(const auto file, files.open(path, io::OpenMode::read));
  crypto::Sha256 digest;
  Digested out;
  for (;;) {
    KONTOR_TRY(const auto piece, io::read_some(*file, out.size, k_piece));
    if (piece.empty()) break;
    digest.add(piece);
    out.size += piece.size();
  }
  out.sha256 = digest.hex();
  return out;
}

// Every file of a tar, digested; the manifest's text is kept. `target` may be nullptr.
struct Walked {
  std::map<std::string, Digested> files;
  std::string manifest;
};

bool leads_elsewhere(std::string_view name) {
  const auto walled = "/" + std::string(name) + "/";
  return name.empty() || name.front() == '/' || walled.find("/../") != std::string::npos;
}

Result<Digested> walk_file(archive::TarReader& tar, Target* target, std::string* keep) {
  std::vector<char> piece(k_piece);
  crypto::Sha256 digest;
  Digested out;
  if (target != nullptr) {
    KONTOR_TRY(target->begin(tar.name(), tar.size(), {}));
  }
  for (;;) {
    KONTOR_TRY(const auto got, tar.read(piece));
    if (got == 0) break;
    const std::string_view bytes(piece.data(), got);
    digest.add(bytes);
    out.size += got;
    if (keep != nullptr) keep->append(bytes);
    if (target != nullptr) {
      KONTOR_TRY(target->write(bytes));
    }
  }
  if (target != nullptr) {
    KONTOR_TRY(target->end());
  }
  out.sha256 = digest.hex();
  return out;
}

Result<Walked> walk_tar(const std::string& path, Target* target, const Advance& advance) {
  KONTOR_TRY(const auto tar, archive::TarReader::open(path));
  Walked out;
  std::uint64_t bytes = 0;
  for (;;) {
    KONTOR_TRY(const bool more, tar->next());
    if (!more) break;
    const auto name = tar->name();
    if (leads_elsewhere(name)) return fail(Errc::bad_input, path + ": a name that leads elsewhere");
    const bool is_manifest = name == k_manifest_name;
    if (is_manifest && tar->size() > k_max_manifest)
      return fail(Errc::limit, path + ": its manifest is too long");
    KONTOR_TRY(out.files[name], walk_file(*tar, is_manifest ? nullptr : target,
                                          is_manifest ? &out.manifest : nullptr));
    bytes += out.files[name].size;
    advance(out.files.size(), bytes);
  }
  if (out.manifest.empty())
    return fail(Errc::corrupt, path + " has no manifest: it was cut off, or is no backup");
  return out;
}

// The manifest names what is not in the stream, when an earlier backup has it.
Result<Checked> compare_all(Walked walked) {
  Checked out;
  KONTOR_TRY(out.manifest, parse_manifest(walked.manifest));
  for (const auto* row : all_files(out.manifest)) {
    const auto found = walked.files.find(row->name);
    if (found == walked.files.end()) {
      ++out.elsewhere;
    } else {
      compare(out, *row, found->second);
    }
  }
  return out;
}

}  // namespace

Result<Manifest> read_manifest(io::FileSystem& files, const std::string& folder) {
  auto text = io::read_file(files, folder + '/' + std::string(k_manifest_name), k_max_manifest);
  if (!text && text.error().code() == Errc::not_found)
    return fail(Errc::not_found, folder + " holds no finished backup (" +
                                     std::string(k_manifest_name) + " is not there)");
  KONTOR_TRY(const auto bytes, std::move(text));
  return parse_manifest(bytes);
}

Result<Checked> check_folder(io::FileSystem& files,
                             const std::string& folder,
                             const Advance& advance) {
  Checked out;
  KONTOR_TRY(out.manifest, read_manifest(files, folder));
  for (const auto* row : all_files(out.manifest)) {
    const auto found = digest_of(files, folder + '/' + row->name);
    if (!found && found.error().code() == Errc::not_found) {
      out.faults.push_back({row->name, "it is missing"});
    } else if (!found) {
      out.faults.push_back({row->name, found.error().text()});
    } else {
      compare(out, *row, *found);
    }
    advance(out.files, out.bytes);
  }
  return out;
}

Result<Checked> check_tar(const std::string& path, const Advance& advance) {
  KONTOR_TRY(auto walked, walk_tar(path, nullptr, advance));
  return compare_all(std::move(walked));
}

Result<Checked> unpack_tar(io::FileSystem& files,
                           const std::string& path,
                           const std::string& folder,
                           const Advance& advance) {
  std::set<std::string> before;
  if (const auto old = read_manifest(files, folder))
    for (const auto* row : all_files(*old)) before.insert(row->name);
  const auto target = folder_target(files, folder, {});
  KONTOR_TRY(auto walked, walk_tar(path, target.get(), advance));
  const auto text = walked.manifest;
  KONTOR_TRY(auto out, compare_all(walked));
  for (const auto* row : all_files(out.manifest)) {
    before.erase(row->name);
    if (walked.files.contains(row->name)) continue;
    const auto found = digest_of(files, folder + '/' + row->name);
    if (found) {
      compare(out, *row, *found);
    } else {
      out.faults.push_back({row->name, "it is in an earlier tar: unpack that one here first"});
    }
  }
  out.elsewhere = 0;
  if (!out.faults.empty()) return out;
  KONTOR_TRY(target->finish(text));
  for (const auto& name : before) {
    KONTOR_TRY(target->remove(name));
  }
  return out;
}

}  // namespace kontor::admin::backup
