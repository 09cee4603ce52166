#include "cli/load_options.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace shootout::cli {
namespace {

using engine::BodyPlan;
using engine::Check;

/// As typed behind `shootout load`.
Result<LoadRequest> parsed(const std::vector<std::string>& words) {
  CLI::App app;
  LoadOptions options;
  add_load_options(app, options);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return fail(ExitCode::usage, error.what());
  }
  return load_request_of(options);
}

engine::LoadPlan plan_of(const std::vector<std::string>& words) {
  auto request = parsed(words);
  EXPECT_TRUE(request) << request.error().what;
  return request ? request->plan : engine::LoadPlan{};
}

Error mistake_in(const std::vector<std::string>& words) {
  auto request = parsed(words);
  EXPECT_FALSE(request) << words.back();
  if (request) return {};
  EXPECT_EQ(request.error().code, ExitCode::usage);
  return request.error();
}

TEST(LoadOptions, WithoutAnyAreTenSecondsOfGets) {
  const auto plan = plan_of({"http://h/"});
  EXPECT_EQ(plan.url, "http://h/");
  EXPECT_EQ(plan.duration_s, 10);
  EXPECT_EQ(plan.connections, 10u);
  EXPECT_EQ(plan.threads, 2u);
  EXPECT_EQ(plan.timeout_s, 10);
  EXPECT_FALSE(plan.is_open_loop());
  EXPECT_EQ(plan.mix.size(), 1u);
  EXPECT_EQ(plan.mix[0].method, "GET");
  EXPECT_EQ(plan.seed, 1u);
  EXPECT_TRUE(plan.tls.verify);
}

TEST(LoadOptions, ThoseOfWrkMeanWhatTheyMeanThere) {
  const auto plan =
      plan_of({"-t12", "-c400", "-d30s", "-H", "A: b: c", "-H", "D:e", "--timeout", "2s", "http://h/"});
  EXPECT_EQ(plan.threads, 12u);
  EXPECT_EQ(plan.connections, 400u);
  EXPECT_EQ(plan.duration_s, 30);
  EXPECT_EQ(plan.timeout_s, 2);
  EXPECT_EQ(plan.mix[0].headers,
            (std::vector<std::pair<std::string, std::string>>{{"A", "b: c"}, {"D", "e"}}));
  EXPECT_TRUE(parsed({"http://h/", "--latency"})->all_percentiles);
}

TEST(LoadOptions, AScriptIsAnsweredWithTheOptionsThatReplaceIt) {
  const auto error = mistake_in({"http://h/", "-s", "post.lua"});
  EXPECT_NE(error.what.find("Lua"), std::string::npos);
  for (const char* option : {"--method", "--body", "-H", "{id:1..1000}", "--targets", "--check", "--json"})
    EXPECT_NE(error.remedy.find(option), std::string::npos) << option;
}

