#include "report/flamegraph.h"

#include <gtest/gtest.h>

#include <string>

namespace shootout::report {
namespace {

CallNode tree_of(std::string_view folded) {
  auto tree = call_tree(folded);
  EXPECT_TRUE(tree) << tree.error().what;
  return tree ? *tree : CallNode{};
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(FoldedStacks, AreATreeOfCalls) {
  const auto root =
      tree_of("main (a.py:1);work (a.py:9) 3\nmain (a.py:1) 2\nmain (a.py:1);rest (b.py:4) 5\n");
  EXPECT_EQ(root.total, 10u);
  EXPECT_EQ(root.self, 0u);
  ASSERT_EQ(root.children.size(), 1u);
  const auto& main = root.children[0];
  EXPECT_EQ(main.name, "main (a.py:1)");
  EXPECT_EQ(main.total, 10u);
  EXPECT_EQ(main.self, 2u);
  ASSERT_EQ(main.children.size(), 2u);
  EXPECT_EQ(main.children[0].name, "rest (b.py:4)");
  EXPECT_EQ(main.children[0].self, 5u);
  EXPECT_EQ(main.children[1].total, 3u);
}

TEST(FoldedStacks, TheWorkersOfAServerAreOnePicture) {
  const auto root = tree_of(
      "process 12:\"python gunicorn\";main (a.py:1) 1\n"
      "process 12:\"python gunicorn\";process 13:\"python -c import x; run()\";main (a.py:1);f (a.py:2) 4\n"
      "process 12:\"python gunicorn\" 7\n"
      "process orders (shop.py:3) 2\n");
  EXPECT_EQ(root.total, 7u);  // a process without a frame is no stack
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].total, 5u);
  EXPECT_EQ(root.children[1].name, "process orders (shop.py:3)");
}

TEST(FoldedStacks, AddressesOfSeveralProcessesAreOneFrame) {
  const auto root = tree_of(
      "0x7f228444524a (libc.so.6);f (a.py:1) 1\n0x7f1ec1e4524a (libc.so.6);f (a.py:1) 2\n"
      "0xfun (a.py:1) 1\n");
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(root.children[0].name, "0xfun (a.py:1)");
  EXPECT_EQ(root.children[1].name, "unknown (libc.so.6)");
  EXPECT_EQ(root.children[1].children[0].total, 3u);
}

TEST(FoldedStacks, WhoWaitsIsLeftOut) {
  const auto root = tree_of(
      "f (a.py:1);poll (libc.so.6) 1\n"
      "f (a.py:1);__poll (libc.so.6) 1\n"
      "f (a.py:1);PyThread_acquire_lock_timed (libpython3.11.so.1.0);0x1f (libc.so.6);0x2e (libc.so.6) 1\n"
      "EpollSelector.select (selectors.py:451) 1\n"
      "poll 1\n"
      "poll (libc.so.6);f (a.py:1) 10\n"
      "poll_now (a.py:7) 20\n"
      "f (a.py:1);send (libc.so.6) 30\n"
      "0x1f (libc.so.6) 40\n");
  EXPECT_EQ(root.total, 100u);
}

TEST(FoldedStacks, AnEmptyProfileHasNoSamples) {
  EXPECT_EQ(tree_of("").total, 0u);
  EXPECT_EQ(tree_of("\n").total, 0u);
}

TEST(FoldedStacks, WhatIsNoStackIsRefused) {
  for (const char* line :
       {"no count", "f (a.py:1)", "f (a.py:1) -3", "f (a.py:1) 3x\n", "f 99999999999999999999"})
    EXPECT_FALSE(call_tree(line)) << line;
}

TEST(FoldedStacks, NamesArePrintable) {
  const auto root = tree_of("a\x1b[31m\tb;caf\xc3\xa9;\xff\xc0\x80;\xed\xa0\x80;\xef\xbf\xbf 1");
  const CallNode* node = &root;
  for (const char* name : {"a?[31m?b", "caf\xc3\xa9", "???", "???", "???"}) {
    ASSERT_EQ(node->children.size(), 1u);
    node = node->children.data();
    EXPECT_EQ(node->name, name);
  }
}

TEST(HeaviestFrames, AreThoseWithTheMostSamplesOfTheirOwn) {
  const auto root = tree_of("main;work 5\nmain;rest;work 4\nmain 2\nmain;rest 1\nmain;idle;deep 2\n");
  const auto frames = heaviest_frames(root, 3);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].name, "work");
  EXPECT_EQ(frames[0].self, 9u);
  EXPECT_EQ(frames[0].total, 9u);
  EXPECT_EQ(frames[1].name, "main");  // of equals the one with more below it
  EXPECT_EQ(frames[1].self, 2u);
  EXPECT_EQ(frames[1].total, 14u);
  EXPECT_EQ(frames[2].name, "deep");
  EXPECT_EQ(heaviest_frames(root, 99).size(), 5u);
  EXPECT_TRUE(heaviest_frames(CallNode{}, 10).empty());
}

