#include "suite/contender.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "suite/suite.h"

namespace shootout::suite {
namespace {

namespace fs = std::filesystem;

const std::string kRight = R"(title: My stack
needs: [upstream]
command: [server, --port, "{port}", --workers, "{workers}", "{folder}/app", "{{x}"]
variables:
  UPSTREAM: "{upstream.url}"
parameters:
  port: 8002
  workers: {value: 4, source: https://example.org/settings, why: the docs}
processes:
  workers: "{workers}"
  others: 1
  threads: 2
paths:
  io-test: /io
)";

class ContenderFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "shootout-suite-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directory(folder());
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] fs::path folder() const { return root_ / "mine"; }

  Result<Contender> read(const std::string& text) const {
    std::ofstream(folder() / "contender.yaml") << text;
    return read_contender(folder());
  }

  // The error, with the file's place cut off: "contender.yaml:3: ...".
  std::string error_of(const std::string& text) const {
    const auto contender = read(text);
    if (contender) return "accepted";
    std::string what = contender.error().what;
    const std::string place = folder().string() + "/";
    for (size_t at = what.find(place); at != std::string::npos; at = what.find(place))
      what.erase(at, place.size());
    return what;
  }

  fs::path root_;
};

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kRight;
  const size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return at == std::string::npos ? text : text.replace(at, old_text.size(), new_text);
}

TEST(Contenders, ThoseOfTheTreeAreRight) {
  const auto contenders = read_contenders({fs::path(SHOOTOUT_SOURCE_DIR) / "contenders"});
  ASSERT_TRUE(contenders) << contenders.error().what;
  ASSERT_TRUE(contenders->contains("flask-gunicorn"));
  const auto& flask = contenders->at("flask-gunicorn");
  EXPECT_EQ(flask.title, "Flask/Gunicorn");
  EXPECT_EQ(flask.parameters.at("port").value, "8002");
  EXPECT_FALSE(flask.parameters.at("workers").source.empty());
  EXPECT_EQ(contenders->at("upstream").provides, "upstream");
  const auto resolved =
      resolve(flask, {}, {{"python", "python3"}, {"upstream.url", "http://127.0.0.1:8001"}});
  ASSERT_TRUE(resolved) << resolved.error().what;
  EXPECT_EQ(resolved->slots(), 8);
}

TEST(Contenders, TheIoSuiteFindsItsOwn) {
  const auto contenders = read_contenders({fs::path(SHOOTOUT_SOURCE_DIR) / "contenders"});
  const auto suite = read_suite(fs::path(SHOOTOUT_SOURCE_DIR) / "suites" / "io.yaml");
  ASSERT_TRUE(contenders && suite);
  const auto checked = check_contenders(*suite, *contenders);
  EXPECT_TRUE(checked) << checked.error().what;
}

TEST_F(ContenderFolder, ReadsAndResolves) {
  const auto contender = read(kRight);
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(contender->name, "mine");
  EXPECT_EQ(contender->health, "/health");
  EXPECT_EQ(contender->parameters.at("workers").why, "the docs");

  const auto resolved = resolve(*contender, {{"workers", "3"}}, {{"upstream.url", "http://127.0.0.1:8001"}});
  ASSERT_TRUE(resolved) << resolved.error().what;
  EXPECT_EQ(resolved->command, (std::vector<std::string>{"server", "--port", "8002", "--workers", "3",
                                                         folder().string() + "/app", "{x}"}));
  EXPECT_EQ(resolved->variables.at("UPSTREAM"), "http://127.0.0.1:8001");
  EXPECT_EQ(resolved->url, "http://127.0.0.1:8002");
  EXPECT_EQ(resolved->port, 8002);
  EXPECT_EQ(resolved->workers, 3);
  EXPECT_EQ(resolved->slots(), 6);
  EXPECT_EQ(resolved->other_processes, 1);
  EXPECT_EQ(resolved->parameters, (std::map<std::string, std::string>{{"port", "8002"}, {"workers", "3"}}));
}

TEST_F(ContenderFolder, OneWorkerAloneMayHaveOtherProcessesBesideIt) {
  const auto same = read(kRight);
  ASSERT_TRUE(same) << same.error().what;
  const Values values{{"upstream.url", "http://127.0.0.1:8001"}};
  EXPECT_EQ(resolve(*same, {{"workers", "1"}}, values)->other_processes, 1);

  auto text = kRight;
  text.replace(text.find("others: 1"), sizeof "others: 1" - 1, "others: 2\n  others_of_one: 0");
  const auto own = read(text);
  ASSERT_TRUE(own) << own.error().what;
  EXPECT_EQ(resolve(*own, {{"workers", "1"}}, values)->other_processes, 0);
  EXPECT_EQ(resolve(*own, {{"workers", "2"}}, values)->other_processes, 2);
}