TEST(LoadOptions, HowMuch) {
  EXPECT_EQ(plan_of({"http://h/", "-n", "10k"}).requests, 10'000u);
  EXPECT_FALSE(plan_of({"http://h/", "-n", "10k"}).duration_s);
  const auto open = plan_of({"http://h/", "-R", "50k", "--arrivals", "constant"});
  EXPECT_EQ(open.rate, 50'000);
  EXPECT_EQ(open.arrivals, engine::Arrivals::constant);
  EXPECT_EQ(open.duration_s, 10);
  EXPECT_EQ(plan_of({"http://h/", "--warm-up", "2s"}).settle_s, 2);
  EXPECT_EQ(plan_of({"http://h/", "--settle", "500ms", "--ramp", "1k"}).opened_per_second, 1000);
  EXPECT_EQ(plan_of({"http://h/", "--seed", "7", "--cpus", "0-2"}).cpus, (std::vector<int>{0, 1, 2}));
}

TEST(LoadOptions, StagesSayHowMuch) {
  const auto steps = plan_of({"http://h/", "--stages", "10:60s,500:120s"});
  EXPECT_EQ(steps.stages.size(), 2u);
  EXPECT_FALSE(steps.is_open_loop());
  EXPECT_FALSE(steps.duration_s);
  const auto rates = plan_of({"http://h/", "--stages", "100/s:10s", "-c", "50", "--arrivals", "poisson"});
  EXPECT_TRUE(rates.is_open_loop());
  EXPECT_EQ(rates.connections, 50u);
  for (const char* option : {"-d", "-n", "-R"})
    mistake_in({"http://h/", "--stages", "100/s:10s", option, "5"});
  mistake_in({"http://h/", "--stages", "10:60s", "-c", "5"});
}

TEST(LoadOptions, ARateIsNotForACount) {
  const auto error = mistake_in({"http://h/", "-R", "1k", "-n", "30k"});
  EXPECT_NE(error.remedy.find("-d 30s"), std::string::npos) << error.remedy;
  mistake_in({"http://h/", "-d", "5s", "-n", "3"});
  mistake_in({"http://h/", "--arrivals", "constant"});
}

TEST(LoadOptions, WhatIsSent) {
  const auto text = plan_of({"http://h/", "--body", "{id:1..5}"});
  EXPECT_EQ(text.mix[0].method, "POST");
  EXPECT_EQ(text.mix[0].body.text, "{id:1..5}");
  EXPECT_EQ(plan_of({"http://h/", "--method", "PUT", "--body", "a"}).mix[0].method, "PUT");
  const auto upload = plan_of({"http://h/", "--upload", "5MB", "--variants", "9"});
  EXPECT_EQ(upload.mix[0].body.kind, BodyPlan::Kind::upload);
  EXPECT_EQ(upload.mix[0].body.size, 5'000'000u);
  EXPECT_EQ(upload.mix[0].body.variants, 9u);
  EXPECT_EQ(upload.mix[0].method, "POST");
  mistake_in({"http://h/", "--upload", "5MB", "--body", "a"});
  mistake_in({"http://h/", "--upload", "0"});
  mistake_in({"http://h/", "--variants", "2"});
}

TEST(LoadOptions, AMultipartBodyNamesItsFieldAndFile) {
  const auto plain = plan_of({"http://h/", "--multipart", "5MiB"}).mix[0].body;
  EXPECT_EQ(plain.kind, BodyPlan::Kind::multipart);
  EXPECT_EQ(plain.size, 5u << 20);
  EXPECT_EQ(plain.field, "file");
  const auto named = plan_of({"http://h/", "--multipart", "64KB:photo:a:b.png"}).mix[0].body;
  EXPECT_EQ(named.field, "photo");
  EXPECT_EQ(named.file_name, "a:b.png");
  EXPECT_EQ(plan_of({"http://h/", "--multipart", "64KB:photo"}).mix[0].body.field, "photo");
  for (const char* wrong : {"many", "5MB:", "5MB::a", "5MB:f:", ":f:a"})
    mistake_in({"http://h/", "--multipart", wrong});
}

TEST(LoadOptions, ABodyMayComeFromAFile) {
  const std::string path = ::testing::TempDir() + "load_options_test_body";
  std::ofstream(path, std::ios::binary) << std::string("a\0b", 3);
  EXPECT_EQ(plan_of({"http://h/", "--body", "@" + path}).mix[0].body.text, std::string("a\0b", 3));
  EXPECT_EQ(plan_of({"http://h/", "--check-body", "@" + path}).checks.at(0).expected, std::string("a\0b", 3));
  std::remove(path.c_str());
  EXPECT_NE(mistake_in({"http://h/", "--body", "@" + path}).what.find("cannot be read"), std::string::npos);
}

TEST(LoadOptions, AFileOfTargetsSaysWhatIsSent) {
  const auto error = mistake_in({"http://h/", "--targets", "/nowhere", "--method", "PUT"});
  EXPECT_NE(error.what.find("--targets and --method"), std::string::npos) << error.what;
}

TEST(LoadOptions, Checks) {
  const auto plan =
      plan_of({"http://h/", "--check-status", "2xx,404", "--check-body", "b", "--check-contains", "c",
               "--check-contains", "d", "--check-size", "10KB", "--check-sha256", "{body.sha256}",
               "--check-header", "A: b", "--check-json", "/a=\"x=y\"", "--check-sample", "10%"});
  EXPECT_EQ(plan.accepted_status.size(), 101u);
  EXPECT_EQ(plan.checked_share, 0.1);
  const std::vector<std::tuple<Check::Kind, std::string, std::string>> wanted = {
      {Check::Kind::body_equals, "", "b"},
      {Check::Kind::body_contains, "", "c"},
      {Check::Kind::body_contains, "", "d"},
      {Check::Kind::body_size, "", "10000"},
      {Check::Kind::body_sha256, "", "{body.sha256}"},
      {Check::Kind::header_equals, "A", "b"},
      {Check::Kind::json_equals, "/a", "\"x=y\""}};
  ASSERT_EQ(plan.checks.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_EQ(std::tuple(plan.checks[i].kind, plan.checks[i].name, plan.checks[i].expected), wanted[i]) << i;
  EXPECT_EQ(plan_of({"http://h/", "--check-size", "{body.size}"}).checks.at(0).expected, "{body.size}");
  EXPECT_EQ(plan_of({"http://h/", "--accept-status", "404"}).accepted_status, std::vector<int>{404});
  mistake_in({"http://h/", "--check-sample", "10%"});
  mistake_in({"http://h/", "--check-json", "/a"});
  mistake_in({"http://h/", "--check-header", "A"});
}

TEST(LoadOptions, ConnectionsAndTls) {
  const auto plan = plan_of({"https://h/", "--insecure", "--cacert", "ca.pem", "--server-name", "n",
                             "--no-resume", "--unix-socket", "/run/s"});
  EXPECT_FALSE(plan.tls.verify);
  EXPECT_FALSE(plan.tls.resume);
  EXPECT_EQ(plan.tls.authorities, "ca.pem");
  EXPECT_EQ(plan.tls.server_name, "n");
  EXPECT_EQ(plan.unix_socket, "/run/s");
}

TEST(LoadOptions, WebSockets) {
  const auto plan = plan_of({"wss://h/", "--ws-size", "64KB", "--ws-binary", "--ws-fragment", "1KB",
                             "--ws-any", "--in-flight", "8"})
                        .websocket;
  EXPECT_EQ(plan.size, 64'000u);
  EXPECT_TRUE(plan.binary);
  EXPECT_EQ(plan.fragment, 1000u);
  EXPECT_FALSE(plan.echo);
  EXPECT_EQ(plan.in_flight, 8u);
  EXPECT_EQ(plan_of({"ws://h/", "--ws-message", "m"}).websocket.message, "m");
  EXPECT_NE(mistake_in({"http://h/", "--in-flight", "8"}).what.find("--in-flight is of WebSockets"),
            std::string::npos);
  mistake_in({"ws://h/", "--ws-message", "m", "--ws-size", "5"});
}

TEST(LoadOptions, AConditionIsReadBeforeAnyLoad) {
  EXPECT_TRUE(parsed({"http://h/", "--fail-if", "p99>50ms || errors>0.1%"})->fail_if);
  EXPECT_FALSE(parsed({"http://h/"})->fail_if);
  EXPECT_NE(mistake_in({"http://h/", "--fail-if", "p99>50"}).what.find("column 5"), std::string::npos);
}

TEST(LoadOptions, ValuesThatAreNoneAreToldWithAnExample) {
  const std::vector<std::pair<std::string, std::string>> wrong = {{"-c", "many"},
                                                                  {"-c", "2M"},
                                                                  {"-t", "x"},
                                                                  {"-d", "10x"},
                                                                  {"-n", "1.5"},
                                                                  {"-R", "fast"},
                                                                  {"--timeout", "soon"},
                                                                  {"--ramp", "1/m"},
                                                                  {"--seed", "abc"},
                                                                  {"--accept-status", "ok"},
                                                                  {"--upload", "5XB"},
                                                                  {"--cpus", "one"},
                                                                  {"--stages", "10"},
                                                                  {"-H", "nothing"},
                                                                  {"--check-size", "big"},
                                                                  {"--settle", "-1s"},
                                                                  {"--arrivals", "sometimes"}};
  for (const auto& [option, value] : wrong) {
    const auto error = mistake_in({"http://h/", option + (option.size() > 2 ? "=" : "") + value});
    EXPECT_FALSE(error.remedy.empty()) << option;
    EXPECT_NE(error.what.find(value), std::string::npos) << error.what;
  }
}

TEST(LoadOptions, EachHasItsHelpWithin80Columns) {
  CLI::App app;
  LoadOptions options;
  add_load_options(app, options);
  for (const auto* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    EXPECT_FALSE(option->get_description().empty()) << option->get_name();
  }
  const std::string help = app.help();
  EXPECT_EQ(help.find("--script"), std::string::npos);
  for (std::size_t at = 0; at < help.size();) {
    const auto end = help.find('\n', at);
    EXPECT_LE(end - at, 80u) << help.substr(at, end - at);
    at = end + 1;
  }
}

}  // namespace
}  // namespace shootout::cli
