// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/exports/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "base/core/text.hpp"
#include "base/mime/modified_utf7.hpp"
#include "server/admin/exports/form.hpp"
#include "server/admin/sources/marks.hpp"
#include "server/admin/sources/own_marks.hpp"

namespace kontor::admin::exports {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Appends to a file, which is made when missing. Dated when `date` is given.
Result<void> append_file(const std::string& path,
                         std::string_view bytes,
                         std::optional<UtcSeconds> date = {}) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (file.get() < 0) return errno_error(path, errno);
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0) return errno_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!date) return {};
  const timespec time{date->time_since_epoch().count(), 0};
  const timespec times[2] = {time, time};
  if (::futimens(file.get(), times) != 0) return errno_error(path, errno);
  return {};
}

Result<void> make_folder(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const auto part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return errno_error(part, errno);
    if (at == std::string::npos) return {};
  }
}

// What the three forms share: paths for folders, and the file that says what they stand for.
class FileWriter : public Writer {
 public:
  explicit FileWriter(std::string folder) : top_(std::move(folder)) {}

  Result<void> begin_folder(const std::string& name) override {
    if (paths_.contains(name)) return {};
    auto path = path_of(name);
    while (path.empty() || !taken_.insert(path).second)
      path = fmt::format("folder-{}", ++numbered_) + ending();
    paths_[name] = path;
    KONTOR_TRY(append_file(top_ + '/' + std::string(sources::k_folders_file),
                           sources::print_folders_line(path, name)));
    return make(top_ + '/' + path);
  }

  Result<void> finish() override {
    const Descriptor folder(::open(top_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::syncfs(folder.get()) != 0) return errno_error(top_, errno);
    return {};
  }

 protected:
  // Below the top; empty: there is no plain name for it.
  virtual std::string path_of(const std::string& name) const = 0;
  virtual std::string ending() const { return {}; }
  virtual Result<void> make(const std::string& path) = 0;
  std::string path(const std::string& folder) const { return top_ + '/' + paths_.at(folder); }
  static std::string plain_path(const std::string& name) {
    std::string out;
    for (const auto level : split(name, '/')) {
      const auto plain = plain_level(level);
      if (plain.empty()) return {};
      out += out.empty() ? plain : '/' + plain;
    }
    return out;
  }
  const std::string& top() const { return top_; }

 private:
  std::string top_;
  std::map<std::string, std::string> paths_;  // by folder
  std::set<std::string> taken_;
  std::uint64_t numbered_ = 0;
};

class MboxWriter final : public FileWriter {
 public:
  using FileWriter::FileWriter;
  Result<void> add(const std::string& folder, const OutMessage& message) override {
    return append_file(path(folder), mbox_form(message));
  }

 private:
  std::string path_of(const std::string& name) const override {
    const auto plain = plain_path(name);
    return plain.empty() ? plain : plain + ending();
  }
  std::string ending() const override { return ".mbox"; }
  Result<void> make(const std::string& path) override {
    KONTOR_TRY(make_folder(path.substr(0, path.rfind('/'))));
    return append_file(path, {});
  }
};

class EmlWriter final : public FileWriter {
 public:
  using FileWriter::FileWriter;
  Result<void> add(const std::string& folder, const OutMessage& message) override {
    const auto name = fmt::format("{:09}.eml", message.uid);
    sources::OwnMarks own;
    own.marks = message.marks;
    own.date = message.date;
    own.as_is = true;
    KONTOR_TRY(append_file(path(folder) + '/' + name, message.raw, message.date));
    return append_file(path(folder) + '/' + std::string(sources::k_marks_file),
                       sources::print_own_marks(own, name) + '\n');
  }

 private:
  std::string path_of(const std::string& name) const override { return plain_path(name); }
  Result<void> make(const std::string& path) override { return make_folder(path); }
};

// Maildir++: INBOX at the top, the folder A/B in ".A.B", names in modified UTF-7.
class MaildirWriter final : public FileWriter {
 public:
  using FileWriter::FileWriter;
  Result<void> add(const std::string& folder, const OutMessage& message) override {
    const auto form = file_form(message.raw);
    auto letters = sources::letters_of(message.marks.flags);
    KONTOR_TRY(const bool all_named, add_keywords(folder, message.marks.keywords, letters));
    const auto name =
        fmt::format("{}.{:09}.kontor,S={}:2,{}", message.date.time_since_epoch().count(),
                    message.uid, form.content.size(), letters);
    KONTOR_TRY(append_file(path(folder) + "/cur/" + name, form.content, message.date));
    if (all_named && !form.as_is) return {};
    sources::OwnMarks own;
    own.marks = message.marks;
    own.date = message.date;
    own.as_is = form.as_is;
    return append_file(path(folder) + '/' + std::string(sources::k_marks_file),
                       sources::print_own_marks(own, "cur/" + name) + '\n');
  }

 private:
  static constexpr std::size_t k_letters = 26;  // a to z are all that a folder has

  // False: a keyword has no letter any more.
  Result<bool> add_keywords(const std::string& folder,
                            const std::vector<std::string>& keywords,
                            std::string& letters) {
    auto& known = keywords_[folder];
    bool all_named = true;
    std::string own;
    for (const auto& keyword : keywords) {
      const auto place = std::ranges::find(known, keyword);
      const auto number = static_cast<std::size_t>(place - known.begin());
      if (number >= k_letters) {
        all_named = false;
        continue;
      }
      if (place == known.end()) {
        KONTOR_TRY(append_file(path(folder) + "/dovecot-keywords",
                               fmt::format("{} {}\n", number, keyword)));
        known.push_back(keyword);
      }
      own += static_cast<char>('a' + number);
    }
    std::ranges::sort(own);
    letters += own;
    return all_named;
  }

  std::string path_of(const std::string& name) const override {
    if (name == "INBOX") return ".";
    std::string out;
    for (const auto level : split(name, '/')) {
      const auto plain = plain_level(mime::encode_modified_utf7(level));
      if (plain.empty() || plain.find('.') != std::string::npos) return {};
      out += '.' + plain;
    }
    return out.size() > 250 ? std::string() : out;
  }

  Result<void> make(const std::string& path) override {
    for (const auto* part : {"", "/cur", "/new", "/tmp"}) {
      KONTOR_TRY(make_folder(path + part));
    }
    if (path == top() + "/.") return {};
    return append_file(path + "/maildirfolder", {});
  }

  std::map<std::string, std::vector<std::string>> keywords_;  // by folder, in the order of letters
};

}  // namespace

Result<std::unique_ptr<Writer>> make_writer(std::string_view format, std::string folder) {
  std::unique_ptr<Writer> out;
  if (format == "maildir") out = std::make_unique<MaildirWriter>(std::move(folder));
  if (format == "mbox") out = std::make_unique<MboxWriter>(std::move(folder));
  if (format == "eml") out = std::make_unique<EmlWriter>(std::move(folder));
  if (!out) return fail(Errc::bad_input, "--format is maildir, mbox or eml");
  return out;
}

}  // namespace kontor::admin::exports