TEST(HeaviestFrames, RecursionCountsOnce) {
  const auto frames = heaviest_frames(tree_of("f;f;f 3\nf;g;f 2\nf 1\n"), 10);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].name, "f");
  EXPECT_EQ(frames[0].self, 6u);
  EXPECT_EQ(frames[0].total, 6u);
  EXPECT_EQ(frames[1].total, 2u);
}

TEST(Flamegraph, WidthsAreSharesOfTheSamples) {
  const auto svg =
      flamegraph_svg(tree_of("main (a.py:1);work (a.py:2) 75\nmain (a.py:1);rest (libc.so) 25\n"),
                     "flask ping", "100 samples");
  EXPECT_TRUE(svg.starts_with("<?xml"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_TRUE(holds(svg, ">flask ping</text>"));
  EXPECT_TRUE(holds(svg,
                    "<title>work (a.py:2) (75 samples, 75.0 %; itself 75.0 %)</title>"
                    "<rect x=\"305.0\" y=\"56\" width=\"885.0\""));
  EXPECT_TRUE(holds(svg,
                    "<title>rest (libc.so) (25 samples, 25.0 %; itself 25.0 %)</title>"
                    "<rect x=\"10.0\" y=\"56\" width=\"295.0\""));
  EXPECT_TRUE(holds(svg,
                    "<title>main (a.py:1) (100 samples, 100.0 %; itself 0.0 %)</title>"
                    "<rect x=\"10.0\" y=\"73\" width=\"1180.0\""));
}

TEST(Flamegraph, NamesAreEscaped) {
  const auto svg = flamegraph_svg(tree_of("<lambda> (a.py:1);operator&& \"x\" (b.so) 4\n"), "a < b", "\"&\"");
  EXPECT_TRUE(holds(svg, "&lt;lambda&gt; (a.py:1)"));
  EXPECT_TRUE(holds(svg, "operator&amp;&amp; &quot;x&quot; (b.so)"));
  EXPECT_TRUE(holds(svg, ">a &lt; b</text>"));
  EXPECT_TRUE(holds(svg, ">&quot;&amp;&quot;</text>"));
  EXPECT_FALSE(holds(svg, "<lambda"));
}

TEST(Flamegraph, LongNamesAreCutAndNarrowFramesLeftOut) {
  const std::string wide(400, 'w');
  std::string accents;
  for (int i = 0; i < 400; ++i) accents += "\xc3\xa9";
  const auto svg = flamegraph_svg(
      tree_of(wide + " 50000\n" + accents + " 49995\nnarrow (a.py:1) 4\nunseen 1\n"), "t", "s");
  EXPECT_TRUE(holds(svg, std::string(78, 'w') + "..</text>"));
  EXPECT_TRUE(holds(svg, "\xc3\xa9..</text>"));
  EXPECT_FALSE(holds(svg, "\xc3.."));
  EXPECT_FALSE(holds(svg, "unseen"));
}

TEST(Flamegraph, OfNothingIsAnEmptyPicture) {
  const auto svg = flamegraph_svg(CallNode{}, "t", "s");
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_FALSE(holds(svg, "<g>"));
}

}  // namespace
}  // namespace shootout::report
