#include "launch/tar_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace shootout::launch {
namespace {

constexpr size_t kBlock = 512;

// The header of ustar (tar(5)): all text, numbers in octal.
struct TarHeader {
  std::array<char, 100> name{};
  std::array<char, 8> mode{}, user{}, group{};
  std::array<char, 12> size{}, time{};
  std::array<char, 8> checksum{};
  char kind = '0';
  std::array<char, 100> link{};
  std::array<char, 6> magic{'u', 's', 't', 'a', 'r', '\0'};
  std::array<char, 2> version{'0', '0'};
  std::array<char, 32> user_name{}, group_name{};
  std::array<char, 8> major{}, minor{};
  std::array<char, 155> prefix{};
  std::array<char, 12> padding{};
};
static_assert(sizeof(TarHeader) == kBlock);

template <size_t N>
void put_octal(std::array<char, N>& field, size_t number) {
  const auto text = fmt::format("{:0{}o}", number, N - 1);
  std::copy_n(text.begin(), std::min(text.size(), N - 1), field.begin());
}

template <size_t N>
void put_text(std::array<char, N>& field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), N), field.begin());
}

}  // namespace

Result<void> TarArchive::add(const std::string& path, std::string_view content, bool executable) {
  TarHeader header;
  if (path.size() <= header.name.size()) {
    put_text(header.name, path);
  } else {
    const size_t slash = path.find('/', path.size() - header.name.size() - 1);
    if (slash == std::string::npos || slash > header.prefix.size())
      return fail(ExitCode::usage, fmt::format("the file name {} is too long for an image", path),
                  "shorten it");
    put_text(header.prefix, std::string_view(path).substr(0, slash));
    put_text(header.name, std::string_view(path).substr(slash + 1));
  }
  put_octal(header.mode, executable ? 0755 : 0644);
  put_octal(header.user, 0);
  put_octal(header.group, 0);
  put_octal(header.size, content.size());
  put_octal(header.time, 0);
  header.checksum.fill(' ');
  std::array<unsigned char, kBlock> raw{};
  std::memcpy(raw.data(), &header, kBlock);
  size_t sum = 0;
  for (const unsigned char byte : raw) sum += byte;
  const auto text = fmt::format("{:06o}", sum);
  std::copy(text.begin(), text.end(), header.checksum.begin());
  header.checksum[6] = '\0';

  bytes_.append(reinterpret_cast<const char*>(&header), kBlock);
  bytes_.append(content);
  bytes_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
  return {};
}

std::string TarArchive::take() {
  bytes_.append(2 * kBlock, '\0');
  return std::exchange(bytes_, {});
}

}  // namespace shootout::launch
