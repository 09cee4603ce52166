#include "cli/flamegraph_text.h"

#include <fmt/format.h>

#include <fstream>

#include "cli/load_text.h"
#include "cli/table.h"
#include "report/flamegraph.h"

namespace shootout::cli {
namespace {

double share_of_all(std::uint64_t samples, const report::CallNode& tree) {
  return tree.total > 0 ? static_cast<double>(samples) / static_cast<double>(tree.total) : 0;
}

}  // namespace

Result<report::CallNode> tree_of(const trial::Profile& profile) {
  auto tree = report::call_tree(profile.folded);
  if (!tree || tree->total > 0) return tree;
  return fail(ExitCode::invalid,
              fmt::format("no thread of {} was ever seen working under {} {}", profile.contender,
                          profile.load, profile.scenario),
              "the load is too light for a picture: look longer (--duration), or take another --load");
}

std::string profile_subtitle(const trial::Profile& profile, const report::CallNode& tree, unsigned seconds) {
  std::string text =
      fmt::format("{} under {} ({}), {} s, {} of running threads, {}", profile.scenario, profile.load,
                  plural(profile.connections, "connection"), seconds, plural(tree.total, "sample"),
                  profile.native ? "native frames included" : "without native frames");
  if (profile.lost > 0) text += fmt::format("; {} lost", plural(profile.lost, "sample"));
  if (profile.failed > 0) text += fmt::format("; {} failed", plural(profile.failed, "request"));
  return text;
}

Result<void> write_flamegraph(const trial::Profile& profile, const report::CallNode& tree, unsigned seconds,
                              const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  out << report::flamegraph_svg(tree, profile.contender + " " + profile.scenario,
                                profile_subtitle(profile, tree, seconds));
  out.close();
  if (out) return {};
  return fail(ExitCode::environment, fmt::format("cannot write the flamegraph {}", file.string()),
              "name another place with --output, or free some space on its disk");
}

std::string heaviest_table(const report::CallNode& tree) {
  Table table{.header = {"self", "total", "frame"}, .rows = {}};
  for (const auto& frame : report::heaviest_frames(tree, kHeaviestShown)) {
    table.rows.push_back({fmt::format("{:.1f} %", 100 * share_of_all(frame.self, tree)),
                          fmt::format("{:.1f} %", 100 * share_of_all(frame.total, tree)), frame.name});
  }
  return render(table);
}

nlohmann::json profile_document(const trial::Profile& profile, const report::CallNode& tree,
                                const std::string& suite, unsigned seconds,
                                const std::filesystem::path& file) {
  nlohmann::json frames = nlohmann::json::array();
  for (const auto& frame : report::heaviest_frames(tree, kHeaviestShown)) {
    frames.push_back({{"frame", frame.name},
                      {"self", frame.self},
                      {"total", frame.total},
                      {"self_share", share_of_all(frame.self, tree)},
                      {"total_share", share_of_all(frame.total, tree)}});
  }
  nlohmann::json document = {{"schema", "shootout.profile/1"},
                             {"suite", suite},
                             {"contender", profile.contender},
                             {"scenario", profile.scenario},
                             {"load", profile.load},
                             {"connections", profile.connections},
                             {"duration_s", seconds},
                             {"samples", tree.total},
                             {"lost", profile.lost},
                             {"native", profile.native},
                             {"requests", {{"succeeded", profile.succeeded}, {"failed", profile.failed}}},
                             {"flamegraph", file.string()},
                             {"frames", std::move(frames)}};
  if (!profile.note.empty()) document["note"] = profile.note;
  return document;
}

}  // namespace shootout::cli
