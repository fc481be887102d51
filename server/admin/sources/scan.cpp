// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/scan.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/core/text.hpp"
#include "server/admin/sources/own_marks.hpp"

namespace kontor::admin::sources {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_max_depth = 40;

bool is_maildir(const fs::path& folder) {
  std::error_code failed;
  return fs::is_directory(folder / "cur", failed);
}

bool begins_with_from(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  char head[5]{};
  in.read(head, sizeof head);
  return in.gcount() == sizeof head && std::string_view(head, sizeof head) == "From ";
}

bool is_number(std::string_view digits) {
  if (digits.ends_with('.')) digits.remove_suffix(1);  // Cyrus
  return !digits.empty() && std::ranges::all_of(digits, is_digit);
}

// Numbers in names by their value: 9 before 10, and a Maildir's files by the second they came in.
bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& path) {
    const auto name = fs::path(path).filename().string();
    const auto end = name.find_first_not_of("0123456789");
    return parse_number<std::uint64_t>(std::string_view(name).substr(0, end)).value_or(UINT64_MAX);
  };
  const auto first = number(a), second = number(b);
  return first != second ? first < second : a < b;
}

// What an export of ours says of the files beside it.
bool is_ours(std::string_view name) { return name == k_marks_file || name == k_folders_file; }

// The folders of an export of ours have the names that it says.
void name_boxes(Scan& scan, const fs::path& top) {
  std::ifstream file(top / std::string(k_folders_file), std::ios::binary);
  if (!file) return;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto names = parse_folders_file(text);
  for (auto& box : scan.boxes) {
    const auto known = names.find(fs::path(box.path).lexically_relative(top).string());
    if (known == names.end()) continue;
    box.levels.clear();
    for (const auto level : split(known->second, '/')) box.levels.emplace_back(level);
  }
}

std::string without(std::string name, std::string_view ending) {
  if (name.size() > ending.size() && name.ends_with(ending))
    name.resize(name.size() - ending.size());
  return name;
}

Levels below(Levels levels, const std::string& name) {
  levels.push_back(name);
  return levels;
}

class Scanner {
 public:
  void folder(const fs::path& path, const Levels& levels, std::size_t depth);
  void mbox(const fs::path& file, const Levels& levels);
  void message(const fs::path& file);
  Scan take() { return std::move(out_); }

 private:
  std::vector<fs::directory_entry> entries(const fs::path& folder);
  void maildir(const fs::path& path, const Levels& levels, std::size_t depth);
  void tree(const fs::path& path, const Levels& levels, std::size_t depth);
  void file(const fs::path& path, const Levels& levels, Box& messages);
  void subfolder(const fs::path& path, const Levels& levels, std::size_t depth);
  void add_file(Box& box, const fs::path& path);
  void add_box(Box box);
  Scan out_;
};

std::vector<fs::directory_entry> Scanner::entries(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::directory_entry> all;
  for (fs::directory_iterator one(folder, failed), end; !failed && one != end;
       one.increment(failed))
    all.push_back(*one);
  if (failed) out_.faults.push_back({folder.string(), failed.message()});
  std::ranges::sort(all, {}, [](const auto& entry) { return entry.path(); });
  return all;
}

void Scanner::add_file(Box& box, const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) {
    out_.faults.push_back({path.string(), errno_error("", errno).text()});
  } else if (!S_ISREG(info.st_mode)) {
    out_.passed_over.push_back(path.string());
  } else {
    box.files.push_back(path.lexically_relative(box.path).string());
    box.bytes += static_cast<std::uint64_t>(info.st_size);
  }
}

void Scanner::add_box(Box box) {
  out_.bytes += box.bytes;
  std::ranges::sort(box.files, comes_before);
  out_.boxes.push_back(std::move(box));
}

void Scanner::mbox(const fs::path& file, const Levels& levels) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  add_box(Box{BoxKind::mbox, file.string(), levels, {}, failed ? 0 : size});
}

