#include "engine/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

struct Scheme {
  std::string_view name;
  bool tls, websocket;

  [[nodiscard]] std::uint16_t port() const { return tls ? 443 : 80; }
};
constexpr Scheme kSchemes[] = {
    {"http", false, false}, {"https", true, false}, {"ws", false, true}, {"wss", true, true}};

std::unexpected<Error> wrong(std::string_view url, std::string_view what, std::string remedy = {}) {
  return std::unexpected(
      Error{Error::Kind::bad_plan, fmt::format("the URL '{}' {}", printable(url), what), std::move(remedy)});
}

bool is_host_character(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
bool is_visible(char c) {
  return c > ' ' && c < '\x7f';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) return {};
  return static_cast<std::uint16_t>(port);
}

/// What someone who wrote no scheme probably means.
std::string with_scheme(std::string_view text) {
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  return fmt::format("{}://{}", authority.ends_with(":443") ? "https" : "http", printable(text));
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) {
    return wrong(text, "has no scheme", fmt::format("write {}", with_scheme(text)));
  }
  const std::string_view scheme_name = text.substr(0, scheme_end);
  const auto scheme =
      std::ranges::find_if(kSchemes, [&](const Scheme& known) { return same_text(scheme_name, known.name); });
  if (scheme == std::end(kSchemes)) {
    return wrong(text, fmt::format("has the scheme '{}'", printable(scheme_name)),
                 "the schemes are http, https, ws and wss");
  }
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  const std::string_view target = rest.substr(authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return wrong(text, "holds user information", "send an Authorization header instead");
  }

  Url url;
  url.tls = scheme->tls;
  url.websocket = scheme->websocket;
  url.port = scheme->port();
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return wrong(text, "has a '[' without its ']'");
    url.host = authority.substr(1, bracket - 1);
    const bool has_nul = url.host.find('\0') != std::string::npos;  // inet_pton() would not see what follows
    in6_addr ignored{};
    if (has_nul || ::inet_pton(AF_INET6, url.host.c_str(), &ignored) != 1)
      return wrong(text, "has no IPv6 address in its [ ]");
    port = authority.substr(bracket + 1);
    has_port = !port.empty();
    if (has_port && !port.starts_with(':'))
      return wrong(text, "has something other than a port after its ']'");
    if (has_port) port.remove_prefix(1);
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
    if (port.find(':') != std::string_view::npos) {
      return wrong(text, "has more than one ':' in its host", "write an IPv6 address in [ ]");
    }
    if (url.host.empty()) return wrong(text, "has no host");
    if (!std::ranges::all_of(url.host, is_host_character)) return wrong(text, "has a host that is no name");
  }
  if (has_port) {
    const auto number = parse_port(port);
    if (!number)
      return wrong(text, fmt::format("has the port '{}'", printable(port)), "a port is 1 to 65535");
    url.port = *number;
  }
  if (!std::ranges::all_of(target, is_visible)) {
    return wrong(text, "holds a space, a control or a non-ASCII character",
                 "percent-encode it: %20 for a space");
  }
  url.target = target.starts_with('/') ? std::string(target) : fmt::format("/{}", target);
  const std::string host = authority.starts_with('[') ? fmt::format("[{}]", url.host) : url.host;
  url.authority = url.port == scheme->port() ? host : fmt::format("{}:{}", host, url.port);
  return url;
}

}  // namespace shootout::engine
