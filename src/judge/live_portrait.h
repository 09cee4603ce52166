// What a run read off its running servers (observe/portrait.h, and a look at an answer).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "judge/evidence.h"

namespace shootout::judge {

/// The portraits of a contender, one a replicate; its figures in words, empty where none was taken.
class LivePortrait {
 public:
  LivePortrait(const Evidence& evidence, const std::string& contender);

  /// "5", or "5 to 7" over the replicates.
  [[nodiscard]] std::string number(const std::string& name) const;
  /// The same of a member of the answer.
  [[nodiscard]] std::string answer_number(const std::string& name) const;
  /// A header of the answer; `without` where the answer had none.
  [[nodiscard]] std::string answer_header(const std::string& name, const std::string& without) const;
  /// "yes" or "no".
  [[nodiscard]] std::string has_date() const;
  /// "uvloop, httptools": those of `names` that were loaded; `without` where none was.
  [[nodiscard]] std::string libraries(const std::vector<std::string>& names,
                                      const std::string& without) const;
  /// Loaded native modules but those of `names`.
  [[nodiscard]] std::string other_libraries(const std::vector<std::string>& names) const;
  /// "on" where more than a byte a request went to the log.
  [[nodiscard]] std::string access_log() const;
  /// "0,1".
  [[nodiscard]] std::string cpus() const;

 private:
  std::vector<const nlohmann::json*> portraits_;
  std::vector<const nlohmann::json*> answers_;
};

}  // namespace shootout::judge
