#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "report/format.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

using judge::Holds;

Tone tone_for(Holds holds) {
  switch (holds) {
    case Holds::held:
      return Tone::good;
    case Holds::did_not_hold:
      return Tone::bad;
    case Holds::could_not_tell:
      break;
  }
  return Tone::caution;
}

Span word_of(Holds holds) {
  return {std::string(judge::name(holds)), tone_for(holds)};
}

std::string with_source(const judge::ClaimVerdict& claim) {
  return claim.source.empty() ? claim.says : fmt::format("{} ({})", claim.says, claim.source);
}

Table as_table(const std::vector<judge::ClaimVerdict>& claims) {
  Table table;
  table.columns = {{"Expectation"}, {"Result"}, {"This run"}};
  for (const auto& claim : claims)
    table.rows.push_back({with_source(claim), Text{word_of(claim.holds)},
                          claim.figure.empty() ? Text(kAbsent) : Text(claim.figure)});
  return table;
}

/// A figure's count and unit stay with what they belong to.
std::string unbroken(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto begins = [&](std::string_view part) { return text.compare(i, part.size(), part) == 0; };
    const bool around_equals = begins(" = ") || (i > 1 && text.compare(i - 2, 3, " = ") == 0);
    text[i] == ' ' && (around_equals || begins(" %")) ? result.append(kNoBreak) : result.append(1, text[i]);
  }
  return result;
}

/// What a claim hangs on, a line each: more than a table's cell can hold.
List grounds_of(const judge::ClaimVerdict& claim) {
  List list;
  if (claim.parts.empty()) list.items.push_back("This run: " + unbroken(claim.figure));
  for (const auto& part : claim.parts)
    list.items.push_back(
        Text{{fmt::format("{}: {}: ", part.what, unbroken(part.figure))}, word_of(part.holds)});
  if (!claim.published.empty()) list.items.push_back("Published: " + claim.published);
  return list;
}

std::string count_of(const std::vector<judge::ClaimVerdict>& claims, Holds word) {
  return std::to_string(std::ranges::count(claims, word, &judge::ClaimVerdict::holds));
}

/// The names in the order in which they first come.
void add_new(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

/// The sentences about one contender, or (empty) about nobody in particular, by their groups.
void add_groups(const Subject& subject, const std::string& about, Document& document) {
  std::vector<std::string> groups;
  for (const auto& advice : subject.judgement.advice)
    if (advice.about == about) add_new(groups, advice.group);
  for (const auto& group : groups) {
    document.push_back(Paragraph{Text{{group + ":", Tone::strong}}});
    List list;
    for (const auto& advice : subject.judgement.advice)
      if (advice.about == about && advice.group == group)
        list.items.emplace_back(fmt::format("{} ({})", advice.says, unbroken(advice.figure)));
    document.push_back(std::move(list));
  }
}

bool is_about(const std::vector<judge::GivenAdvice>& advice, const std::string& contender) {
  return std::ranges::find(advice, contender, &judge::GivenAdvice::about) != advice.end();
}

}  // namespace

void add_claims(const Subject& subject, Document& document) {
  const auto& claims = subject.judgement.claims;
  if (claims.empty()) return;
  document.push_back(Heading{2, "What was expected, put to the test"});
  const bool brief = std::ranges::all_of(
      claims, [](const auto& claim) { return claim.parts.empty() && claim.published.empty(); });
  if (brief) {
    document.push_back(as_table(claims));
    return;
  }
  document.push_back(Paragraph{fmt::format(
      "{} held, {} did not hold, {} could not be told. A claim holds where all of its figures do, "
      "each by its own interval; it does not where one surely fails, at Holm's level among them.",
      count_of(claims, Holds::held), count_of(claims, Holds::did_not_hold),
      count_of(claims, Holds::could_not_tell))});
  for (const auto& claim : claims) {
    document.push_back(Paragraph{Text{{claim.says, Tone::strong},
                                      {claim.source.empty() ? ": " : fmt::format(" ({}): ", claim.source)},
                                      word_of(claim.holds)}});
    document.push_back(grounds_of(claim));
  }
}

void add_strengths(const Subject& subject, Document& document) {
  const auto& sentences = subject.suite.advice;
  std::vector<std::string> judged;
  for (const auto& contender : subject.contenders())
    if (std::ranges::find(sentences, contender, &suite::Advice::about) != sentences.end())
      judged.push_back(contender);
  if (judged.empty()) return;
  document.push_back(Heading{2, "Strengths and weaknesses"});
  document.push_back(Paragraph{
      "Of a fixed set of sentences those that a figure of this run surely carries. What is not said was not "
      "shown, which does not show the contrary."});
  for (const auto& contender : judged) {
    document.push_back(Heading{3, subject.title(contender)});
    if (is_about(subject.judgement.advice, contender))
      add_groups(subject, contender, document);
    else
      document.push_back(Paragraph{"Nothing was sure enough to be said."});
  }
}

void add_advice(const Subject& subject, Document& document) {
  if (!is_about(subject.judgement.advice, "")) return;
  document.push_back(Heading{2, "Recommendations"});
  add_groups(subject, "", document);
}

}  // namespace shootout::report
