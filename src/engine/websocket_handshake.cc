#include "engine/websocket_handshake.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <span>

#include "engine/http_scan.h"
#include "engine/http_syntax.h"
#include "engine/websocket_frame.h"

namespace shootout::engine {
namespace {

std::string base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

std::string websocket_key(std::uint64_t seed, std::uint64_t number) {
  MaskKeys words(seed ^ (number * 0xd1342543de82ef95U));  // odd: no two numbers of a seed meet
  std::array<unsigned char, 16> nonce{};
  for (std::size_t at = 0; at < nonce.size(); at += 4) {
    const std::uint32_t word = words.next();
    for (std::size_t i = 0; i < 4; ++i) nonce[at + i] = static_cast<unsigned char>(word >> (8 * i));
  }
  return base64(nonce);
}

std::string websocket_headers(std::string_view key) {
  return fmt::format(
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n",
      key);
}

std::string websocket_accept(std::string_view key) {
  const std::string proven = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(proven.data()), proven.size(), digest.data());
  return base64(digest);
}

HandshakeCheck::HandshakeCheck(std::string_view key, std::string_view protocols)
    : accept_wanted_(websocket_accept(key)), protocols_(protocols) {}

void HandshakeCheck::on_header(std::string_view name, std::string_view value) {
  const auto note = [&](Single& header) {
    ++header.times;
    header.value = value;
  };
  if (same_name(name, "upgrade")) note(upgrade_);
  if (same_name(name, "sec-websocket-accept")) note(accept_);
  if (same_name(name, "sec-websocket-protocol")) note(protocol_);
  if (same_name(name, "sec-websocket-extensions")) note(extensions_);
  if (same_name(name, "connection")) {
    for_each_element(value, [&](std::string_view option) {
      if (same_name(option, "upgrade")) connection_upgrades_ = true;
    });
  }
}

std::optional<std::string> HandshakeCheck::broken(int status) const {
  const auto wrong = [](std::string_view what) { return fmt::format("WebSocket handshake: {}", what); };
  if (status != 101) return wrong(fmt::format("the status is {} instead of 101", status));

  if (upgrade_.times == 0) return wrong("no Upgrade header");
  if (upgrade_.times > 1) return wrong("more than one Upgrade header");
  if (!same_name(upgrade_.value, "websocket"))
    return wrong(fmt::format("Upgrade is '{}' instead of 'websocket'", printable(upgrade_.value)));
  if (!connection_upgrades_) return wrong("no Connection header with the option 'Upgrade'");

  if (accept_.times == 0) return wrong("no Sec-WebSocket-Accept header");
  if (accept_.times > 1) return wrong("more than one Sec-WebSocket-Accept header");
  if (accept_.value != accept_wanted_) {
    return wrong(fmt::format("Sec-WebSocket-Accept is '{}' instead of '{}'", printable(accept_.value),
                             accept_wanted_));
  }

  if (extensions_.times > 0)
    return wrong(fmt::format("the extension '{}', which nobody asked for", printable(extensions_.value)));
  if (protocol_.times == 0) return std::nullopt;
  if (protocol_.times > 1) return wrong("more than one Sec-WebSocket-Protocol header");
  bool was_asked_for = false;
  for_each_element(protocols_, [&](std::string_view asked) { was_asked_for |= asked == protocol_.value; });
  if (was_asked_for) return std::nullopt;
  return wrong(fmt::format("the subprotocol '{}', which nobody asked for", printable(protocol_.value)));
}

}  // namespace shootout::engine
