// Contenders of several programs: `programs`, `backends`, and counts that hang on the machine.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "suite/contender.h"

namespace shootout::suite {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const std::string kProxied = R"(title: A proxy before several
programs:
  - {name: proxy, command: [proxy, -p, "{data}", "{backend_ports}"], unprivileged: true}
  - {name: app, command: [app, "{backend_port}"], for_each: backend}
  - {name: job, command: [job, "{port}"], for_each: worker}
backends: "{workers}"
before_start: [[make, "{backend_ports}", "{cores}"]]
parameters:
  port: 8000
  workers: 3
  proxy_workers: {value: "{cores}", why: one a core}
processes:
  workers: "{workers}"
  others: [2, "{proxy_workers}"]
)";

class Programs : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "shootout-suite-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directory(root_ / "mine");
  }
  void TearDown() override { fs::remove_all(root_); }

  Result<Contender> read(const std::string& text) const {
    std::ofstream(root_ / "mine" / "contender.yaml") << text;
    return read_contender(root_ / "mine");
  }
  /// What is wrong once one text stands for another: "3: ...".
  std::string wrong(const std::string& old_text, const std::string& new_text) const {
    std::string text = kProxied;
    const size_t at = text.find(old_text);
    EXPECT_NE(at, std::string::npos) << old_text;
    if (at != std::string::npos) text.replace(at, old_text.size(), new_text);
    const auto contender = read(text);
    if (contender) return "accepted";
    const std::string place = (root_ / "mine" / "contender.yaml").string() + ":";
    std::string what = contender.error().what;
    for (size_t found = what.find(place); found != std::string::npos; found = what.find(place))
      what.erase(found, place.size());
    return what;
  }

  fs::path root_;
};

TEST_F(Programs, AreAProcessEachForEachWorkerOrBackend) {
  const auto contender = read(kProxied);
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_TRUE(contender->gives_up_rights());
  EXPECT_FALSE(contender->unprivileged);
  const auto resolved = resolve(*contender, {{"workers", "2"}}, {{"data", "/d"}, {"cores", "4"}});
  ASSERT_TRUE(resolved) << resolved.error().what;
  ASSERT_EQ(resolved->programs.size(), 5u);
  const auto is = [&](size_t i, const std::string& name, const Words& command) {
    EXPECT_EQ(resolved->programs[i].name, name);
    EXPECT_EQ(resolved->programs[i].command, command);
    EXPECT_EQ(resolved->programs[i].unprivileged, i == 0);
  };
  is(0, "proxy", {"proxy", "-p", "/d", "8001 8002"});
  is(1, "app-1", {"app", "8001"});
  is(2, "app-2", {"app", "8002"});
  is(3, "job-1", {"job", "8000"});
  is(4, "job-2", {"job", "8000"});
  EXPECT_TRUE(resolved->command.empty());
  EXPECT_TRUE(resolved->needs_data);
  EXPECT_EQ(resolved->before_start, (std::vector<Words>{{"make", "8001 8002", "4"}}));
  EXPECT_EQ(resolved->backend_ports, (std::vector<std::uint16_t>{8001, 8002}));
  EXPECT_EQ(resolved->listeners, 2) << "those that are there for each worker listen on the port themselves";
  EXPECT_EQ(resolved->other_processes, 6);
  EXPECT_EQ(resolved->parameters.at("proxy_workers"), "4");
}

TEST_F(Programs, TakeThePortsThatWereChosenForThem) {
  const auto contender = read(kProxied);
  ASSERT_TRUE(contender) << contender.error().what;
  Values values{{"data", "/d"}, {"cores", "1"}, {"port", "9000"}, {"backend_ports", "9100 9200 9300"}};
  const auto resolved = resolve(*contender, {}, values);
  ASSERT_TRUE(resolved) << resolved.error().what;
  EXPECT_EQ(resolved->programs[3].command, (Words{"app", "9300"}));
  values["backend_ports"] = "9100 9200";
  EXPECT_EQ(resolve(*contender, {}, values).error().what, "mine was given 2 ports for 3 backends");
  EXPECT_EQ(backends_of(*contender, {}, {{"cores", "1"}}), 3);
  EXPECT_EQ(backends_of(*contender, {{"workers", "7"}}, {{"cores", "1"}}), 7);
}

