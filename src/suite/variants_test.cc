#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

std::map<std::string, Contender> folders() {
  std::map<std::string, Contender> all;
  for (const char* name : {"a", "b"}) {
    Contender& contender = all[name];
    contender.name = name;
    contender.folder = std::string("/contenders/") + name;
    contender.title = std::string("Title ") + name;
    contender.environment.python = "requirements.txt";
    contender.parameters = {{"port", {"8000", "", ""}}, {"workers", {"4", "https://docs", "as advised"}}};
    contender.workers = "{workers}";
  }
  return all;
}

TEST(Variants, AreContendersOfTheirOwn) {
  const auto all = with_variants(suite_of(), folders());
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->size(), 3u);
  const Contender& again = all->at("again");
  EXPECT_EQ(again.name, "again");
  EXPECT_EQ(again.title, "Title a (again)");
  EXPECT_EQ(again.folder, "/contenders/a");
  EXPECT_EQ(again.environment.python, "requirements.txt");
  EXPECT_EQ(again.parameters.at("workers").value, "2");
  EXPECT_EQ(again.parameters.at("workers").why, "set by the suite's variant 'again'");
  EXPECT_EQ(again.parameters.at("port").value, "8000");
  EXPECT_EQ(all->at("a").parameters.at("workers").value, "4");
  const auto launchable = resolve(again, {}, {});
  ASSERT_TRUE(launchable) << launchable.error().what;
  EXPECT_EQ(launchable->workers, 2);
}

TEST(Variants, MayHaveATitle) {
  const auto suite = suite_of(steady_with("{of: a, ", "{of: a, title: A once more, "));
  EXPECT_EQ(with_variants(suite, folders()).value().at("again").title, "A once more");
}

TEST(Variants, AreNamesLikeAnyOther) {
  const Suite suite = suite_of(steady_with("request:", "baseline: again\npairs: [[b, again]]\nrequest:"));
  EXPECT_EQ(suite.contenders, (std::vector<std::string>{"again", "a", "b"}));
  EXPECT_TRUE(check_contenders(suite, folders()));
  const Suite set = suite_of(steady_with("blocks: 3", "set: {again.workers: 3}"));
  EXPECT_EQ(set.profiles.at(0).set.at("again.workers"), "3");
}

TEST(Variants, ExpandingTwiceChangesNothing) {
  const Suite suite = suite_of();
  const auto once = with_variants(suite, folders());
  ASSERT_TRUE(once);
  const auto twice = with_variants(suite, *once);
  ASSERT_TRUE(twice) << twice.error().what;
  EXPECT_EQ(twice->at("again").title, "Title a (again)");
  EXPECT_TRUE(check_contenders(suite, *once));
}

TEST(Variants, WhatTheContendersDoNotHaveIsTold) {
  const auto error = [](const std::string& variant, std::map<std::string, Contender> all = folders()) {
    const Suite suite = suite_of(steady_with("{of: a, set: {workers: 2}}", variant));
    const auto expanded = with_variants(suite, all);
    const auto checked = check_contenders(suite, all);
    EXPECT_FALSE(expanded);
    EXPECT_FALSE(checked);
    if (expanded || checked) return std::string("accepted");
    EXPECT_EQ(expanded.error().what, checked.error().what);
    EXPECT_EQ(expanded.error().code, ExitCode::usage);
    return expanded.error().what;
  };
  EXPECT_EQ(error("{of: aa}"), "s.yaml: variant 'again': there is no contender 'aa'; did you mean 'a'?");
  EXPECT_EQ(error("{of: a, set: {worker: 2}}"),
            "s.yaml: variant 'again': there is no parameter 'worker'; did you mean 'workers'?");
  auto all = folders();
  all["again"].folder = "/contenders/again";
  EXPECT_EQ(error("{of: a}", all), "s.yaml: variant 'again': a contender has that name: /contenders/again");
  all = folders();
  all["a"].url = "http://h";
  EXPECT_EQ(error("{of: a, set: {workers: 1}}", all),
            "s.yaml: variant 'again': 'a' is served by somebody else at http://h: 'workers' cannot be set "
            "from here");
}

TEST(Variants, MistakesAreTold) {
  expect_mistakes({
      {"{of: a, ", "{fo: a, ", "s.yaml:4: missing key 'of'\ns.yaml:4: unknown key 'fo'; did you mean 'of'?"},
      {"of: a,", "of: again,", "s.yaml:4: of: 'again' is a variant itself; name a contender's folder"},
      {"set: {workers: 2}", "set: {workers: [2]}", "s.yaml:4: workers: expected a text, found a list"},
      {"  again:", "  a gain:", "s.yaml:4: a gain: a name is made of letters, digits, '-' and '_'"},
  });
}

}  // namespace
}  // namespace shootout::suite