TEST_F(ContenderFolder, AFreePortReplacesTheDefaultAndAnOverrideReplacesBoth) {
  const auto contender = read(kRight);
  ASSERT_TRUE(contender);
  const Values values{{"port", "40001"}, {"upstream.url", "x"}};
  EXPECT_EQ(resolve(*contender, {}, values)->port, 40001);
  EXPECT_EQ(resolve(*contender, {}, values)->parameters.at("port"), "40001");
  EXPECT_EQ(resolve(*contender, {{"port", "9000"}}, values)->port, 9000);
}

TEST_F(ContenderFolder, ResolveSaysWhatIsWrong) {
  const auto contender = read(kRight);
  ASSERT_TRUE(contender);
  const Values values{{"upstream.url", "x"}};
  auto error = [&](const std::map<std::string, std::string>& overrides) {
    return resolve(*contender, overrides, values).error().what;
  };
  EXPECT_EQ(error({{"worker", "3"}}), "mine: there is no parameter 'worker'; did you mean 'workers'?");
  EXPECT_EQ(error({{"workers", "0"}}), "mine: workers: must be between 1 and 1024, found 0");
  EXPECT_EQ(error({{"workers", "2x"}}), "mine: workers: expected a whole number, found '2x'");
  EXPECT_EQ(error({{"port", "65536"}}), "mine: port: must be between 1 and 65535, found 65536");
  EXPECT_EQ(error({{"port", "99999999999"}}), "mine: port: must be between 1 and 65535, found 99999999999");
  EXPECT_EQ(
      resolve(*contender, {}, {{"upstream.ur", "x"}}).error().what,
      "nothing fills {upstream.url} in '{upstream.url}': there is no value 'upstream.url'; did you mean "
      "'upstream.ur'?");
}

TEST_F(ContenderFolder, AUrlIsServedBySomebodyElse) {
  const auto contender = read("url: http://127.0.0.1:9999/\npaths: {io-test: /io}\n");
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(contender->title, "mine");
  const auto resolved = resolve(*contender, {}, {});
  ASSERT_TRUE(resolved);
  EXPECT_TRUE(resolved->command.empty());
  EXPECT_EQ(resolved->url, "http://127.0.0.1:9999");
  EXPECT_EQ(
      resolve(*contender, {{"workers", "2"}}, {}).error().what,
      "mine is served by somebody else at http://127.0.0.1:9999: its 'workers' cannot be set from here");
  EXPECT_EQ(
      error_of("url: http://h:1\ncommand: [x]\nparameters: {port: 1}\n"),
      "contender.yaml:2: command: not together with 'url': a server that somebody else runs is not started "
      "from "
      "here\ncontender.yaml:3: parameters: not together with 'url': a server that somebody else runs is not "
      "started from here");
  EXPECT_EQ(error_of("url: 127.0.0.1:80"),
            "contender.yaml:1: url: must be a URL such as http://127.0.0.1:8000, found '127.0.0.1:80'");
}

const std::string kDatabase = R"(provides: postgres
address: "postgresql://u:{secret}@127.0.0.1:{port}/db"
command: [server, -D, "{data}/cluster", -p, "{port}"]
ready: [probe, "{port}"]
before_start: [[make, "{data}"], [own, "{data}", "{secret}"]]
after_ready: [["{folder}/seed.sh", "{port}"]]
unprivileged: true
parameters: {port: 5432}
)";

TEST_F(ContenderFolder, MayBeNoHttpServer) {
  const auto contender = read(kDatabase);
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(contender->health, "") << "`ready` tells";
  const auto resolved = resolve(*contender, {}, {{"data", "/d"}, {"secret", "s"}, {"port", "4000"}});
  ASSERT_TRUE(resolved) << resolved.error().what;
  using Words = std::vector<std::string>;
  EXPECT_EQ(resolved->url, "postgresql://u:s@127.0.0.1:4000/db");
  EXPECT_EQ(resolved->port, 4000);
  EXPECT_EQ(resolved->command, (Words{"server", "-D", "/d/cluster", "-p", "4000"}));
  EXPECT_EQ(resolved->ready, (Words{"probe", "4000"}));
  EXPECT_EQ(resolved->before_start, (std::vector<Words>{{"make", "/d"}, {"own", "/d", "s"}}));
  EXPECT_EQ(resolved->after_ready, (std::vector<Words>{{folder().string() + "/seed.sh", "4000"}}));
  EXPECT_TRUE(resolved->unprivileged);
  EXPECT_TRUE(resolved->needs_data);
  EXPECT_EQ(resolve(*contender, {}, {{"data", "/d"}}).error().what.substr(0, 21), "nothing fills {secret");

  const auto usual = read(kRight);
  ASSERT_TRUE(usual);
  const auto server = resolve(*usual, {}, {{"upstream.url", "x"}});
  ASSERT_TRUE(server);
  EXPECT_FALSE(server->unprivileged);
  EXPECT_FALSE(server->needs_data);
}

