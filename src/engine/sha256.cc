#include "engine/sha256.h"

#include <openssl/evp.h>

#include <array>

namespace shootout::engine {

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Sha256::digest() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, 32> value{};
  EVP_DigestFinal_ex(context_.get(), value.data(), nullptr);
  reset();
  std::string hex;
  hex.reserve(2 * value.size());
  for (const unsigned char byte : value) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 15];
  }
  return hex;
}

void Sha256::reset() {
  EVP_DigestInit_ex(context_.get(), nullptr, nullptr);  // the same algorithm again: no look-up
}

std::string sha256_of(std::string_view bytes) {
  Sha256 sha;
  sha.add(bytes);
  return sha.digest();
}

}  // namespace shootout::engine
