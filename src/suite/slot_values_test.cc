// Parameters of a cell that are slots: drawn in one profile, fixed in another.
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

const std::string kDrawn = R"(suite: drawn
contenders: [a]
request:
  target: "/api/{number}?twice={number}"
  headers: {X-Number: "n{number}"}
  checks:
    - {json: /number, equals: '"{number}"'}
    - {json: /count, equals: "{number}"}
    - {body: "got {number}"}
scenarios:
  one: {}
loads:
  closed:
    connections: 8
    window: 0.3
    cells: {one: {number: "{drawn:10..99}"}}
profiles:
  quick: {replicates: 6}
  seed:
    replicates: 1
    loads: {closed: {cells: {one: {number: 7}}}}
)";

Result<Cell> cell_of_profile(const std::string& profile, const std::string& text = kDrawn) {
  const Suite suite = with_profile(suite_of(text), profile);
  return cell_of(suite, suite.loads.front(), suite.scenarios.front(), Launchable{});
}

TEST(SlotValues, AreDrawnForEachRequestAndHeldAgainstTheAnswer) {
  const auto cell = cell_of_profile("quick");
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/api/{drawn:10..99}?twice={drawn:10..99}");
  EXPECT_EQ(cell->headers.at("X-Number"), "n{drawn:10..99}");
  EXPECT_EQ(cell->checks.at(0).equals, "\"{drawn}\"");
  EXPECT_EQ(cell->checks.at(1).equals, "{drawn}");
  EXPECT_EQ(cell->checks.at(2).equals, "got {drawn}");
}

TEST(SlotValues, AreTextsWhereAProfileSaysSo) {
  const auto cell = cell_of_profile("seed");
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/api/7?twice=7");
  EXPECT_EQ(cell->checks.at(0).equals, "\"7\"");
  EXPECT_EQ(cell->checks.at(1).equals, "7");
}

TEST(SlotValues, NeedARange) {
  std::string text = kDrawn;
  text.replace(text.find("10..99"), 6, "10-99");
  const auto cell = cell_of_profile("quick", text);
  ASSERT_FALSE(cell);
  EXPECT_EQ(
      cell.error().what,
      "s.yaml: load 'closed', scenario 'one': number: the slot {drawn:10-99} has no range of whole numbers, "
      "such as {drawn:1..1000}");
}

TEST(SlotValues, ATextWithMoreInItIsNone) {
  std::string text = kDrawn;
  text.replace(text.find("\"{drawn:10..99}\""), 16, "\"x{drawn:10..99}\"");
  const auto cell = cell_of_profile("quick", text);
  ASSERT_TRUE(cell) << cell.error().what;
  EXPECT_EQ(cell->target, "/api/x{{drawn:10..99}?twice=x{{drawn:10..99}") << "a brace that is meant as one";
}

}  // namespace
}  // namespace shootout::suite
