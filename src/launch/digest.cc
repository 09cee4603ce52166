#include "launch/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

namespace shootout::launch {
namespace fs = std::filesystem;

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return fail(ExitCode::environment, fmt::format("cannot read {}", file.string()));
  return text;
}

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename() == "__pycache__" || fs::exists(entry->path() / "pyvenv.cfg", ignored)) {
      entry.disable_recursion_pending();
    } else if (entry->is_symlink() || !entry->is_directory()) {
      files.push_back(entry->path().lexically_relative(folder));
    }
  }
  if (error) {
    return fail(ExitCode::environment,
                fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  }
  std::ranges::sort(files);
  return files;
}

Result<std::string> sha256_of_files(const fs::path& folder, const std::vector<fs::path>& files) {
  std::string all;
  for (const auto& name : files) {
    const auto file = folder / name;
    std::error_code ignored;
    const auto status = fs::symlink_status(file, ignored);
    std::string content;
    if (fs::is_symlink(status)) {
      content = fs::read_symlink(file, ignored).string();
    } else {
      auto read = read_file(file);
      if (!read) return std::unexpected(read.error());
      content = sha256(*read);
    }
    const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    all += fmt::format("{}\n{}\n{}\n", name.string(), executable, content);
  }
  return sha256(all);
}

}  // namespace shootout::launch