TEST_F(ContenderFolder, SaysWhatIsWrongWithAServiceAndWhere) {
  const auto wrong = [&](const std::string& old_text, const std::string& new_text) {
    std::string text = kDatabase;
    const size_t at = text.find(old_text);
    EXPECT_NE(at, std::string::npos) << old_text;
    return error_of(at == std::string::npos ? text : text.replace(at, old_text.size(), new_text));
  };
  EXPECT_EQ(wrong("{secret}@", "{secert}@"),
            "contender.yaml:2: address: nothing fills {secert}: there is no parameter 'secert'; did you mean "
            "'secret'?");
  EXPECT_EQ(wrong("postgresql://u:{secret}@127.0.0.1:{port}/db", "127.0.0.1"),
            "contender.yaml:2: address: must be a URL with its scheme, found '127.0.0.1'");
  EXPECT_EQ(wrong("ready: [probe, \"{port}\"]\n", ""),
            "contender.yaml:2: address: only with 'ready': a command that succeeds when the server there is "
            "ready");
  EXPECT_EQ(wrong("ready: [probe, \"{port}\"]", "ready: []"), "contender.yaml:4: ready: must name a program");
  EXPECT_EQ(wrong("[make, \"{data}\"]", "make"),
            "contender.yaml:5: before_start: expected a list, found 'make'");
  EXPECT_EQ(wrong("unprivileged: true", "unprivileged: yes"),
            "contender.yaml:7: unprivileged: expected true or false, found 'yes'");
  EXPECT_EQ(wrong("unprivileged: true", "health: /ping"),
            "contender.yaml:7: health: not together with 'ready': one of them says when it is ready");
}

