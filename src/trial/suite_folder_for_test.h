// A suite and contenders of a test's own.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "trial/selection.h"

namespace shootout::trial {

/// `own` with its contenders one to three, of which two has `echo` served by `helper` and three cannot.
inline const std::string kOwnSuite = R"(suite: own
contenders: [one, two, three]
baseline: leader
services:
  store: {make: plain, makes: {plain: store}}
  cache: {make: plain, makes: {plain: cache}}
scenarios:
  ping: {request: {target: /}}
  echo: {request: {target: /echo}}
  odd: {request: {target: /odd}}
loads:
  steady: {connections: 4, window: 0.5, cells: {ping: {}, echo: {}}}
  spike:
    phases: [{connections: 1, seconds: 2}, {connections: 9, seconds: 3, role: hold}]
    cells: {ping: {}}
    also_cells: {echo: {}, odd: {}}
profiles:
  quick: {replicates: 2, blocks: 3}
  seed: {replicates: 3, blocks: 1, loads: {steady: {window: 180, cells: {odd: {}}}}}
)";

class OwnSuite : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "shootout-trial-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    write("suites/own.yaml", kOwnSuite);
    contender("one", "");
    contender("two",
              "needs: [store]\nscenarios: {echo: {served_by: helper}, odd: {unsupported: it cannot}}\n");
    contender("three", "scenarios: {echo: {unsupported: it cannot}, odd: {unsupported: it cannot}}\n");
    contender("helper", "needs: [cache]\n");
    contender("store", "provides: store\n");
    contender("cache", "provides: cache\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void contender(const std::string& name, const std::string& more) const {
    write("contenders/" + name + "/contender.yaml",
          "command: [server, \"{port}\", \"{workers}\"]\nparameters: {port: 9000, workers: 2}\n" + more);
  }
  [[nodiscard]] Choice own() const {
    Choice choice;
    choice.suite = "own";
    choice.places = {{root_ / "contenders"}, {root_ / "suites"}};
    return choice;
  }
  [[nodiscard]] Selection selected(const Choice& choice) const {
    auto selection = select(choice);
    EXPECT_TRUE(selection) << selection.error().what;
    return selection ? std::move(*selection) : Selection{};
  }
  [[nodiscard]] std::string refused(const Choice& choice) const {
    const auto selection = select(choice);
    return selection ? "accepted" : selection.error().what;
  }

  std::filesystem::path root_;
};

}  // namespace shootout::trial