void Scanner::message(const fs::path& file) {
  Box box{BoxKind::messages, file.parent_path().string(), {}, {}, 0};
  add_file(box, file);
  add_box(std::move(box));
}

void Scanner::folder(const fs::path& path, const Levels& levels, std::size_t depth) {
  if (depth > k_max_depth) {
    out_.faults.push_back({path.string(), "folders lie too deep"});
  } else if (is_maildir(path)) {
    maildir(path, levels, depth);
  } else {
    tree(path, levels, depth);
  }
}

void Scanner::maildir(const fs::path& path, const Levels& levels, std::size_t depth) {
  Box box{BoxKind::maildir, path.string(), levels, {}, 0};
  for (const auto* part : {"new", "cur"}) {
    std::error_code failed;
    if (!fs::is_directory(path / part, failed)) continue;
    for (const auto& entry : entries(path / part)) add_file(box, entry.path());
  }
  add_box(std::move(box));
  for (const auto& entry : entries(path)) {
    const auto name = entry.path().filename().string();
    if (name == "cur" || name == "new" || name == "dovecot-keywords" || is_ours(name)) continue;
    std::error_code failed;
    if (entry.is_symlink(failed) || !entry.is_directory(failed)) {
      out_.passed_over.push_back(entry.path().string());
    } else if (name == "tmp") {
      // What was not delivered: nobody was ever told that it was (Maildir's specification).
      for (const auto& left : entries(entry.path()))
        out_.passed_over.push_back(left.path().string());
    } else if (name.starts_with('.')) {
      auto sub = levels;
      for (auto& level : levels_of_maildir(name)) sub.push_back(std::move(level));
      folder(entry.path(), sub, depth + 1);
    } else {
      folder(entry.path(), below(levels, name), depth + 1);
    }
  }
}

void Scanner::file(const fs::path& path, const Levels& levels, Box& messages) {
  const auto name = path.filename().string();
  const bool is_eml = iequals(path.extension().string(), ".eml");
  if (!is_eml && begins_with_from(path)) {
    const bool is_apples = name == "mbox" && path.parent_path().extension() == ".mbox";
    mbox(path, is_apples ? levels : below(levels, without(name, ".mbox")));
  } else if (is_eml || is_number(name)) {
    add_file(messages, path);
  } else {
    out_.passed_over.push_back(path.string());
  }
}

void Scanner::subfolder(const fs::path& path, const Levels& levels, std::size_t depth) {
  const auto name = path.filename().string();
  folder(path, below(levels, without(without(name, ".sbd"), ".mbox")), depth + 1);
}

void Scanner::tree(const fs::path& path, const Levels& levels, std::size_t depth) {
  Box messages{BoxKind::messages, path.string(), levels, {}, 0};
  for (const auto& entry : entries(path)) {
    std::error_code failed;
    if (is_ours(entry.path().filename().string())) continue;
    if (entry.is_symlink(failed)) {
      out_.passed_over.push_back(entry.path().string());
    } else if (entry.is_directory(failed)) {
      subfolder(entry.path(), levels, depth);
    } else if (entry.is_regular_file(failed)) {
      file(entry.path(), levels, messages);
    } else {
      out_.passed_over.push_back(entry.path().string());
    }
  }
  if (!messages.files.empty()) add_box(std::move(messages));
}

}  // namespace

Result<Scan> scan(const std::string& source) {
  struct stat info{};
  if (::stat(source.c_str(), &info) != 0) return errno_error(source, errno);
  Scanner scanner;
  const auto path = fs::absolute(source).lexically_normal();
  if (S_ISDIR(info.st_mode)) {
    const auto top = path.has_filename() ? path : path.parent_path();
    scanner.folder(top, {}, 0);
    auto found = scanner.take();
    name_boxes(found, top);
    return found;
  }
  if (!std::ifstream(path)) return errno_error(source, errno);
  if (begins_with_from(path) || info.st_size == 0) {
    scanner.mbox(path, {});
  } else {
    scanner.message(path);
  }
  return scanner.take();
}

}  // namespace kontor::admin::sources
