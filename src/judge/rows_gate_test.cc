#include <gtest/gtest.h>

#include <algorithm>

#include "judge/gates.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

class Rows : public testing::Test {
 protected:
  Rows() {
    cell.window = suite::Window{};
    cell.rows = suite::RowClaim{"items", 1, 0};
    trial.metrics = {{"success_rate", 1}, {"requests", 1000}, {"errors", 0}};
    trial.load_result = {{"errors", {{"check", 0}}}, {"unanswered", 0}};
  }
  void read(double counted, double claimed) {
    trial.metrics["rows_read"] = counted;
    trial.metrics["rows_read_claimed"] = claimed;
  }
  void written(double counted, double claimed) {
    cell.rows = suite::RowClaim{"entries", 0, 1};
    trial.metrics["rows_written"] = counted;
    trial.metrics["rows_written_claimed"] = claimed;
  }
  [[nodiscard]] std::vector<std::string> failures() const {
    return judge::failures(gate_figures(trial, cell, suite::Gates{}));
  }
  [[nodiscard]] bool lied() const { return target_lied(trial, cell); }

  suite::TrialRecord trial;
  suite::Cell cell;
};

TEST_F(Rows, AreNotAskedForWhereNobodyCountedThem) {
  trial.metrics["rows_read_claimed"] = 1000;
  EXPECT_TRUE(failures().empty());
  EXPECT_FALSE(lied());
  for (const auto& figure : gate_figures(trial, cell, suite::Gates{}))
    EXPECT_FALSE(figure.figure.starts_with("rows_")) << figure.figure;
}

TEST_F(Rows, OfACacheAreFewerThanClaimed) {
  read(12, 1000);
  EXPECT_EQ(
      failures(),
      (std::vector<std::string>{"verification: the database counted 12 rows read, the answers claim 1000"}));
  EXPECT_TRUE(lied());
}

TEST_F(Rows, MayBeReadByOthersALittle) {
  read(1000, 1000);
  EXPECT_TRUE(failures().empty());
  read(1010, 1000);
  EXPECT_TRUE(failures().empty());
  read(1011, 1000);
  EXPECT_TRUE(any_mentions(failures(), "counted 1011 rows read, the answers claim 1000"));
  EXPECT_FALSE(lied());
}

TEST_F(Rows, OfAnInsertThatIsNotCommittedAreMissing) {
  written(999, 1000);
  EXPECT_TRUE(any_mentions(failures(), "counted 999 rows written, the answers claim 1000"));
  EXPECT_TRUE(lied());
}

TEST_F(Rows, MayBeWrittenByRequestsThatFailed) {
  written(1003, 1000);
  EXPECT_TRUE(any_mentions(failures(), "requests that failed explain 0 more"));
  EXPECT_FALSE(lied());
  trial.metrics["errors"] = 1;
  trial.load_result["unanswered"] = 1;
  EXPECT_FALSE(failures().empty());
  trial.load_result["closed_by_server_idle"] = 1;  // that request went out twice
  EXPECT_TRUE(failures().empty());
}

TEST_F(Rows, AreThoseOfTheClaim) {
  written(3000, 3000);
  cell.rows->written = 3;
  trial.metrics["errors"] = 1;
  trial.metrics["rows_written"] = 3003;
  EXPECT_TRUE(failures().empty());
  trial.metrics["rows_written"] = 3004;
  EXPECT_FALSE(failures().empty());
}

class SpikeGates : public Rows {
 protected:
  SpikeGates() {
    cell.window.reset();
    cell.phases = {{"10 connections", 10, 1}, {"500 connections", 500, 2, suite::Phase::Role::hold}};
    cell.rows.reset();
  }
};

TEST_F(SpikeGates, MayShed) {
  trial.metrics["success_rate"] = 0.6;
  trial.load_result["errors"]["status"] = 400;
  EXPECT_TRUE(failures().empty());
  EXPECT_FALSE(lied());
}

TEST_F(SpikeGates, MustGetAnAnswer) {
  trial.metrics["success_rate"] = 0;
  EXPECT_TRUE(any_mentions(failures(), "0 % of 1000 requests succeeded"));
  trial.metrics = {};
  EXPECT_TRUE(any_mentions(failures(), "no request was answered"));
}

TEST_F(SpikeGates, MustNotAnswerWrongly) {
  trial.load_result["errors"]["check"] = 1;
  EXPECT_TRUE(any_mentions(failures(), "1 answers were wrong or no legal HTTP"));
  EXPECT_TRUE(lied());
}

TEST_F(SpikeGates, IsNotHeldToACountOfRequests) {
  cell.connections = 500;
  cell.requests_per_connection = 4;
  EXPECT_TRUE(failures().empty());
}

}  // namespace
}  // namespace shootout::judge
