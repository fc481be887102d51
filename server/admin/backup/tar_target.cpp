// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/archive/tar.hpp"
#include "server/admin/backup/target.hpp"

namespace kontor::admin::backup {
namespace {

class TarTarget final : public Target {
 public:
  TarTarget(std::unique_ptr<archive::TarWriter> tar, std::string path)
      : tar_(std::move(tar)), path_(std::move(path)) {}

  // What an earlier backup has is not in this stream: the manifest says what the file must be.
  Result<bool> keep(const SavedFile&) override { return true; }
  Result<std::optional<SavedFile>> find(const std::string&, std::uint64_t) override {
    return std::optional<SavedFile>();
  }
  Result<void> begin(const std::string& name, std::uint64_t size, UtcSeconds date) override {
    return tar_->begin(name, size, date);
  }
  Result<bool> take(const SavedFile&, std::uint64_t, crypto::Sha256&) override { return false; }
  Result<void> write(std::string_view bytes) override { return tar_->write(bytes); }
  Result<void> end() override { return {}; }
  Result<void> finish(std::string_view manifest) override {
    KONTOR_TRY(tar_->begin(std::string(k_manifest_name), manifest.size(), system_clock().now()));
    KONTOR_TRY(tar_->write(manifest));
    KONTOR_TRY(tar_->close());
    if (path_ == "-") return {};
    auto& files = io::real_file_system();
    KONTOR_TRY(files.rename(path_ + ".part", path_));
    return files.sync_directory(io::parent_of(path_));
  }
  Result<void> remove(const std::string&) override { return {}; }

 private:
  std::unique_ptr<archive::TarWriter> tar_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<Target>> tar_target(std::string path, bool zstd) {
  KONTOR_TRY(auto tar, archive::TarWriter::open(path == "-" ? path : path + ".part", zstd));
  return std::unique_ptr<Target>(std::make_unique<TarTarget>(std::move(tar), std::move(path)));
}

}  // namespace kontor::admin::backup