TEST_F(ContenderFolder, SaysWhatItDoesNotServeAsTheOthersDo) {
  const auto contender = read(kRight + R"(scenarios:
  ws-echo: {served_by: other, says: by an extension, source: https://example.org}
  stream: {unsupported: it cannot}
)");
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(contender->scenarios.at("ws-echo").served_by, "other");
  EXPECT_EQ(contender->scenarios.at("ws-echo").says, "by an extension");
  EXPECT_EQ(contender->scenarios.at("ws-echo").source, "https://example.org");
  EXPECT_EQ(contender->scenarios.at("stream").unsupported, "it cannot");
  EXPECT_EQ(resolve(*contender, {}, {{"upstream.url", "x"}})->scenarios.size(), 2u);

  const auto wrong = [&](const std::string& note) {
    return error_of(kRight + "scenarios: {s: " + note + "}\n");
  };
  EXPECT_EQ(wrong("{served_by: mine}"),
            "contender.yaml:15: served_by: names this contender itself; leave it out");
  EXPECT_EQ(
      wrong("{served_by: other, unsupported: no}"),
      "contender.yaml:15: unsupported: not together with 'served_by': either somebody serves it, or nobody "
      "does");
  EXPECT_EQ(wrong("{unsupported: \"\"}"), "contender.yaml:15: unsupported: must say why");
  EXPECT_EQ(wrong("{source: x}"),
            "contender.yaml:15: one of 'served_by', 'unsupported' and 'says' is needed");
  EXPECT_EQ(wrong("{servedby: other}"),
            "contender.yaml:15: one of 'served_by', 'unsupported' and 'says' is needed\n"
            "contender.yaml:15: unknown key 'servedby'; did you mean 'served_by'?");
}

TEST_F(ContenderFolder, SaysWhatIsWrongAndWhere) {
  struct Wrong {
    std::string old_text, new_text, error;
  };
  const std::vector<Wrong> table{
      {"title:", "titel:", "1: unknown key 'titel'; did you mean 'title'?"},
      {"command: [server, --port, \"{port}\", --workers, \"{workers}\", \"{folder}/app\", \"{{x}\"]\n", "",
       "1: missing key 'command' (or 'url', where somebody else serves it)"},
      {"command: [server", "command: [[server]", "3: command: expected a text, found a list"},
      {"\"{workers}\", \"{f", "\"{worker}\", \"{f",
       "3: command: nothing fills {worker}: there is no parameter 'worker'; did you mean 'workers'?"},
      {"\"{{x}\"", "\"{x\"", "3: command: a '{' without its '}' in '{x'"},
      {"{upstream.url}", "{postgres.url}",
       "5: UPSTREAM: nothing fills {postgres.url}: there is no parameter 'postgres.url'; there are: port, "
       "workers, host, folder, python, shootout, data, secret, cores, upstream.url"},
      {"  port: 8002\n", "",
       "1: missing parameter 'port': where the server listens, as {port} in its command\n"
       "contender.yaml:3: command: nothing fills {port}: there is no parameter 'port'; there are: workers, "
       "host, folder, python, shootout, data, secret, cores, upstream.url"},
      {"port: 8002", "port: 80021", "7: port: must be between 1 and 65535, found 80021"},
      {"port: 8002", "port: 8002\n  python: 3", "8: python: this name is shootout's own; choose another"},
      {"port: 8002", "port: 8002\n  secret: x", "8: secret: this name is shootout's own; choose another"},
      {"port: 8002", "port: 8002\n  a.b: 3", "8: a.b: a name is made of letters, digits, '-' and '_'"},
      {"source:", "sauce:", "8: unknown key 'sauce'; there are: value, source, why"},
      {"value: 4, ", "",
       "8: missing key 'value'\n"
       "contender.yaml:10: workers: expected a whole number, found ''"},
      {"value: 4", "value: 2000", "10: workers: must be between 1 and 1024, found 2000"},
      {"workers: \"{workers}\"", "workers: \"{folder}\"",
       "10: workers: nothing fills {folder}: there is no parameter 'folder'; there are: port, workers"},
      {"others: 1", "others: -1", "11: others: must be between 0 and 1024, found -1"},
      {"threads: 2", "threads: two", "12: threads: expected a whole number, found 'two'"},
      {"threads: 2", "threads:", "12: threads: expected a text, found nothing"},
      {"io-test: /io", "io-test: io", "14: paths: 'io-test' must begin with '/', found 'io'"},
      {"paths:", "health: h\npaths:", "13: health: must begin with '/'"},
      {"paths:", "ready_timeout: 0\npaths:", "13: ready_timeout: must be between 0.1 and 3600, found 0"},
      {"paths:", "environment: {prepare: [[]]}\npaths:", "13: prepare: a command must name a program"},
      {"paths:", "environment: {pyton: x}\npaths:", "13: unknown key 'pyton'; did you mean 'python'?"},
      {"paths:", "title: twice\npaths:", "13: key 'title' comes twice; first on line 1"},
      {"needs: [upstream]", "needs: [upstream", "3: not valid YAML: end of sequence flow not found"},
  };
  for (const auto& wrong : table) {
    EXPECT_EQ(error_of(with(wrong.old_text, wrong.new_text)), "contender.yaml:" + wrong.error)
        << wrong.new_text;
  }
}

TEST_F(ContenderFolder, LaterFoldersWinAndOthersArePassedOver) {
  ASSERT_TRUE(read(kRight));
  fs::create_directories(root_ / "no-contender");
  fs::create_directories(root_ / "second" / "mine");
  std::ofstream(root_ / "second" / "mine" / "contender.yaml") << "url: http://127.0.0.1:1\n";

  const auto both = read_contenders({root_, root_ / "second"});
  ASSERT_TRUE(both) << both.error().what;
  ASSERT_EQ(both->size(), 1u);
  EXPECT_EQ(both->at("mine").url, "http://127.0.0.1:1");
  EXPECT_EQ(read_contenders({folder()})->at("mine").title, "My stack") << "a contender's own folder";
  EXPECT_EQ(read_contenders({folder() / ""})->count("mine"), 1u) << "with a slash at the end";

  EXPECT_EQ(
      read_contenders({root_ / "nowhere"}).error().what,
      "cannot read the contenders' folder " + (root_ / "nowhere").string() + ": No such file or directory");
  ASSERT_FALSE(read("titel: x"));
  EXPECT_FALSE(read_contenders({root_}));
}

TEST(Fill, ReplacesPlaceholders) {
  const Values values{{"a", "1"}, {"b.c", "{a}"}};
  EXPECT_EQ(fill("x{a}y{b.c}", values), "x1y{a}") << "a value is not filled again";
  EXPECT_EQ(fill("{{a}", values), "{a}");
  EXPECT_EQ(fill("}", values), "}");
  EXPECT_EQ(fill("", values), "");
  EXPECT_EQ(fill("{z}", values).error().what,
            "nothing fills {z} in '{z}': there is no value 'z'; did you mean 'a'?");
  EXPECT_EQ(fill("{a", values).error().what, "a '{' without its '}' in '{a'");
}

}  // namespace
}  // namespace shootout::suite
