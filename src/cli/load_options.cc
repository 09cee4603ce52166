// The declarations of `load`'s options; load_request.cc reads their values.
#include "cli/load_options.h"

namespace shootout::cli {
namespace {

/// Options under one heading of the help.
class OptionGroup {
 public:
  OptionGroup(CLI::App& command, const char* name) : command_(command), name_(name) {}

  void value(const char* option, std::string& to, const char* type, const char* help) {
    command_.add_option(option, to, help)->type_name(type)->group(name_);
  }
  /// May be given again.
  void list(const char* option, std::vector<std::string>& to, const char* type, const char* help) {
    command_.add_option(option, to, help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group(name_);
  }
  void flag(const char* option, bool& to, const char* help) {
    command_.add_flag(option, to, help)->group(name_);
  }

 private:
  CLI::App& command_;
  const char* name_;
};

void add_amount(OptionGroup group, LoadOptions& options) {
  group.value("-c,--connections", options.connections, "N", "Connections, in all (10)");
  group.value("-t,--threads", options.threads, "N", "Threads (2)");
  group.value("-d,--duration", options.duration, "TIME", "How long: 500ms, 10s, 2m, 1h (10s)");
  group.value("-n,--requests", options.requests, "N", "Instead of -d: so many in all: 200, 10k");
  group.value("-R,--rate", options.rate, "RATE", "Open loop: so many a second, come what may: 50k");
  group.value("--arrivals", options.arrivals, "HOW", "Of an open loop: poisson (default) or constant");
  group.value(
      "--stages", options.stages, "LIST",
      "Instead of -d: 10:60s,500:2m steps of connections;\n10..500:60s a ramp; 100..1000/s:30s one of rate");
  group.value("--settle,--warm-up", options.settle, "TIME", "Traffic first that does not count: 2s (0)");
  group.value("--timeout", options.timeout, "TIME", "Of one request, from its send: 500ms, 2s (10s)");
  group.value("--connect-timeout", options.connect_timeout, "TIME",
              "Of opening a connection, TLS included (10s)");
  group.value("--ramp", options.ramp, "RATE", "Open so many connections a second (all at once)");
}

void add_requests(OptionGroup group, LoadOptions& options) {
  group.value("--method", options.method, "NAME", "GET, or POST where there is a body");
  group.list("-H,--header", options.headers, "HEADER", "'Name: value'; may be given again");
  group.value("--body", options.body, "TEXT|@FILE", "May hold slots: '{\"id\": {id:1..1000}}', {uuid}");
  group.value("--upload", options.upload, "SIZE", "A generated body: 5MB, 64KiB");
  group.value("--multipart", options.multipart, "SIZE[:FIELD[:FILENAME]]",
              "A generated file in a form: 5MB:file:a.bin");
  group.value("--variants", options.variants, "N", "Generated contents that take turns (4)");
  group.value("--targets", options.targets, "FILE", "Requests with weights, one a line");
  group.value("--seed", options.seed, "N", "Of all that is drawn or generated (1)");
}

void add_checks(OptionGroup group, LoadOptions& options) {
  group.value("--accept-status,--check-status", options.accept_status, "LIST", "200,404 or 2xx (2xx,3xx)");
  group.value("--check-body", options.check_body, "TEXT|@FILE", "The body; '{id}' is the request's slot");
  group.list("--check-contains", options.check_contains, "TEXT", "Somewhere in the body");
  group.value("--check-size", options.check_size, "SIZE", "Of the body: 10MB, '{body.size}'");
  group.value("--check-sha256", options.check_sha256, "HEX", "Of the body; '{body.sha256}' of what was sent");
  group.list("--check-header", options.check_headers, "HEADER", "'Name: value' in the answer");
  group.list("--check-json", options.check_json, "/POINTER=JSON", "/items/0/id=5, '/name=\"{name}\"'");
  group.value("--check-sample", options.check_sample, "SHARE", "Of the answers: 10% (100%)");
}

void add_connections(OptionGroup group, LoadOptions& options) {
  group.value("--unix-socket", options.unix_socket, "PATH", "Connect there, not to the URL's host");
  group.flag("--insecure", options.insecure, "TLS: take any certificate");
  group.value("--cacert", options.authorities, "FILE", "TLS: trust these authorities (PEM)");
  group.value("--server-name", options.server_name, "NAME", "TLS: ask for this name, and check it");
  group.flag("--no-resume", options.no_resume, "TLS: a full handshake for each connection");
  group.value("--cpus", options.cpus, "LIST", "Pin the threads: 0,2 or 0-3");
}

void add_websocket(OptionGroup group, LoadOptions& options) {
  group.value("--ws-message", options.ws_message, "TEXT", "The message, may hold slots (ping)");
  group.value("--ws-size", options.ws_size, "SIZE", "A generated message: 64KB");
  group.flag("--ws-binary", options.ws_binary, "Binary messages, not text");
  group.value("--ws-fragment", options.ws_fragment, "SIZE", "Cut messages into frames of so many bytes");
  group.flag("--ws-any", options.ws_any, "Any answer will do, not only the echo");
  group.value("--in-flight", options.in_flight, "N", "Messages under way on each connection (1)");
}

void add_output(OptionGroup group, LoadOptions& options) {
  group.value("--fail-if", options.fail_if, "CONDITION", "Then exit 99: 'p99>50ms || errors>0.1%'");
  group.flag("--latency", options.latency, "Print more percentiles");
  group.flag("--json", options.json, "Print one JSON document (shootout.load/1)");
  group.value("--hdr", options.hdr_file, "FILE", "Write the latencies in HdrHistogram's text form");
  group.flag("-q,--quiet", options.quiet, "No live view on stderr");
}

}  // namespace

void add_load_options(CLI::App& command, LoadOptions& options) {
  command.add_option("url", options.url, "http(s):// or ws(s)://host[:port][/path]")
      ->type_name("")
      ->required();
  add_amount({command, "How much"}, options);
  add_requests({command, "What is sent"}, options);
  add_checks({command, "What a right answer is"}, options);
  add_connections({command, "Connections"}, options);
  add_websocket({command, "WebSocket (ws:// and wss://)"}, options);
  add_output({command, "Output"}, options);
  OptionGroup(command, "").value("-s,--script", options.script, "FILE", "");  // wrk's, hidden
}

}  // namespace shootout::cli