TEST_F(Programs, NeedPortsThatThereAre) {
  const auto contender = read(kProxied);
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(resolve(*contender, {{"port", "65533"}}, {{"data", "/d"}, {"cores", "1"}}).error().what,
            "mine: port: must be between 1 and 65532, found 65533");
}

TEST_F(Programs, CountsThatHangOnTheMachineMayBeOverridden) {
  const auto contender = read(kProxied);
  ASSERT_TRUE(contender) << contender.error().what;
  const Values values{{"data", "/d"}, {"cores", "8"}};
  EXPECT_EQ(resolve(*contender, {}, values)->other_processes, 10);
  EXPECT_EQ(resolve(*contender, {{"proxy_workers", "1"}}, values)->other_processes, 3);
  EXPECT_EQ(resolve(*contender, {{"proxy_workers", "x"}}, values).error().what,
            "mine: others: expected a whole number, found 'x'");
}

TEST_F(Programs, SayWhatIsWrongAndWhere) {
  EXPECT_EQ(
      wrong("backends: \"{workers}\"\n", ""),
      "3: command: nothing fills {backend_ports}: there is no parameter 'backend_ports'; there are: port, "
      "proxy_workers, workers, host, folder, python, shootout, data, secret, cores\n"
      "4: for_each: only with 'backends': how many ports there are for them\n"
      "6: before_start: nothing fills {backend_ports}: there is no parameter 'backend_ports'; there are: "
      "port, proxy_workers, workers, host, folder, python, shootout, data, secret, cores");
  EXPECT_EQ(wrong("[job, \"{port}\"]", "[job, \"{backend_port}\"]"),
            "5: command: nothing fills {backend_port}: there is no parameter 'backend_port'; did you mean "
            "'backend_ports'?");
  EXPECT_EQ(wrong("for_each: worker", "for_each: core"),
            "5: for_each: must be 'backend' or 'worker', found 'core'");
  EXPECT_EQ(wrong("name: app,", "name: proxy,"), "4: name: another program has this name");
  EXPECT_EQ(wrong("name: app,", ""), "4: missing key 'name'");
  EXPECT_EQ(wrong("command: [app, \"{backend_port}\"], ", ""), "4: missing key 'command'");
  EXPECT_EQ(wrong("for_each: backend", "for: backend"),
            "4: command: nothing fills {backend_port}: there is no parameter 'backend_port'; did you mean "
            "'backend_ports'?\n"
            "4: unknown key 'for'; there are: name, for_each, command, unprivileged");
  EXPECT_EQ(wrong("before_start", "command: [x]\nbefore_start"),
            "3: programs: not together with 'command': what it starts is one of the programs");
  EXPECT_EQ(wrong("before_start", "unprivileged: true\nbefore_start"),
            "7: unprivileged: not together with 'programs': say it of the program");
  EXPECT_EQ(wrong("backends: \"{workers}\"", "backends: 0"),
            "6: backends: must be between 1 and 1024, found 0");
  EXPECT_EQ(wrong("others: [2, ", "others: [-2, "), "14: others: must be between 0 and 1024, found -2");
  EXPECT_EQ(wrong("port: 8000", "port: 8000\n  backend_port: 1"),
            "10: backend_port: this name is shootout's own; choose another");
}

TEST_F(Programs, MayBeNeededOfTheMachine) {
  const auto contender = read(kProxied + "environment: {programs: {nginx: nginx-light}}\n");
  ASSERT_TRUE(contender) << contender.error().what;
  EXPECT_EQ(contender->environment.programs, (std::map<std::string, std::string>{{"nginx", "nginx-light"}}));
}

}  // namespace
}  // namespace shootout::suite
